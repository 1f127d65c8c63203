import { expect, test } from 'vitest'
import { childrenIn } from '../../src/delivery/tree.js'

const childrenOf = (graph: readonly (readonly number[])[], root: number) =>
  graph.map((_, me) => childrenIn(graph, root, me))

test('each member has the lowest parent of those that are a step nearer to the root', () => {
  // 0 leads to 1 and 2, 1 to 4, 2 to 3, and 3 and 4 both to 5.
  const graph = [
    [1, 2],
    [0, 4],
    [0, 3],
    [2, 5],
    [1, 5],
    [3, 4],
  ]
  expect(childrenOf(graph, 0)).toEqual([[1, 2], [4], [3], [5], [], []])
  expect(childrenOf(graph, 5)).toEqual([[], [0], [], [2], [1], [3, 4]])
})

test('what the root does not reach has neither parent nor children', () => {
  expect(childrenOf([[1], [0], [3], [2]], 0)).toEqual([[1], [], [], []])
  expect(childrenOf([[]], 0)).toEqual([[]])
})
