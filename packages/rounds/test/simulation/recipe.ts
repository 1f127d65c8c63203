import type { LeaveOut } from '@rondo/rounds'
import {
  copiedCommitment,
  digestLie,
  equivocate,
  falseAccusation,
  falseLinks,
  forgedEvidence,
  forkedRoster,
  garbage,
  malformed,
  manyLives,
  replayOld,
  silent,
  staleAttempt,
  stutter,
  withholdLast,
  wrongOpening,
} from '@rondo/rounds/testing'
import { createSeededRandom } from '@rondo/testkit/memory'
import type { Malice, SimulateOptions, Topology } from '@rondo/testkit/simulator'
import { authorPhases } from './protocols.js'

// What a seed makes of a world: everything that can happen to a round, and everybody who can do something to it.

export interface Recipe {
  readonly seed: number
  readonly peers: number
  readonly protocol: 'die' | 'spending'
  readonly leaveOut: LeaveOut
  readonly minimum: number
  readonly retries: number
  readonly network: NonNullable<SimulateOptions['network']>
  readonly topology: Topology
  readonly malice: ReadonlyMap<number, readonly Malice[]>
  readonly events: readonly WorldEvent[]
  /** Who starts a round: sometimes two at a time. */
  readonly hosts: readonly number[]
}

export type WorldEvent =
  | {
      readonly atMs: number
      readonly kind: 'partition'
      readonly groups: readonly (readonly number[])[]
      readonly forMs: number
    }
  | { readonly atMs: number; readonly kind: 'sever'; readonly peer: number }
  | { readonly atMs: number; readonly kind: 'suspend'; readonly peer: number; readonly forMs: number }
  | { readonly atMs: number; readonly kind: 'jump'; readonly peer: number; readonly byMs: number }
  | {
      readonly atMs: number
      readonly kind: 'crash'
      readonly peer: number
      readonly keepStore: boolean
      readonly backAfterMs: number | undefined
    }

/** What happens here; the fewer, the more of a failure is explained by the rest. */
export interface Trouble {
  readonly network?: boolean
  readonly partitions?: boolean
  readonly crashes?: boolean
  readonly clocks?: boolean
  readonly malice?: boolean
  readonly sparse?: boolean
  readonly peersMax?: number
}

/** All of it, as far as the seed has it. */
export const everyTrouble: Trouble = {
  ...{ network: true, partitions: true, crashes: true, clocks: true, malice: true, sparse: true },
}

