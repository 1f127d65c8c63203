/** By member: its neighbours, ascending. */
export type Graph = readonly (readonly number[])[]

/**
 * Whom `me` passes on what the root says: its children in the tree of shortest paths. Of several parents that would do, the lowest
 * is the one, so that all who know the same graph make the same tree.
 */
export function childrenIn(graph: Graph, root: number, me: number): readonly number[] {
  const isReached = new Uint8Array(graph.length)
  isReached[root] = 1
  const children: number[] = []
  let left = graph.length - 1
  let level = [root]
  while (level.length > 0 && left > 0) {
    const next: number[] = []
    for (const parent of level) {
      for (const member of graph[parent] ?? []) {
        if (isReached[member] === 1) continue
        isReached[member] = 1
        left -= 1
        next.push(member)
        if (parent === me) children.push(member)
      }
      if (parent === me) return children
    }
    level = next.sort((a, b) => a - b)
  }
  return children
}
