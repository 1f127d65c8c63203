import { type Coordinator, parsePeerId } from '@rondo/core'
import { type Outcome, rounds, type Served } from '@rondo/rounds'
import { dice } from '@rondo/rounds/examples'
import type { TransportName } from '../bench-case.ts'
import type { Target } from '../contestants/contestant.ts'
import { connectToTarget, createNode } from '../contestants/rondo-node.ts'
import { cpuUs } from '../ends/cpu-clock.ts'
import { machineMs } from '../machine-clock.ts'
import { quantile } from '../statistics.ts'
import { type CryptoCost, measureCrypto } from './bare-crypto.ts'
import { type BareExchange, createBareExchange, type ExchangePlan } from './bare-exchange.ts'

// The members of rounds that share this process. Each is a node with a key of its own and links to all others; also between
// those of one process there is the whole transport.

interface Member {
  readonly node: Coordinator
  readonly served: Served
  readonly exchange: BareExchange
}

/** What the members here have sent and received so far, and what this process has used of the processor. */
export interface Usage {
  readonly messagesSent: number
  readonly bytes: number
  readonly cpuUs: number
}

/** Far above what is asked for, so that every guard does its work and none holds a round back. */
const generous = { limits: { invitationsPerSecond: 1_000_000, invitationsBurst: 1_000_000 } }
const dialsAtOnce = 16
/** A machine may be busy; a round that hangs fails the run. */
const deadlineMs = 60_000

export function createMembers(transport: TransportName) {
  const members: Member[] = []
  let hosted: Promise<Outcome> | undefined

  function first(): Coordinator {
    const [member] = members
    if (member === undefined) throw new Error('there are no members here yet')
    return member.node
  }

  return {
    async open({ count }: { readonly count: number }): Promise<readonly Target[]> {
      const targets: Target[] = []
      for (let index = 0; index < count; index += 1) {
        const node = await createNode(transport)
        const served = rounds(node, generous).serve(dice, (invite) => invite.accept())
        members.push({ node, served, exchange: createBareExchange(node) })
        const { addresses } = await node.listen(transport === 'ws' ? 'ws://127.0.0.1:0' : `memory:member-${index}`)
        targets.push({ address: addresses[0] ?? '', peerId: node.peerId })
      }
      return targets
    },

    /** Links the members here to all that stand behind them in the list of everybody. */
    async connect({ everybody }: { readonly everybody: readonly Target[] }): Promise<number> {
      const dials = members.flatMap(({ node }) => {
        const place = everybody.findIndex(({ peerId }) => peerId === node.peerId)
        return everybody.slice(place + 1).map((target) => () => connectToTarget(node, target))
      })
      for (let made = 0; made < dials.length; made += dialsAtOnce)
        await Promise.all(dials.slice(made, made + dialsAtOnce).map((dial) => dial()))
      return dials.length
    },

    /** The first member here invites the others. Returns when it began to. */
    async start({ others }: { readonly others: readonly string[] }): Promise<number> {
      const node = first()
      const beganMs = machineMs()
      const round = await rounds(node).start(dice, {
        with: others.map((peerId) => parsePeerId(peerId)),
        setup: { sides: 6 },
        answerMs: deadlineMs,
        deadlineMs,
      })
      hosted = round.outcome
      return beganMs
    },

    /** Returns when the last member here had its outcome; a round that is not completed fails the run. */
    async finish({ hosts }: { readonly hosts: boolean }): Promise<number> {
      const served = hosts ? members.slice(1) : members
      const outcomes = await Promise.all([...(hosts ? [hosted] : []), ...served.map((member) => member.served.next())])
      const endedMs = machineMs()
      for (const outcome of outcomes) {
        if (outcome?.status === 'aborted') throw new Error(`a round was aborted: ${outcome.reason}: ${outcome.detail}`)
      }
      return endedMs
    },

    /** The same messages with no rounds in them. Returns how long it took for the members here. */
    async exchange(plan: ExchangePlan): Promise<number> {
      const beganMs = machineMs()
      await Promise.all(members.map(({ exchange }) => exchange.run(plan)))
      return machineMs() - beganMs
    },

    /** The median. */
    async roundTripMs({ to, count }: { readonly to: string; readonly count: number }): Promise<number> {
      const [member] = members
      return quantile((await member?.exchange.roundTripsMs(parsePeerId(to), count)) ?? [], 0.5)
    },

    crypto: ({ times }: { readonly times: number }): Promise<CryptoCost> => measureCrypto(times),

    async close(): Promise<void> {
      await Promise.all(members.map(({ node }) => node.stop()))
    },

    usage(): Usage {
      const stats = members.map(({ node }) => node.getStats())
      return {
        messagesSent: stats.reduce((sum, { messagesSent }) => sum + messagesSent, 0),
        bytes: stats.reduce((sum, { bytesSent, bytesReceived }) => sum + bytesSent + bytesReceived, 0),
        cpuUs: cpuUs(),
      }
    },
  }
}

/** What a process of members can be told to do. */
export interface MemberEnds {
  readonly members: ReturnType<typeof createMembers>
}
