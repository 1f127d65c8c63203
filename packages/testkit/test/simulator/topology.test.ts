import { simulate, type Topology } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { dialsOf, neighboursOf } from '../../src/simulator/topology.js'

test.each<[string, Topology, number, readonly (readonly number[])[]]>([
  ['a mesh', 'mesh', 3, [[1, 2], [2], []]],
  ['nobody', 'none', 2, [[], []]],
  ['a ring', 'ring', 3, [[1], [2], [0]]],
  ['a ring of two', 'ring', 2, [[1], []]],
  ['a ring of one', 'ring', 1, [[]]],
  ['a star', (index) => (index === 0 ? [] : [0]), 3, [[], [0], [0]]],
  ['whoever names each other twice', (index) => [1 - index, 1 - index, index], 2, [[1], []]],
])('%s dials every pair once', (_, topology, peers, wanted) => {
  expect(dialsOf(topology, peers)).toEqual(wanted)
})

test('neighbours are those on either end of a dial', () => {
  expect(neighboursOf(dialsOf('ring', 4), 0)).toEqual([1, 3])
})

test('the topology is there when the scenarios begin', async () => {
  const world = simulate({ seed: 1, peers: 5, topology: (index) => (index === 0 ? [] : [0]) })
  const { outcomes } = await world.run((peer) => peer.getConnectedPeers().length)
  expect(outcomes).toEqual([4, 1, 1, 1, 1])
})

test('a topology that names nobody there is is a TypeError', () => {
  expect(() => simulate({ seed: 1, peers: 2, topology: () => [2] })).toThrow(TypeError)
  // @ts-expect-error: no such word.
  expect(() => simulate({ seed: 1, peers: 2, topology: 'star' })).toThrow(TypeError)
})
