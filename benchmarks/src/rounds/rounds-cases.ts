import type { BenchCase, Measured, Metric, Sample, Setting, TransportName } from '../bench-case.ts'
import type { Goal } from '../goal.ts'
import type { Plan } from '../plan.ts'
import { halved, withParty } from './party.ts'
import {
  allCpu,
  articlesPerMember,
  bytesPerLink,
  bytesPerMember,
  type Costs,
  type Effort,
  engineCpu,
  measureRounds,
  messagesPerMember,
  wall,
} from './round-cost.ts'
import { mergeSizes, nameOf } from './sizes.ts'

/** What a round cannot do without, and what the same messages cost with no rounds in them. */
const least = 'round trips + crypto'
const bare = 'bare exchanges + crypto'

const growth = 'bytes a link, most members to fewest'

const allSizes = [2, 5, 20, 100]

function diceOver(transport: TransportName, sizesOf: (plan: Plan) => readonly number[]): BenchCase {
  return {
    name: `dice-${transport}`,
    about: `a round of dice over ${transport}, everybody linked to everybody`,
    transports: [transport],
    payloadBytes: 0,
    metrics: [
      ...allSizes.flatMap(metricsOf),
      { name: growth, unit: 'times', comparedWith: [], goals: [{ atMost: 1.25 }] },
    ],
    measure: (setting) => measureSizes(setting, sizesOf(setting.plan)),
  }
}

function metricsOf(members: number): readonly Metric[] {
  const metric = (name: string, unit: string, comparedWith: readonly string[] = [], goals: readonly Goal[] = []) => ({
    name: nameOf(name, members),
    unit,
    comparedWith,
    goals,
    isOptional: true,
  })
  return [
    metric(engineCpu, 'ms', [], [{ atMost: 0.5 }]),
    metric(wall, 'ms', [least, bare], [{ against: least, atMost: 1.2 }]),
    metric(allCpu, 'ms', [least, bare]),
    metric(bytesPerMember, 'kB'),
    metric(bytesPerLink, 'kB'),
    metric(messagesPerMember, 'messages'),
  ]
}

async function measureSizes(setting: Setting, sizes: readonly number[]): Promise<Measured> {
  const bySize = new Map<number, readonly Costs[]>()
  const notes: string[] = []
  for (const members of sizes) {
    const { transport: mesh, cpuProfDir } = setting
    const shares = mesh === 'memory' ? [members] : halved(members)
    const label = `dice-${mesh}.n${members}`
    await withParty({ game: 'dice', mesh, shares, label, cpuProfDir }, async (party) => {
      const effort = effortOf(members, setting.plan)
      await measureRounds(party, effort)
      const runs: Costs[] = []
      while (runs.length < setting.plan.runs) runs.push(await measureRounds(party, effort))
      bySize.set(members, runs)
      notes.push(
        `n = ${members}: ${linksOf(members)} links, made in ${Math.round(party.linkedMs)} ms; ${effort.rounds} rounds a run`,
      )
    })
  }
  const rounds = mergeSizes(bySize, ({ round }) => round).map((sample) => ({
    ...sample,
    [growth]: growthIn(sample, sizes),
  }))
  return {
    contestants: new Map([
      ['rondo-rounds', rounds],
      [least, mergeSizes(bySize, ({ least }) => least)],
      [bare, mergeSizes(bySize, ({ bare }) => bare)],
    ]),
    notes: [...notesOn(setting.transport), ...notes, ...leftOutOf(sizes)],
  }
}

/** How often so many members play, so that a run takes a few seconds whatever their number. */
function effortOf(members: number, { roundsOfTwo, requests }: Plan): Effort {
  const rounds = Math.max(1, Math.round((4 * roundsOfTwo) / (members * members)))
  return { rounds, roundTrips: requests / 4, signatures: 320 }
}

function growthIn(sample: Sample, sizes: readonly number[]): number {
  const at = (members: number): number => sample[nameOf(bytesPerLink, members)] ?? Number.NaN
  return at(Math.max(...sizes)) / at(Math.min(...sizes))
}

function leftOutOf(sizes: readonly number[]): readonly string[] {
  const most = allSizes.at(-1) ?? 0
  if (sizes.includes(most)) return []
  return [`n = ${most} only in a full run: ${linksOf(most)} links are ${2 * linksOf(most)} sockets.`]
}

function linksOf(members: number): number {
  return (members * (members - 1)) / 2
}

function notesOn(transport: TransportName): readonly string[] {
  const place =
    transport === 'memory'
      ? 'All members share one process and its one thread, so their signatures are made and verified one after the other.'
      : 'The members are halved between two processes; within one they share a thread, and its signatures come one after the other.'
  return [
    place,
    `Each member says ${articlesPerMember} things and takes in those of everybody, its own included: a contribution is one of these.`,
    'Engine: processor time of the rounds, less that of the signatures and of the same messages without rounds, a contribution.',
    `${least}: ${articlesPerMember} round trips between two members and the signatures of all; ${bare}: the same messages, each to everybody, instead of round trips.`,
  ]
}

/** In the order they run in. */
export const roundsCases: readonly BenchCase[] = [
  diceOver('memory', () => allSizes),
  diceOver('ws', ({ meshOverWsMax }) => allSizes.filter((members) => members <= meshOverWsMax)),
]
