import { createSeededRandom } from '@rondo/testkit/memory'
import { expect, test } from 'vitest'
import { bitmapOf } from '../../src/delivery/bitmap.js'
import { sequenceMax } from '../../src/delivery/messages.js'
import { Routes } from '../../src/delivery/routes.js'
import { DeliveryModel } from './delivery-model.js'

const claimOf = (member: number, sequence: number, linked: readonly number[], size = 4) => ({
  member,
  sequence,
  linked: bitmapOf(linked, size),
})

/** Member 1 of four, linked to all. */
function someRoutes(): Routes {
  const routes = new Routes(4, 1)
  routes.setLinked([0, 2, 3])
  return routes
}

test('in a full mesh nobody says anything of links, authors send to all and nobody passes on', () => {
  const routes = new Routes(4, 1)
  expect(routes.setLinked([0, 2, 3])).toBeUndefined()
  expect(routes.claim()).toBeUndefined()
  expect(routes.claims()).toEqual([])
  expect([0, 1, 2, 3].map((author) => routes.nextHops(author))).toEqual([[], [0, 2, 3], [], []])
})

test('who is not linked to all says so, and says so when it is again', () => {
  const routes = new Routes(4, 1)
  expect(routes.setLinked([0])).toEqual(claimOf(1, 1, [0]))
  expect(routes.setLinked([0])).toBeUndefined()
  expect(routes.setLinked([0, 1, 2, 3])).toEqual(claimOf(1, 2, [0, 2, 3]))
  expect(routes.claim()).toEqual(claimOf(1, 2, [0, 2, 3]))
})

test('who has no links yet says so', () => {
  expect(new Routes(4, 1).setLinked([])).toEqual(claimOf(1, 1, []))
  expect(new Routes(4, 1).nextHops(1)).toEqual([])
  expect(new Routes(1, 0).setLinked([])).toBeUndefined()
})

test('a link that is missing is bridged by the lowest member that has both', () => {
  const [one, two] = [someRoutes(), new Routes(4, 2)]
  two.setLinked([0, 1, 3])
  for (const routes of [one, two]) routes.learn(claimOf(0, 1, [1, 2]))
  expect(one.nextHops(0)).toEqual([3])
  expect(two.nextHops(0)).toEqual([])
})

test('a link is there only where both admit it', () => {
  const routes = someRoutes()
  routes.learn(claimOf(0, 1, [1, 2, 3]))
  expect(routes.nextHops(0)).toEqual([])
  routes.learn(claimOf(3, 1, [1]))
  expect(routes.nextHops(0)).toEqual([3])
})

test('what a member says itself it sends to all its neighbours, whatever is claimed of them', () => {
  const routes = someRoutes()
  for (const member of [0, 2, 3]) routes.learn(claimOf(member, 1, []))
  expect(routes.nextHops(1)).toEqual([0, 2, 3])
})

test('who is said to have no links is not pushed to by everybody at once', () => {
  const routes = someRoutes()
  routes.learn(claimOf(3, 1, []))
  expect([0, 2].map((author) => routes.nextHops(author))).toEqual([[], []])
})

test('trees follow the links as they change, mine and others', () => {
  const routes = someRoutes()
  routes.learn(claimOf(0, 1, [1, 2]))
  expect([routes.nextHops(0), routes.nextHops(1)]).toEqual([[3], [0, 2, 3]])
  routes.setLinked([0, 2])
  expect([routes.nextHops(0), routes.nextHops(1)]).toEqual([[], [0, 2]])
  routes.setLinked([0, 2, 3])
  routes.learn(claimOf(0, 2, [1]))
  expect([routes.nextHops(0), routes.nextHops(1)]).toEqual([
    [2, 3],
    [0, 2, 3],
  ])
})

test('it passes on nothing of an author from whom no way is known to lead here', () => {
  const routes = new Routes(4, 1)
  routes.setLinked([2, 3])
  routes.learn(claimOf(0, 1, []))
  expect(routes.nextHops(0)).toEqual([])
})

test('a claim is taken once, and only if it is later than the last', () => {
  const routes = someRoutes()
  expect(routes.learn(claimOf(0, 5, [1]))).toEqual(claimOf(0, 5, [1]))
  expect(routes.learn(claimOf(0, 5, [1]))).toBeUndefined()
  expect(routes.learn(claimOf(0, 5, [2]))).toBeUndefined()
  expect(routes.learn(claimOf(0, 4, [2]))).toBeUndefined()
  expect(routes.claims()).toEqual([claimOf(0, 5, [1])])
  expect(routes.learn(claimOf(0, 6, [1]))).toEqual(claimOf(0, 6, [1]))
})

