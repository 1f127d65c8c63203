import { type Coordinator, parsePeerId } from '@rondo/core'
import type { Target } from '../contestants/contestant.ts'
import { connectToTarget, createNode } from '../contestants/rondo-node.ts'
import { cpuUs } from '../ends/cpu-clock.ts'
import { machineMs } from '../machine-clock.ts'
import { quantile } from '../statistics.ts'
import { type CryptoCost, measureCrypto } from './bare-crypto.ts'
import { type BareExchange, createBareExchange, type ExchangePlan } from './bare-exchange.ts'
import { createBlockProbe } from './block-probe.ts'
import type { Ended, Game, Player } from './game.ts'
import { type Mesh, meshes } from './mesh.ts'

// The members of rounds that share this process. Each is a node with a key of its own and links to all others; also between
// those of one process there is the whole transport.

interface Member {
  readonly node: Coordinator
  readonly player: Player
  readonly exchange: BareExchange
}

/** What the members here have sent and received so far, and what this process has used of the processor. */
export interface Usage {
  readonly messagesSent: number
  readonly bytes: number
  readonly cpuUs: number
}

const dialsAtOnce = 16

export interface Seating {
  /** Of all members, wherever they are. */
  readonly members: number
  /** Of the first member here, among all. */
  readonly firstSeat: number
  readonly count: number
}

export interface Finish {
  readonly hosts: boolean
  /** Who was to break the rules, and so must have been convicted by all others. */
  readonly spoiler?: string | undefined
}

export function createMembers(mesh: Mesh, game: Game) {
  const members: Member[] = []
  const probe = createBlockProbe()
  /** How those of this process reach each other. */
  const nearby = new Map<string, Target>()
  let hosted: Promise<Ended> | undefined

  function first(): Member {
    const [member] = members
    if (member === undefined) throw new Error('there are no members here yet')
    return member
  }

  return {
    async open({ members: seats, firstSeat, count }: Seating): Promise<readonly Target[]> {
      const { transports, addressesAt } = meshes[mesh]
      const targets: Target[] = []
      for (let seat = firstSeat; seat < firstSeat + count; seat += 1) {
        const node = await createNode({ transports, store: game.openStore?.() })
        members.push({ node, player: game.join(node, seat, seats), exchange: createBareExchange(node) })
        const addresses: string[] = []
        for (const address of addressesAt(seat)) addresses.push(...(await node.listen(address)).addresses)
        const [far = '', near = far] = addresses
        nearby.set(node.peerId, { address: near, peerId: node.peerId })
        targets.push({ address: far, peerId: node.peerId })
      }
      return targets
    },

    /** Links the members here to all that stand behind them in the list of everybody. */
    async connect({ everybody }: { readonly everybody: readonly Target[] }): Promise<number> {
      const dials = members.flatMap(({ node }) => {
        const place = everybody.findIndex(({ peerId }) => peerId === node.peerId)
        return everybody
          .slice(place + 1)
          .map((target) => () => connectToTarget(node, nearby.get(target.peerId ?? '') ?? target))
      })
      for (let made = 0; made < dials.length; made += dialsAtOnce)
        await Promise.all(dials.slice(made, made + dialsAtOnce).map((dial) => dial()))
      return dials.length
    },

    /** The first member here invites the others. Returns when it began to. */
    async start({ others }: { readonly others: readonly string[] }): Promise<number> {
      const beganMs = machineMs()
      hosted = (await first().player.start(others.map((peerId) => parsePeerId(peerId)))).ended
      return beganMs
    },

    /** Returns when the last member here had its outcome; a round that ends in another way than it should fails the run. */
    async finish({ hosts, spoiler }: Finish): Promise<number> {
      // Whoever spoils a round may never hear how it ended.
      const served = (hosts ? members.slice(1) : members).filter(({ node }) => node.peerId !== spoiler)
      const ended = await Promise.all([...(hosts ? [hosted] : []), ...served.map(({ player }) => player.next())])
      const endedMs = machineMs()
      for (const each of ended) {
        const isRight = spoiler === undefined ? each?.isCompleted : each?.culprits.join() === spoiler
        if (isRight !== true) throw new Error(`a round ended as it should not: ${each?.words}`)
      }
      return endedMs
    },

    /** The last member here breaks the rules from now on. */
    spoil(): void {
      const { player } = members.at(-1) ?? first()
      if (player.spoil === undefined) throw new Error('nobody spoils this game')
      player.spoil()
    },

    /** Begins to watch how long this process is busy at a stretch. */
    watch: (): void => probe.begin(),

    /** The longest since. */
    watched: (): number => probe.end(),

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
