import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { CalledProcess } from '../processes/bench-process.ts'
import type { CryptoCost } from './bare-crypto.ts'
import type { GameName } from './games.ts'
import type { MemberEnds, Usage } from './members.ts'
import type { Mesh } from './mesh.ts'

// All members of a round, in as many processes as it is laid out over, the host in the first. Everybody is linked to everybody.

const program = fileURLToPath(new URL('./members-process.ts', import.meta.url))
/** Acknowledgements and goodbyes come a little later, and belong to what they are about. */
const afterglowMs = 30
/** A hundred members of one process on a busy machine take minutes for a round. */
const callTimeoutMs = 600_000

type MembersProcess = CalledProcess<MemberEnds>

export interface PartyPlan {
  readonly game: GameName
  readonly items?: number
  readonly mesh: Mesh
  /** How many members each process has. */
  readonly shares: readonly number[]
  /** Names its profiles. */
  readonly label: string
  readonly cpuProfDir: string | undefined
}

/** What something took, over all members. */
export interface Bill extends Usage {
  /** Of each one. */
  readonly tookMs: readonly number[]
  /** Processor time of the host's process alone. */
  readonly hostCpuUs: number
}

export interface Watched extends Bill {
  /** The longest that the host's process was busy at a stretch, round by round. */
  readonly blockedMs: readonly number[]
}

export interface Party {
  readonly members: number
  readonly processes: number
  /** How long all links took to make. */
  readonly linkedMs: number
  play(times: number): Promise<Bill>
  /** The same, looking at the host's process, where a timer falls due once a millisecond meanwhile. */
  watch(times: number): Promise<Watched>
  /** From now on the last member breaks the rules, and every round must convict it. */
  spoil(): Promise<void>
  exchange(bytes: number, times: number): Promise<Bill>
  /** Between the host and the last member. */
  roundTripMs(count: number): Promise<number>
  crypto(times: number): Promise<CryptoCost>
}

/** As evenly as it goes. */
export function halved(members: number): readonly number[] {
  return [Math.ceil(members / 2), Math.floor(members / 2)]
}

/** Lends a party, and ends its processes afterwards, whatever happens. */
export async function withParty<T>(plan: PartyPlan, use: (party: Party) => Promise<T>): Promise<T> {
  const { game, items = 1, mesh, shares, label, cpuProfDir } = plan
  const args = [mesh, game, String(items)]
  const processes = shares.map(
    (_, index): MembersProcess =>
      new CalledProcess({ program, args, callTimeoutMs, label: `${label}.${index}`, cpuProfDir }),
  )
  try {
    return await use(await gather(shares, processes))
  } finally {
    await Promise.all(processes.map((each) => each.end()))
  }
}

async function gather(shares: readonly number[], processes: readonly MembersProcess[]): Promise<Party> {
  const members = shares.reduce((sum, share) => sum + share, 0)
  const beganMs = performance.now()
  const targets = await Promise.all(
    processes.map((each, index) => {
      const firstSeat = shares.slice(0, index).reduce((sum, share) => sum + share, 0)
      return each.call('members', 'open', { members, firstSeat, count: shares[index] ?? 0 })
    }),
  )
  const everybody = targets.flat()
  await Promise.all(processes.map((each) => each.call('members', 'connect', { everybody })))
  const linkedMs = performance.now() - beganMs
  const [host] = processes
  if (host === undefined) throw new TypeError('a party has a process')
  const others = everybody.slice(1).map(({ peerId = '' }) => peerId)
  let spoiler: string | undefined

  async function bill(work: () => Promise<readonly number[]>): Promise<Bill> {
    await sleep(afterglowMs)
    const before = await usageOf(processes)
    const tookMs = await work()
    await sleep(afterglowMs)
    const after = await usageOf(processes)
    return {
      tookMs,
      messagesSent: after.messagesSent - before.messagesSent,
      bytes: after.bytes - before.bytes,
      cpuUs: after.cpuUs - before.cpuUs,
      hostCpuUs: after.hostCpuUs - before.hostCpuUs,
    }
  }

  async function playOnce(first: MembersProcess): Promise<number> {
    const guests = processes.slice(1).map((each) => each.call('members', 'finish', { hosts: false, spoiler }))
    const began = first.call('members', 'start', { others })
    const hosted = began.then(() => first.call('members', 'finish', { hosts: true, spoiler }))
    return Math.max(...(await Promise.all([hosted, ...guests]))) - (await began)
  }

  return {
    members,
    processes: processes.length,
    linkedMs,
    play: (times) =>
      bill(async () => {
        const tookMs: number[] = []
        while (tookMs.length < times) tookMs.push(await playOnce(host))
        return tookMs
      }),
    async watch(times) {
      const blockedMs: number[] = []
      const played = await bill(async () => {
        const tookMs: number[] = []
        while (tookMs.length < times) {
          await host.call('members', 'watch', undefined)
          tookMs.push(await playOnce(host))
          blockedMs.push(await host.call('members', 'watched', undefined))
        }
        return tookMs
      })
      return { ...played, blockedMs }
    },
    async spoil() {
      spoiler = others.at(-1)
      await processes.at(-1)?.call('members', 'spoil', undefined)
    },
    exchange: (bytes, times) =>
      bill(async () => {
        const plan = { peers: members - 1, bytes, times }
        const took = await Promise.all(processes.map((each) => each.call('members', 'exchange', plan)))
        return [Math.max(...took) / times]
      }),
    roundTripMs: (count) => host.call('members', 'roundTripMs', { to: others.at(-1) ?? '', count }),
    crypto: (times) => host.call('members', 'crypto', { times }),
  }
}

async function usageOf(processes: readonly MembersProcess[]): Promise<Usage & { readonly hostCpuUs: number }> {
  const all = await Promise.all(processes.map((each) => each.call('members', 'usage', undefined)))
  const sum = (of: (usage: Usage) => number): number => all.reduce((total, usage) => total + of(usage), 0)
  return {
    messagesSent: sum((u) => u.messagesSent),
    bytes: sum((u) => u.bytes),
    cpuUs: sum((u) => u.cpuUs),
    hostCpuUs: all[0]?.cpuUs ?? 0,
  }
}