test.each([
  ['of nobody in the room', claimOf(4, 1, [1])],
  ['of no whole number', claimOf(0.5, 1, [1])],
  ['with too few bits', { member: 0, sequence: 1, linked: new Uint8Array(0) }],
  ['with too many', { member: 0, sequence: 1, linked: new Uint8Array(2) }],
  ['with a sequence of nothing', claimOf(0, 0, [1])],
  ['with no number', claimOf(0, Number.NaN, [1])],
  ['beyond the last number', claimOf(0, 2 ** 48, [1])],
])('a claim %s changes nothing', (_, claim) => {
  const routes = someRoutes()
  expect(routes.learn(claim)).toBeUndefined()
  expect(routes.claims()).toEqual([])
})

test('what is kept of a claim is a copy', () => {
  const routes = someRoutes()
  const claim = claimOf(0, 1, [1])
  routes.learn(claim)
  claim.linked.fill(255)
  expect(routes.claims()).toEqual([claimOf(0, 1, [1])])
})

test('what is said of me, by a liar or by a former life of mine, is contradicted with a later claim', () => {
  const routes = someRoutes()
  expect(routes.learn(claimOf(1, 7, [0]))).toEqual(claimOf(1, 8, [0, 2, 3]))
  expect(routes.learn(claimOf(1, 7, [0]))).toBeUndefined()
  expect(routes.learn(claimOf(1, 9, [0, 2, 3]))).toBeUndefined()
  expect(routes.setLinked([0])).toEqual(claimOf(1, 10, [0]))
})

test('the last sequence cannot be contradicted, and does no harm to what I know of myself', () => {
  const routes = someRoutes()
  expect(routes.learn(claimOf(1, sequenceMax, [0]))).toBeUndefined()
  expect(routes.claim()).toBeUndefined()
  expect(routes.nextHops(1)).toEqual([0, 2, 3])
})

test('no member can be made to pass on claims without end', () => {
  const routes = someRoutes()
  for (const member of [0, 1]) {
    let news = 0
    for (let sequence = 1; sequence < 2_000; sequence += 2)
      if (routes.learn(claimOf(member, sequence, [sequence % 3])) !== undefined) news += 1
    expect(news).toBe(256)
  }
})

test('a claim is told to those who did not hear it from the claimant', () => {
  const routes = new Routes(6, 1)
  routes.setLinked([0, 2, 3, 4])
  expect(routes.hearersOf(claimOf(0, 1, [1, 2], 6), 0)).toEqual([3, 4])
  expect(routes.hearersOf(claimOf(5, 1, [0], 6), 3)).toEqual([2, 4])
  expect(routes.hearersOf(claimOf(1, 1, [0, 2, 3, 4], 6))).toEqual([0, 2, 3, 4])
})

test('what another said of a neighbour is told to the neighbour, even if it is made out to know', () => {
  const routes = new Routes(6, 1)
  routes.setLinked([0, 2, 3, 4])
  expect(routes.hearersOf(claimOf(0, 1, [0, 2], 6), 3)).toEqual([0, 4])
})

test('a lie about a member is contradicted in the whole room, and trees are as before', () => {
  const mesh = Array.from({ length: 6 }, (_, me) => [0, 1, 2, 3, 4, 5].filter((member) => member !== me))
  const model = new DeliveryModel(mesh, createSeededRandom(1), [5])
  model.begin()
  model.lie(5, 0, claimOf(3, 9, [3], 6))
  model.settle()
  for (const routes of model.routes.slice(0, 5)) {
    expect(routes.claims()).toEqual([claimOf(3, 10, [0, 1, 2, 4, 5], 6)])
    expect(routes.nextHops(5)).toEqual([])
  }
})

test('in a mesh that lost a member, each of the others claims so and is told so once by each', () => {
  const size = 30
  const mesh = Array.from({ length: size }, (_, me) =>
    Array.from({ length: size }, (_, member) => member).filter((member) => member !== me && me > 0 && member > 0),
  )
  const model = new DeliveryModel(mesh, createSeededRandom(1))
  model.begin()
  model.settle()
  expect(model.told).toBe((size - 1) * (size - 2))
})

test.each([
  ['no size', () => new Routes(0, 0)],
  ['too large a size', () => new Routes(101, 0)],
  ['nobody of the room as me', () => new Routes(4, 4)],
  ['links to nobody of the room', () => new Routes(4, 0).setLinked([4])],
  ['an author from elsewhere', () => new Routes(4, 0).nextHops(-1)],
])('%s is misuse', (_, misuse) => {
  expect(misuse).toThrow(TypeError)
})
