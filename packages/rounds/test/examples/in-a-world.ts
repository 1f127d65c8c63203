import type { Coordinator } from '@rondo/core'
import { type Outcome, type RoundsDefinition, rounds } from '@rondo/rounds'
import { dice, poll, sealedBid } from '@rondo/rounds/examples'
import { type Malice, type SimulateOptions, simulate } from '@rondo/testkit/simulator'

// The examples on the real engine: how peer 0 begins each of them, and how the others take part.

type PeerId = Coordinator['peerId']

interface Example {
  readonly definition: RoundsDefinition
  play(peer: Coordinator, index: number, others: readonly PeerId[]): Promise<Outcome>
}

export const badNetwork = { latencyMs: [5, 80] as const, loss: 0.1, reorder: 0.2 }

const options = ['tea', 'coffee', 'water']

const examples: readonly Example[] = [
  {
    definition: dice,
    async play(peer, index, others) {
      if (index > 0) {
        const served = rounds(peer).serve(dice, (invite) => invite.accept())
        return served.next()
      }
      return (await rounds(peer).start(dice, { with: others, setup: { sides: 6 } })).outcome
    },
  },
  {
    definition: sealedBid,
    async play(peer, index, others) {
      const local = { amount: 100 + 7 * ((3 * index) % 5) }
      if (index > 0) {
        const served = rounds(peer).serve(sealedBid, (invite) => invite.accept({ local }))
        return served.next()
      }
      const bidders = others.map((peerId) => ({ peerId, role: 'bidder' as const }))
      const start = { with: bidders, role: 'seller' as const, setup: { item: 'a bicycle' }, local }
      return (await rounds(peer).start(sealedBid, start)).outcome
    },
  },
  {
    definition: poll,
    async play(peer, index, others) {
      const local = { vote: options[index % 3] ?? '' }
      if (index > 0) {
        const served = rounds(peer).serve(poll, (invite) => invite.accept({ local }))
        return served.next()
      }
      const start = { with: others, setup: { question: 'What do we drink?', options }, local }
      return (await rounds(peer).start(poll, start)).outcome
    },
  },
]

export const names = examples.map(({ definition }) => definition.name)

export function definitionOf(name: string): RoundsDefinition {
  return exampleOf(name).definition
}

/** One round, begun by peer 0; with malice, that of peer 1. */
export async function playInWorld(name: string, options: SimulateOptions, malice?: Malice) {
  const { play } = exampleOf(name)
  const world = simulate({ network: badNetwork, ...options })
  if (malice !== undefined) world.malicious(1, malice)
  const { outcomes } = await world.run((peer, index) => play(peer, index, world.others(0)))
  return { outcomes, peerIds: world.peers.map(({ peerId }) => peerId) }
}

function exampleOf(name: string): Example {
  const example = examples.find(({ definition }) => definition.name === name)
  if (example === undefined) throw new TypeError(`there is no example ${name}`)
  return example
}
