import type { PeerId } from '@rondo/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dice, poll, sealedBid } from '../../src/examples/index.js'
import type { Plan } from '../../src/plan/plan.js'
import { RoundView, type ViewParts } from '../../src/plan/round-view.js'
import { authorPhase, peerIds, playByHand, refutation, type Table } from './by-hand.js'

const options = ['tea', 'coffee', 'water']
const seed = fc.nat(1_000_000)
const memberCount = fc.integer({ min: 2, max: 9 })
const amounts = fc.array(fc.oneof(fc.nat(5), fc.maxSafeNat()), { minLength: 2, maxLength: 9 })

const diceTable = fc
  .record({ count: memberCount, sides: fc.integer({ min: 2, max: 1_000_000 }), seed })
  .map(
    ({ count, sides, seed }): Table => ({ setup: { sides }, members: Array.from({ length: count }, () => ({})), seed }),
  )

const pollTable = fc.record({ votes: fc.array(fc.constantFrom(...options), { minLength: 2, maxLength: 9 }), seed }).map(
  ({ votes, seed }): Table => ({
    setup: { question: 'What do we drink?', options },
    members: votes.map((vote) => ({ input: { vote } })),
    seed,
  }),
)

/** The seller stands anywhere. */
const auctionTable = fc.record({ amounts, seed, seller: fc.nat(8) }).map(
  ({ amounts, seed, seller }): Table => ({
    setup: { item: 'a bicycle' },
    members: amounts.map((amount, at) => ({
      role: at === seller % amounts.length ? 'seller' : 'bidder',
      input: { amount },
    })),
    seed,
  }),
)

const anyTable: fc.Arbitrary<{ plan: Plan; table: Table }> = fc.oneof(
  diceTable.map((table) => ({ plan: dice, table })),
  pollTable.map((table) => ({ plan: poll, table })),
  auctionTable.map((table) => ({ plan: sealedBid, table })),
)

test('whoever has the openings has the result: nothing else that a view holds changes it', async () => {
  await fc.assert(
    fc.asyncProperty(anyTable, async ({ plan, table }) => {
      const { roster, said, result } = await playByHand(plan, table)
      const openings: ViewParts = {
        round: '22'.repeat(32),
        attempt: '33'.repeat(32),
        number: 7,
        setup: table.setup,
        roster,
        roles: table.members.map(({ role }) => role),
        phase: 'elsewhere',
        said: new Map([['reveal', said.get('reveal') ?? []]]),
      }
      expect(plan.result(new RoundView(openings))).toEqual(result)
    }),
  )
})

test('of all values and salts, only what was committed to opens', async () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
  const value = fc.oneof(bytes, fc.nat(10), fc.constantFrom(...options), fc.anything())
  const changed = fc.record({ salt: bytes, value })
  await fc.assert(
    fc.asyncProperty(anyTable, changed, fc.nat(8), async ({ plan, table }, other, at) => {
      const { roster, said, view } = await playByHand(plan, table)
      const reveal = authorPhase(plan, 'reveal')
      const position = at % roster.length
      const opening = said.get('reveal')?.[position]
      expect(refutation(reveal, view, roster[position]!, opening)).toBeUndefined()
      expect(refutation(reveal, view, roster[position]!, { ...Object(opening), salt: other.salt })).toBeDefined()
      const value: unknown = Object(opening).value
      if (!Object.is(value, other.value) && !(value === 0 && other.value === 0))
        expect(refutation(reveal, view, roster[position]!, { ...Object(opening), value: other.value })).toBeDefined()
    }),
  )
})

test('no contribution whatsoever makes a schema or a check throw', async () => {
  const played = await Promise.all([
    playByHand(dice, { setup: { sides: 6 }, members: [{}, {}] }),
    playByHand(poll, {
      setup: { question: 'What do we drink?', options },
      members: [{ input: { vote: 'tea' } }, { input: { vote: 'water' } }],
    }),
    playByHand(sealedBid, {
      setup: { item: 'a bicycle' },
      members: [
        { role: 'seller', input: { amount: 1 } },
        { role: 'bidder', input: { amount: 2 } },
      ],
    }),
  ])
  const salt = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.anything())
  const hostile = fc.oneof(fc.anything(), fc.record({ salt, value: fc.anything() }))
  fc.assert(
    fc.property(hostile, fc.nat(2), fc.constantFrom('commit', 'reveal'), (value, which, name) => {
      const plan = [dice, poll, sealedBid][which]!
      const { view, roster } = played[which]!
      const reason = refutation(authorPhase(plan, name), view, roster[0]!, value)
      if (name === 'reveal') expect(reason).toBeDefined()
    }),
    { numRuns: 1_000 },
  )
})

interface Sale {
  readonly sold: boolean
  readonly winner?: PeerId
  readonly price?: number
}

const saleIn = (result: unknown): Sale => ({
  sold: Object(result).sold,
  winner: Object(result).winner,
  price: Object(result).price,
})

test('a sale is to a highest bidder at the second price, never below the reserve nor above the bid', async () => {
  await fc.assert(
    fc.asyncProperty(auctionTable, async (table) => {
      const { roster, result } = await playByHand(sealedBid, table)
      const inputs = table.members.map(({ role, input }, at) => ({ role, amount: Number(Object(input).amount), at }))
      const reserve = inputs.find(({ role }) => role === 'seller')!.amount
      const bids = inputs.filter(({ role }) => role === 'bidder').sort((a, b) => b.amount - a.amount)
      const [highest, second] = bids
      const sale = saleIn(result)
      expect(sale.sold).toBe(highest!.amount >= reserve)
      if (!sale.sold) return
      const winner = bids.find(({ at }) => roster[at] === sale.winner)
      expect(winner?.amount).toBe(highest!.amount)
      expect(sale.price).toBe(Math.max(reserve, second?.amount ?? reserve))
    }),
  )
})

test('the order of the roster decides no sale and no vote', async () => {
  const order = fc.array(fc.nat(100), { minLength: 9, maxLength: 9 })
  await fc.assert(
    fc.asyncProperty(auctionTable, pollTable, order, async (auction, ballot, keys) => {
      const [sale, resold] = await inBothOrders(sealedBid, auction, keys)
      const bids = auction.members
        .filter(({ role }) => role === 'bidder')
        .map(({ input }) => Number(Object(input).amount))
      const highest = Math.max(...bids)
      // A tie is drawn by lot, and another order is another draw.
      if (bids.filter((bid) => bid === highest).length === 1) expect(resold).toEqual(sale)
      const [count, recount] = await inBothOrders(poll, ballot, keys)
      expect(recount).toEqual(count)
    }),
  )
})

/** The same members with the same inputs, in the order given and in that of the keys. */
async function inBothOrders(plan: Plan, table: Table, keys: readonly number[]): Promise<[unknown, unknown]> {
  const roster = peerIds(table.members.length)
  const places = roster.map((_, at) => at).sort((a, b) => keys[a]! - keys[b]!)
  const given = await playByHand(plan, { ...table, roster })
  const other = await playByHand(plan, {
    ...table,
    roster: places.map((at) => roster[at]!),
    members: places.map((at) => table.members[at]!),
  })
  return [given.result, other.result]
}

test('the votes counted are the votes cast', async () => {
  await fc.assert(
    fc.asyncProperty(pollTable, async (table) => {
      const { result } = await playByHand(poll, table)
      const votes = table.members.map(({ input }) => Object(input).vote)
      expect(Object(result).tally).toEqual(
        options.map((option) => ({ option, votes: votes.filter((vote) => vote === option).length })),
      )
    }),
  )
})
