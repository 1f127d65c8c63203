import { createSeededRandom } from '@rondo/testkit/memory'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bitmapBytes } from '../../src/delivery/bitmap.js'
import { Routes } from '../../src/delivery/routes.js'
import { connectedGraph, DeliveryModel } from './delivery-model.js'

const full = process.env['RONDO_TIER'] === 'full'
const runs = { numRuns: full ? 1_000 : 40 }

const small = fc.integer({ min: 2, max: 16 })
const sizes = fc.oneof({ weight: 12, arbitrary: small }, { weight: 1, arbitrary: fc.constant(full ? 100 : 40) })
const worlds = fc.record({
  size: sizes,
  share: fc.constantFrom(0, 0.05, 0.3, 0.9, 1),
  seed: fc.integer(),
})

test('who knows the whole graph delivers every article to everybody once', () => {
  fc.assert(
    fc.property(worlds, ({ size, share, seed }) => {
      const random = createSeededRandom(seed)
      const model = new DeliveryModel(connectedGraph(size, share, random), random)
      model.begin()
      model.settle()
      for (let author = 0; author < size; author += 1) model.say(author, 0)
      model.settle()
      expect(model.held.map(({ size: count }) => count)).toEqual(Array(size).fill(size))
      expect(model.pushed).toBe(size * (size - 1))
    }),
    runs,
  )
})

test('so it is with a hundred members of whom each has about ten links', () => {
  const random = createSeededRandom(100)
  const model = new DeliveryModel(connectedGraph(100, 0.08, random), random)
  model.begin()
  model.settle()
  for (let author = 0; author < 100; author += 1) model.say(author, 0)
  model.settle()
  expect(model.held.map(({ size }) => size)).toEqual(Array(100).fill(100))
  expect(model.pushed).toBe(100 * 99)
})

test('claims come to everybody, and all know the same graph', () => {
  fc.assert(
    fc.property(worlds, ({ size, share, seed }) => {
      const random = createSeededRandom(seed)
      const links = connectedGraph(size, share, random)
      const model = new DeliveryModel(links, random)
      model.begin()
      model.settle()
      const said = links.flatMap((each, member) => (each.length === size - 1 ? [] : [member]))
      for (const routes of model.routes) {
        expect(
          routes
            .claims()
            .map(({ member }) => member)
            .sort((a, b) => a - b),
        ).toEqual(said)
      }
    }),
    runs,
  )
})

const hostileClaims = fc.array(
  fc.record({ member: fc.nat(99), sequence: fc.integer({ min: 1, max: 4 }), seed: fc.integer() }),
  { maxLength: 30 },
)

test('with links that change, liars who pass nothing on, and articles before claims, asking brings everything to everybody', () => {
  fc.assert(
    fc.property(
      worlds.filter(({ size }) => size <= 20),
      hostileClaims,
      fc.array(fc.tuple(fc.nat(99), fc.nat(99), fc.boolean()), { maxLength: 10 }),
      ({ size, share, seed }, hostile, changes) => {
        const random = createSeededRandom(seed)
        // The honest are connected among themselves; the liar, the last one, is linked to all.
        const links = connectedGraph(size, share, random)
        const liar = size
        for (const each of links) each.push(liar)
        const model = new DeliveryModel([...links, Array.from({ length: size }, (_, member) => member)], random, [liar])
        model.begin()
        for (let author = 0; author < size; author += 1) model.say(author, 0)
        for (const { member, sequence, seed: bits } of hostile) {
          const dice = createSeededRandom(bits)
          const linked = Uint8Array.from({ length: bitmapBytes(size + 1) }, () => Math.floor(dice() * 256))
          model.lie(liar, member % size, { member: Math.floor(dice() * (size + 1)), sequence, linked })
        }
        for (const [one, other, isLinked] of changes) {
          const isThere = links[one % size]?.includes(other % size) === true
          if (one % size !== other % size && !isThere) model.relink(one % size, other % size, isLinked)
        }
        model.settle()
        for (let author = 0; author < size; author += 1) model.say(author, 1)
        model.settle()
        const isComplete = (): boolean => model.held.slice(0, size).every((held) => held.size === 2 * size)
        // A member may ask the liar many times running; of the honest it needs to reach, each turn brings one nearer.
        for (let turn = 0; turn < 1_000 && !isComplete(); turn += 1) {
          for (let member = 0; member < size; member += 1) model.askSomebody(member)
          model.settle()
        }
        expect(isComplete()).toBe(true)
      },
    ),
    runs,
  )
})

test('whatever is claimed, hops are neighbours and nobody is passed on to twice', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.array(
        fc.record({
          member: fc.integer(),
          sequence: fc.oneof(fc.double(), fc.integer()),
          linked: fc.uint8Array({ maxLength: 14 }),
        }),
      ),
      fc.uint8Array(),
      (size, claims, bytes) => {
        const linked = new Set(Array.from(bytes, (byte) => byte % size))
        const routes = new Routes(size, 0)
        routes.setLinked(linked)
        linked.delete(0)
        for (const claim of claims) routes.learn(claim)
        for (let author = 0; author < size; author += 1) {
          const hops = routes.nextHops(author)
          expect(new Set(hops).size).toBe(hops.length)
          expect(hops.filter((hop) => !linked.has(hop) || hop === author)).toEqual([])
        }
      },
    ),
    runs,
  )
})
