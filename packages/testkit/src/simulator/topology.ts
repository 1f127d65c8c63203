/** Who is connected to whom when the scenarios begin; of a function, the peers that this one dials. */
export type Topology = 'mesh' | 'ring' | 'none' | ((index: number, peers: number) => Iterable<number>)

/** Whom each peer dials to begin with: every pair once, by whichever of the two named it first. */
export function dialsOf(topology: Topology, peers: number): readonly (readonly number[])[] {
  const pairs = new Set<number>()
  return Array.from({ length: peers }, (_, index) =>
    [...namedBy(topology, index, peers)].filter((other) => {
      if (!(Number.isInteger(other) && other >= 0 && other < peers))
        throw new TypeError(`the topology connects peer ${index} to ${String(other)}, and there are ${peers}`)
      const pair = Math.min(index, other) * peers + Math.max(index, other)
      if (other === index || pairs.has(pair)) return false
      pairs.add(pair)
      return true
    }),
  )
}

function namedBy(topology: Topology, index: number, peers: number): Iterable<number> {
  if (topology === 'none') return []
  if (topology === 'ring') return [(index + 1) % peers]
  if (topology === 'mesh') return Array.from({ length: peers - index - 1 }, (_, after) => index + 1 + after)
  return topology(index, peers)
}

/** Everybody whom a peer was connected to to begin with, whoever dialled. */
export function neighboursOf(dials: readonly (readonly number[])[], index: number): readonly number[] {
  const diallers = dials.flatMap((dialled, dialler) => (dialled.includes(index) ? [dialler] : []))
  return [...(dials[index] ?? []), ...diallers]
}
