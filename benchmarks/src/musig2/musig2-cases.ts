import { availableParallelism } from 'node:os'
import type { BenchCase, Measured, Metric, Sample, Setting, TransportName } from '../bench-case.ts'
import type { Goal } from '../goal.ts'
import type { Plan } from '../plan.ts'
import { halved, withParty } from '../rounds/party.ts'
import { bytesPerMember, messagesPerMember, wall } from '../rounds/round-cost.ts'
import { mergeSizes, nameOf } from '../rounds/sizes.ts'
import { withAlone } from './alone.ts'
import { signBlocks } from './blocks-case.ts'
import {
  articlesPerSigner,
  crypto,
  ed25519Cpu,
  measureSigningRounds,
  partyCpu,
  roundTrip,
  type SigningEffort,
  type SigningRun,
  shareMax,
  slowest,
} from './signing-cost.ts'
import { type SigningCosts, type SigningSize, type SigningStep, signingSteps, totalOf } from './steps.ts'

const allSizes = [2, 5, 20, 100]
const fewSizes = [2, 5]
const psbtInputs = 16

const subject = 'rondo-musig2'
const cryptoAlone = 'MuSig2 alone'
const byScure = 'crypto by scure'
const allowed = `${shareMax}x crypto + round trips`
const total = 'all of it'

interface Layout {
  readonly name: string
  readonly about: string
  readonly transport: TransportName
  readonly items: number
  readonly sizes: readonly number[]
  readonly sizesIn: (plan: Plan) => readonly number[]
  readonly sharesOf: (members: number) => readonly number[]
  readonly notes: readonly string[]
}

