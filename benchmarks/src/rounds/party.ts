import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Setting } from '../bench-case.ts'
import { CalledProcess } from '../processes/bench-process.ts'
import type { CryptoCost } from './bare-crypto.ts'
import type { MemberEnds, Usage } from './members.ts'

// All members of a round: in one process where the transport stays within one, otherwise in two, as many as there are cores to
// count on, the host in the first. Everybody is linked to everybody.

const program = fileURLToPath(new URL('./members-process.ts', import.meta.url))
/** Acknowledgements and goodbyes come a little later, and belong to what they are about. */
const afterglowMs = 30

type MembersProcess = CalledProcess<MemberEnds>

/** What something took, over all members. */
export interface Bill extends Usage {
  /** Of each one. */
  readonly tookMs: readonly number[]
}

export interface Party {
  readonly members: number
  readonly processes: number
  /** How long all links took to make. */
  readonly linkedMs: number
  play(times: number): Promise<Bill>
  exchange(bytes: number, times: number): Promise<Bill>
  /** Between the host and the last member. */
  roundTripMs(count: number): Promise<number>
  crypto(times: number): Promise<CryptoCost>
}

/** Lends a party of so many members, and ends its processes afterwards, whatever happens. */
export async function withParty<T>(
  members: number,
  caseName: string,
  { transport, cpuProfDir }: Setting,
  use: (party: Party) => Promise<T>,
): Promise<T> {
  const processes = Array.from({ length: transport === 'memory' ? 1 : 2 }, (_, index): MembersProcess => {
    return new CalledProcess({ program, args: [transport], label: `${caseName}.n${members}.${index}`, cpuProfDir })
  })
  try {
    return await use(await gather(members, processes))
  } finally {
    await Promise.all(processes.map((each) => each.end()))
  }
}

async function gather(members: number, processes: readonly MembersProcess[]): Promise<Party> {
  const share = Math.ceil(members / processes.length)
  const beganMs = performance.now()
  const targets = await Promise.all(
    processes.map((each, index) => each.call('members', 'open', { count: Math.min(share, members - index * share) })),
  )
  const everybody = targets.flat()
  await Promise.all(processes.map((each) => each.call('members', 'connect', { everybody })))
  const linkedMs = performance.now() - beganMs
  const [host] = processes
  if (host === undefined) throw new TypeError('a party has a process')
  const others = everybody.slice(1).map(({ peerId = '' }) => peerId)

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
    }
  }

  async function playOnce(first: MembersProcess): Promise<number> {
    const guests = processes.slice(1).map((each) => each.call('members', 'finish', { hosts: false }))
    const began = first.call('members', 'start', { others })
    const hosted = began.then(() => first.call('members', 'finish', { hosts: true }))
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

async function usageOf(processes: readonly MembersProcess[]): Promise<Usage> {
  const all = await Promise.all(processes.map((each) => each.call('members', 'usage', undefined)))
  const sum = (of: (usage: Usage) => number): number => all.reduce((total, usage) => total + of(usage), 0)
  return { messagesSent: sum((u) => u.messagesSent), bytes: sum((u) => u.bytes), cpuUs: sum((u) => u.cpuUs) }
}