export function recipeOf(seed: number, trouble: Trouble): Recipe {
  const random = createSeededRandom((seed * 2_654_435_761) % 2 ** 31)
  const below = (bound: number): number => Math.floor(random() * bound)
  const oneOf = <Value>(...values: readonly [Value, ...Value[]]): Value => values[below(values.length)] ?? values[0]
  const happens = (share: number, allowed: boolean | undefined): boolean => random() < share && allowed === true
  const { peersMax = 8 } = trouble
  // Squared twice: most worlds are small, and a few are as large as may be.
  const peers = 2 + Math.floor(random() ** 4 * (peersMax - 1))
  const protocol = oneOf('die', 'spending')
  const malice = new Map<number, readonly Malice[]>()
  if (happens(0.6, trouble.malice)) {
    const many = 1 + Math.floor(random() ** 2 * (peers - 1))
    for (let left = many; left > 0; left -= 1)
      malice.set(below(peers), [maliceOf(random, protocol), ...(random() < 0.2 ? [maliceOf(random, protocol)] : [])])
  }
  const events: WorldEvent[] = []
  const times = (share: number, allowed: boolean | undefined): number => (happens(share, allowed) ? 1 + below(3) : 0)
  for (let left = times(0.4, trouble.partitions); left > 0; left -= 1) {
    const groups: number[][] = [[], [], []]
    for (let peer = 0; peer < peers; peer += 1) groups[below(2 + below(2))]?.push(peer)
    events.push({ atMs: below(4_000), kind: 'partition', groups, forMs: below(oneOf(500, 4_000)) })
  }
  for (let left = times(0.2, trouble.partitions); left > 0; left -= 1)
    events.push({ atMs: below(4_000), kind: 'sever', peer: below(peers) })
  for (let left = times(0.3, trouble.clocks); left > 0; left -= 1)
    events.push({
      atMs: below(4_000),
      kind: 'jump',
      peer: below(peers),
      byMs: (random() - 0.5) * oneOf(1_000, 60_000, 400_000),
    })
  for (let left = times(0.2, trouble.clocks); left > 0; left -= 1)
    events.push({ atMs: below(4_000), kind: 'suspend', peer: below(peers), forMs: below(oneOf(300, 5_000)) })
  for (let left = times(0.4, trouble.crashes); left > 0; left -= 1) {
    const backAfterMs = random() < 0.7 ? below(oneOf(100, 3_000)) : undefined
    events.push({ atMs: below(4_000), kind: 'crash', peer: below(peers), keepStore: random() < 0.8, backAfterMs })
  }
  return {
    ...{ seed, peers, protocol, malice, events },
    hosts: random() < 0.8 ? [0] : [0, below(peers)],
    leaveOut: oneOf('nobody', 'culprits', 'suspects'),
    minimum: Math.min(peers, 2 + below(peers)),
    retries: below(4),
    network: happens(0.7, trouble.network)
      ? {
          latencyMs: [1, oneOf(10, 80, 300)],
          loss: oneOf(0, 0, 0.05, 0.3),
          duplication: oneOf(0, 0.2),
          reorder: random() < 0.3,
        }
      : { latencyMs: 10 },
    topology: happens(0.4, trouble.sparse) ? sparse(random, peers) : 'mesh',
  }
}

/** A ring, or a random tree with some links more: everybody reaches everybody, by way of others. */
function sparse(random: () => number, peers: number): Topology {
  if (random() < 0.3) return 'ring'
  const dials = Array.from({ length: peers }, (_, index) => {
    const parent = Math.floor(random() * index)
    return [...(index === 0 ? [] : [parent]), ...(random() < 0.3 ? [Math.floor(random() * peers)] : [])]
  })
  return (index) => (dials[index] ?? []).filter((other) => other !== index)
}

function maliceOf(random: () => number, protocol: Recipe['protocol']): Malice {
  const phases = authorPhases[protocol]
  const last = phases.length - 1
  const phase = phases[Math.floor(random() * phases.length)] ?? 'confirm'
  const somewhere = ['join', ...phases, 'confirm'][Math.floor(random() * (phases.length + 2))] ?? 'join'
  const opened = phases[last] ?? 'confirm'
  const to = random() < 0.5 ? 'half' : 'one'
  const kinds: readonly (() => Malice)[] = [
    () => equivocate(somewhere, { to }),
    () => equivocate(somewhere, { to }),
    () => replayOld(),
    () => garbage({ share: random() }),
    () => silent(random() < 0.8 ? somewhere : undefined),
    () => withholdLast({ phase: random() < 0.5 ? 'confirm' : phase, to: random() < 0.5 ? 'one' : 'nobody' }),
    () => falseAccusation(random() < 0.5 ? 'confirm' : phase),
    () => forgedEvidence(),
    () => staleAttempt(),
    () => falseLinks(),
    () => stutter(),
    () => manyLives(),
    () => forkedRoster(),
    () => copiedCommitment(phases[0] ?? 'commit', opened),
    () => wrongOpening(opened),
    () => digestLie(somewhere === 'join' ? 'confirm' : somewhere),
    () => malformed(somewhere === 'join' ? 'confirm' : somewhere),
  ]
  return (kinds[Math.floor(random() * kinds.length)] ?? forgedEvidence)()
}

/** For whoever has to understand a failure. */
export function describeRecipe({ malice, events, ...rest }: Recipe): string {
  const liars = [...malice].map(([peer, kinds]) => `${peer}: ${kinds.map(({ name }) => name).join(' and ')}`)
  return JSON.stringify({ ...rest, topology: typeof rest.topology, liars, events })
}
