import { commitment, committed, Declined, defineRounds, fault, hashMod, opening, opens, schemaOf } from '../index.js'

// An auction without an auctioneer: sealed bids, opened together; the highest wins and pays what the second offered, or the reserve.
// Promises: no bid is seen before all are fixed, none is changed after, and everybody computes the same sale. Does not promise
// secrecy afterwards (every bid is in the transcript), that a bidder who regrets it opens at all (the auction is then aborted, and
// he is a suspect), that bidders are as many people as they are members, or that anybody pays.

const lot = schemaOf(
  (value): value is { readonly item: string } =>
    typeof value === 'object' && value !== null && 'item' in value && isName(value.item),
  'an item, named in 1 to 200 characters',
)

/** In the smallest unit of a currency, so that there are no fractions. */
const amount = schemaOf(isAmount, 'a whole amount, not below 0')

/**
 * `setup: { item: 'a bicycle' }`, and for each member `local: { amount: 12_000 }`: what a bidder pays at most, or the seller takes at
 * least. One member has the role `seller`, all others are a `bidder`.
 */
export const sealedBid = defineRounds({ name: 'sealed-bid', version: 1, setup: lot, roles: ['seller', 'bidder'] })
  .local<{ readonly amount: number }>()
  .remember('amount', (view, local) => committed(view, local, local.input.amount))
  .phase('commit', {
    contribution: commitment,
    contribute: (view, local) => {
      const bidders = view.membersIn('bidder').length
      if (view.membersIn('seller').length !== 1 || bidders !== view.roster.length - 1)
        throw new Declined('an auction has one seller, and all others bid')
      // Whoever saw the amounts of an attempt that failed would bid by them in the next.
      if (view.number > 1) throw new Declined('the bids may have been seen: ask for new ones')
      if (!isAmount(local.input.amount)) throw new Declined('the amount is no whole number, or below 0')
      return local.remember('amount').commitment
    },
  })
  .agree('closed')
  .phase('reveal', {
    contribution: opening(amount),
    contribute: (_view, local) => local.remember('amount').opening,
    check: (view, from, shown) =>
      opens(view, 'commit', from, shown) || fault('the opening does not match its commitment'),
  })
  .result((view) => {
    const reveals = view.all('reveal')
    const amountOf = (member: (typeof view.roster)[number]): number => view.said('reveal', member).value
    // Equal bids are put in order by lot, from all openings: each was fixed before its author saw another.
    const lotOf = (bidder: string): number => hashMod([bidder, ...reveals], 2 ** 48)
    const [winner, second] = [...view.membersIn('bidder')].sort(
      (a, b) => amountOf(b) - amountOf(a) || lotOf(a) - lotOf(b),
    )
    const reserve = Math.max(...view.membersIn('seller').map(amountOf))
    if (winner === undefined || amountOf(winner) < reserve) return { sold: false as const }
    return { sold: true as const, winner, price: second === undefined ? reserve : Math.max(reserve, amountOf(second)) }
  })

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= 200
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