function signingCase(layout: Layout): BenchCase {
  return {
    name: layout.name,
    about: layout.about,
    transports: [layout.transport],
    payloadBytes: 0,
    metrics: layout.sizes.flatMap(metricsOf),
    measure: (setting) => measureSizes(setting, layout),
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
  const most = (against: string): Goal => ({ against, atMost: shareMax })
  return [
    metric(partyCpu, 'ms', [crypto, cryptoAlone, byScure], [most(crypto), most(cryptoAlone)]),
    metric(wall, 'ms', [allowed], [{ against: allowed, atMost: 1 }]),
    metric(slowest, 'ms'),
    metric(ed25519Cpu, 'ms'),
    metric(roundTrip, 'ms'),
    metric(messagesPerMember, 'messages'),
    metric(bytesPerMember, 'kB'),
  ]
}

async function measureSizes(setting: Setting, layout: Layout): Promise<Measured> {
  const { plan, cpuProfDir } = setting
  const bySize = new Map<number, readonly SigningRun[]>()
  const notes: string[] = []
  const sizes = layout.sizesIn(plan)
  for (const members of sizes) {
    const size = { signers: members, items: layout.items }
    const label = `${layout.name}.n${members}`
    const parts = {
      game: 'musig2',
      items: layout.items,
      mesh: layout.transport,
      shares: layout.sharesOf(members),
    } as const
    await withAlone(label, (alone) =>
      withParty({ ...parts, label, cpuProfDir }, async (party) => {
        const effort = effortOf(size, plan)
        const measure = () => measureSigningRounds(party, effort, availableParallelism(), () => alone(size))
        const count = runsOf(members, plan)
        if (count > 1) await measure()
        const runs: SigningRun[] = []
        while (runs.length < count) runs.push(await measure())
        bySize.set(members, runs)
        const rounds = `${count} x ${effort.rounds} rounds${count > 1 ? '' : ', nothing before them'}`
        notes.push(`n = ${members}: ${rounds}; all linked in ${Math.round(party.linkedMs)} ms.`)
      }),
    )
  }
  return {
    contestants: new Map([
      [subject, mergeSizes(bySize, ({ round }) => round)],
      [allowed, mergeSizes(bySize, (run) => run.allowed)],
      [crypto, mergeSizes(bySize, (run) => run.crypto)],
      [cryptoAlone, mergeSizes(bySize, (run) => run.cryptoAlone)],
      [byScure, mergeSizes(bySize, ({ scure }) => scure)],
    ]),
    notes: [...layout.notes, ...ratioNotes, ...notes, ...leftOut(layout, sizes)],
  }
}

const ratioNotes = [
  `${crypto}: what one party must do in a round: MuSig2 by the plugin's functions, ${articlesPerSigner} Ed25519 signatures made and ${articlesPerSigner}n verified; ${cryptoAlone}: without Ed25519; ${byScure}: by scure's functions as they come, and Ed25519.`,
  `${partyCpu}: processor time of all processes by n, waiting not in it. ${allowed}: of all parties who share a core, one after the other, and ${articlesPerSigner} round trips.`,
]

function leftOut({ sizes }: Layout, measured: readonly number[]): readonly string[] {
  const missing = sizes.filter((size) => !measured.includes(size))
  return missing.map((size) => `n = ${size} only in a full run: its links are ${size * (size - 1)} sockets.`)
}

/** So many that a run takes a second or two; a hundred sign once. */
function effortOf({ signers, items }: SigningSize, { signingsOfTwo, requests }: Plan): SigningEffort {
  const rounds = Math.max(1, Math.round((signingsOfTwo * (2 / signers) ** 1.5) / items))
  return { rounds, roundTrips: requests / 4, signatures: 320 }
}

function runsOf(members: number, { runs, runsOfHundred }: Plan): number {
  return members < 100 ? runs : runsOfHundred
}

/** Steps that scure takes as part of others. */
const withinOthers: readonly string[] = ['nonces of others checked', 'own parts checked'] satisfies SigningStep[]

/** Step by step what one signer must do, with nothing around it. */
const signCrypto: BenchCase = {
  name: 'sign-crypto',
  about: 'the cryptography of one signer alone, step by step, beside scure as it comes; one message',
  transports: ['memory'],
  payloadBytes: 0,
  metrics: allSizes.flatMap((signers) =>
    [total, ...signingSteps].map((step) => ({
      name: nameOf(step, signers),
      unit: 'ms',
      comparedWith: withinOthers.includes(step) ? [] : ['scure'],
    })),
  ),
  async measure({ plan }) {
    const bySize = new Map<number, readonly SigningCosts[]>()
    for (const signers of allSizes)
      await withAlone(`sign-crypto.n${signers}`, async (alone) => {
        const runs: SigningCosts[] = []
        while (runs.length < plan.runs) runs.push(await alone({ signers, items: 1 }))
        bySize.set(signers, runs)
      })
    const samples = (of: (costs: SigningCosts) => SigningCosts['plugin']): readonly Sample[] =>
      mergeSizes(bySize, (costs) => ({ ...of(costs), [total]: totalOf(of(costs)) }))
    return {
      contestants: new Map([
        [subject, samples(({ plugin }) => plugin)],
        ['scure', samples(({ scure }) => scure)],
      ]),
      notes: ['scure checks the nonces of others while it aggregates them, and its own part when it makes it.'],
    }
  },
}

const overNothing = 'All parties share one process and its one thread.'
const inHalves = 'The parties are halved between two processes; those of one share its thread.'
const inMemory = 'Their journals are in memory: no disk is in the figures.'

/** In the order they run in. */
export const musig2Cases: readonly BenchCase[] = [
  signCrypto,
  signingCase({
    name: 'sign-memory',
    about: 'one message signed over memory, everybody linked to everybody',
    transport: 'memory',
    items: 1,
    sizes: allSizes,
    sizesIn: () => allSizes,
    sharesOf: (members) => [members],
    notes: [overNothing, inMemory],
  }),
  signingCase({
    name: 'sign-ws',
    about: 'one message signed over WebSockets, the parties halved between two processes',
    transport: 'ws',
    items: 1,
    sizes: allSizes,
    sizesIn: ({ meshOverWsMax }) => allSizes.filter((members) => members <= meshOverWsMax),
    sharesOf: halved,
    notes: [inHalves, inMemory],
  }),
  signingCase({
    name: 'sign-psbt',
    about: `a PSBT of ${psbtInputs} inputs signed over memory`,
    transport: 'memory',
    items: psbtInputs,
    sizes: fewSizes,
    sizesIn: () => fewSizes,
    sharesOf: (members) => [members],
    notes: [overNothing, inMemory],
  }),
  signingCase({
    name: 'sign-apart',
    about: 'one message signed over WebSockets, each party in a process of its own',
    transport: 'ws',
    items: 1,
    sizes: fewSizes,
    sizesIn: () => fewSizes,
    sharesOf: (members) => Array.from({ length: members }, () => 1),
    notes: [`Each party has a process; where there are more than cores, they share these.`, inMemory],
  }),
  signBlocks,
]
