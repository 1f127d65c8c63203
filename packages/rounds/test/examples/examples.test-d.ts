import type { PeerId } from '@rondo/core'
import type { Rounds } from '@rondo/rounds'
import { dice, poll, sealedBid } from '@rondo/rounds/examples'
import { expectTypeOf } from 'vitest'

// Checked by the compiler, never run: what an example's users are told by its types, and what does not compile.

declare const engine: Rounds
declare const peerId: PeerId

export async function start(): Promise<void> {
  const roll = await engine.start(dice, { with: [peerId], setup: { sides: 6 } })
  const outcome = await roll.outcome
  if (outcome.status === 'completed') expectTypeOf(outcome.result).toEqualTypeOf<{ roll: number }>()

  const bidders = [{ peerId, role: 'bidder' as const }]
  const setup = { item: 'a bicycle' }
  const sale = await engine.start(sealedBid, { with: bidders, role: 'seller', setup, local: { amount: 100 } })
  const sold = await sale.outcome
  if (sold.status === 'completed' && sold.result.sold) {
    expectTypeOf(sold.result.winner).toEqualTypeOf<PeerId>()
    expectTypeOf(sold.result.price).toEqualTypeOf<number>()
  }

  // @ts-expect-error a die has sides
  await engine.start(dice, { with: [peerId], setup: {} })
  // @ts-expect-error nobody brings anything along to a throw of dice
  await engine.start(dice, { with: [peerId], setup: { sides: 6 }, local: { seed: 7 } })
  // @ts-expect-error an auction takes an amount
  await engine.start(sealedBid, { with: bidders, role: 'seller', setup })
  // @ts-expect-error there is no such role
  await engine.start(sealedBid, { with: [{ peerId, role: 'auctioneer' }], setup, local: { amount: 1 } })
}

export function serve(): void {
  engine.serve(dice, (invite) => (invite.setup.sides > 6 ? invite.decline() : invite.accept()))
  engine.serve(poll, (invite) => invite.accept({ local: { vote: invite.setup.options[0] ?? '' } }))
  // @ts-expect-error a poll takes a vote
  engine.serve(poll, (invite) => invite.accept())
  // @ts-expect-error a vote is one of the options, by its text
  engine.serve(poll, (invite) => invite.accept({ local: { vote: 1 } }))
}
