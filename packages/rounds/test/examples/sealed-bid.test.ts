import { checkSchema } from '@rondo/core'
import { expect, test } from 'vitest'
import { sealedBid } from '../../src/examples/index.js'
import { Declined } from '../../src/index.js'
import { authorPhase, peerIds, playByHand, Refused, refutation, type Table } from './by-hand.js'

const roster = peerIds(5)

/** A seller in the first place, and a bidder for each bid. */
function auction(reserve: number, ...bids: number[]): Table {
  return {
    setup: { item: 'a bicycle' },
    members: [
      { role: 'seller', input: { amount: reserve } },
      ...bids.map((amount) => ({ role: 'bidder', input: { amount } })),
    ],
  }
}

const saleOf = async (table: Table): Promise<unknown> => (await playByHand(sealedBid, table)).result

test('the highest bid wins, and pays what the second offered', async () => {
  expect(await saleOf(auction(100, 120, 180, 150))).toEqual({ sold: true, winner: roster[2], price: 150 })
})

test('the reserve is the price where no second bid reaches it', async () => {
  expect(await saleOf(auction(160, 120, 180, 150))).toEqual({ sold: true, winner: roster[2], price: 160 })
  expect(await saleOf(auction(160, 160))).toEqual({ sold: true, winner: roster[1], price: 160 })
})

test('nothing is sold where no bid reaches the reserve', async () => {
  expect(await saleOf(auction(181, 120, 180, 150))).toEqual({ sold: false })
})

test('equal bids are drawn by lot: each of them wins sometimes, and pays its bid', async () => {
  const winners = new Set<unknown>()
  for (let seed = 0; seed < 40; seed += 1) {
    const sale = await saleOf({ ...auction(100, 150, 120, 150, 150), seed })
    expect(sale).toMatchObject({ sold: true, price: 150 })
    winners.add(Object(sale).winner)
  }
  expect([...winners].sort()).toEqual([roster[1], roster[3], roster[4]].sort())
})

test('a bid of 0 is a bid, and amounts may be as large as whole numbers are exact', async () => {
  expect(await saleOf(auction(0, 0))).toEqual({ sold: true, winner: roster[1], price: 0 })
  expect(await saleOf(auction(1, Number.MAX_SAFE_INTEGER, 7))).toEqual({ sold: true, winner: roster[1], price: 7 })
})

test.each([
  ['without a seller', [{ role: 'bidder' }, { role: 'bidder' }]],
  ['with two sellers', [{ role: 'seller' }, { role: 'bidder' }, { role: 'seller' }]],
  ['with somebody who has no role', [{ role: 'seller' }, { role: 'bidder' }, {}]],
])('nobody commits to anything in an auction %s', async (_what, members) => {
  const table = { ...auction(1), members: members.map((member) => ({ ...member, input: { amount: 1 } })) }
  await expect(playByHand(sealedBid, table)).rejects.toBeInstanceOf(Declined)
})

test('nobody bids again in an attempt after one in which the bids may have been seen', async () => {
  await expect(playByHand(sealedBid, { ...auction(1, 2), number: 2 })).rejects.toThrow('the bids may have been seen')
})

test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('a member does not commit to %d', async (bid) => {
  await expect(playByHand(sealedBid, auction(1, bid))).rejects.toThrow('the amount is no whole number')
})

test('a bid that was changed after it was committed to convicts its bidder', async () => {
  const regret = playByHand(sealedBid, {
    ...auction(100, 120, 180),
    instead: (phase, at, said) => (phase === 'reveal' && at === 2 ? { ...Object(said), value: 121 } : said),
  })
  await expect(regret).rejects.toEqual(new Refused(2, 'the opening does not match its commitment'))
})

test('an amount that is none is refused though it was committed to', async () => {
  const { view, roster: members } = await playByHand(sealedBid, auction(100, 120))
  const reveal = authorPhase(sealedBid, 'reveal')
  const salt = new Uint8Array(32)
  for (const value of [-1, 1.5, '7', null, 2n ** 64n])
    expect(refutation(reveal, view, members[1]!, { salt, value })).toBe('schema')
})

test.each([{}, { item: '' }, { item: 'x'.repeat(201) }, { item: 7 }, null, 'a bicycle'])(
  'the setup %j is refused',
  (setup) => {
    expect(checkSchema(sealedBid.setup, setup)).toMatchObject({ ok: false })
  },
)
