import type { BenchCase, Measured, Metric, Sample, Setting } from '../bench-case.ts'
import { type Party, type PartyPlan, type Watched, withParty } from '../rounds/party.ts'
import { type Alone, withAlone } from './alone.ts'
import { articlesPerSigner, crypto, partyCpu } from './signing-cost.ts'
import { totalOf } from './steps.ts'

// How long one signer's program is busy at a stretch. It has a process to itself; all others share a second one, and are linked among
// themselves in memory, so that nothing but its own work can hold its event loop up.

interface Scene {
  readonly words: string
  readonly signers: number
  readonly items: number
}

const scenes: readonly Scene[] = [
  { words: 'n = 100', signers: 100, items: 1 },
  { words: 'n = 5, 64 inputs', signers: 5, items: 64 },
]

const blockMsMax = 50
const first = 'longest block, first round'
const happy = 'longest block'
const blame = 'longest block, a wrong part'

const named = (name: string, { words }: Scene): string => `${name}, ${words}`

function metricsOf(scene: Scene): readonly Metric[] {
  const block = (name: string): Metric => ({
    name: named(name, scene),
    unit: 'ms',
    comparedWith: [],
    goals: [{ atMost: blockMsMax }],
  })
  const cpu = { name: named(partyCpu, scene), unit: 'ms', goals: [{ against: crypto, atMost: 1.5 }] }
  return [block(happy), block(first), block(blame), cpu]
}

interface SceneRun {
  readonly party: Sample
  readonly crypto: Sample
}

/** The first round of a process, some more, and some that the last signer spoils. */
async function watchScene(party: Party, scene: Scene, rounds: number, alone: Alone): Promise<readonly SceneRun[]> {
  const { signers, items } = scene
  const cold = await party.watch(1)
  // Where there is time for one round only, it is the first.
  const more = rounds > 1 ? await party.watch(rounds) : cold
  const { signUs, verifyUs } = await party.crypto(320)
  const { plugin } = await alone({ signers, items })
  await party.spoil()
  const spoilt = await party.watch(rounds)
  const cryptoMs = totalOf(plugin) + (articlesPerSigner * (signUs + signers * verifyUs)) / 1_000
  const cpuMs = ({ hostCpuUs }: Watched): number => hostCpuUs / 1_000 / rounds
  return Array.from({ length: rounds }, (_, at) => ({
    party: {
      [named(first, scene)]: cold.blockedMs[0] ?? Number.NaN,
      [named(happy, scene)]: more.blockedMs[at] ?? Number.NaN,
      [named(blame, scene)]: spoilt.blockedMs[at] ?? Number.NaN,
      [named(partyCpu, scene)]: cpuMs(more),
    },
    crypto: { [named(partyCpu, scene)]: cryptoMs },
  }))
}

async function measureScenes({ plan, cpuProfDir }: Setting): Promise<Measured> {
  const runs: (readonly SceneRun[])[] = []
  const notes: string[] = []
  for (const scene of scenes) {
    const label = `sign-blocks.n${scene.signers}`
    const shares = [1, scene.signers - 1]
    const party: PartyPlan = { game: 'musig2', items: scene.items, mesh: 'mixed', shares, label, cpuProfDir }
    const rounds = scene.signers < 100 ? plan.runs : plan.runsOfHundred
    await withAlone(label, (alone) =>
      withParty(party, async (gathered) => {
        runs.push(await watchScene(gathered, scene, rounds, alone))
        notes.push(`${scene.words}: ${rounds} rounds of each kind; all linked in ${Math.round(gathered.linkedMs)} ms.`)
      }),
    )
  }
  const merged = (of: (run: SceneRun) => Sample): readonly Sample[] =>
    Array.from({ length: Math.max(...runs.map((each) => each.length)) }, (_, at) =>
      Object.assign({}, ...runs.map((each) => (each[at] === undefined ? {} : of(each[at])))),
    )
  return {
    contestants: new Map([
      ['rondo-musig2', merged(({ party }) => party)],
      [crypto, merged((run) => run.crypto)],
    ]),
    notes: [...blockNotes, ...notes],
  }
}

const blockNotes = [
  'One signer, who begins the round, in a process of its own; all others in a second one. Over WebSockets between the two.',
  'A block: what the thread used of the processor between two turns of a timer of 1 ms; what else the machine does is not in it.',
  'A wrong part: the last signer says a part that is none, and everybody else convicts it.',
]

/** The event loop of one signer. */
export const signBlocks: BenchCase = {
  name: 'sign-blocks',
  about: 'how long one signer keeps its event loop busy at a stretch, with all others in another process',
  transports: ['ws'],
  payloadBytes: 0,
  metrics: scenes.flatMap(metricsOf),
  measure: measureScenes,
}
