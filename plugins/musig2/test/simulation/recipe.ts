import { createSeededRandom } from '@rondo/testkit/memory'
import type { SimulateOptions } from '@rondo/testkit/simulator'
import { type Lie, type LieName, lieNamed, lieNames } from './lies.js'

// What a seed makes of a world: who signs what, everything that can happen on the way, and who lies about what.

export interface Recipe {
  readonly seed: number
  readonly signers: number
  readonly network: NonNullable<SimulateOptions['network']>
  readonly events: readonly WorldEvent[]
  /** By signer. */
  readonly lies: ReadonlyMap<number, readonly Lie[]>
  /** Somebody else is connected to all, has heard all, and has a say in nothing. */
  readonly hasStranger: boolean
  readonly jobs: readonly Job[]
  /** Honest signers play by the definition itself, under a log of what it burns, and not by the plugin around it. */
  readonly isByHand: boolean
  /** An honest signer whose program has had enough of every round that it is in by then. */
  readonly givesUp: { readonly peer: number; readonly atMs: number } | undefined
  /** Whoever comes back takes invitations before it asks what became of its former life. */
  readonly servesFirst: boolean
}

/** Somebody asks everybody for a signature. */
export interface Job {
  readonly host: number
  readonly atMs: number
  readonly retries: number
  /** Of a PSBT; of a message, 0. */
  readonly inputs: number
  /** Of a message: for each tweak, whether it is x-only. */
  readonly tweaks: readonly boolean[]
  /** Every input has keys of its own. */
  readonly hasOwnKeys: boolean
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
  readonly lies?: boolean
}

export const everyTrouble: Trouble = { network: true, partitions: true, crashes: true, clocks: true, lies: true }

export const signersMax = 20

type Random = () => number

export function recipeOf(seed: number, trouble: Trouble): Recipe {
  const random = createSeededRandom((seed * 2_654_435_761) % 2 ** 31)
  const happens = (share: number, allowed: boolean | undefined): boolean => random() < share && allowed === true
  // Most worlds are small, and one in fifty may be as large as any: every further signer costs everybody.
  const signers = happens(0.02, true)
    ? 2 + Math.floor(random() ** 2 * (signersMax - 1))
    : 2 + Math.floor(random() ** 4 * 5)
  // Where enough else goes wrong, half of the worlds are honest.
  const lies = happens(trouble.crashes === true ? 0.5 : 0.9, trouble.lies)
    ? liesOf(random, signers, seed)
    : new Map<number, readonly Lie[]>()
  const jobs = jobsOf(random, signers)
  return {
    ...{ seed, signers, lies, jobs },
    events: eventsOf(random, signers, trouble),
    hasStranger: happens(0.15, trouble.lies),
    // By hand nobody looks at what a host asks for.
    isByHand: random() < 0.3 && !jobs.some(({ host }) => lies.has(host)),
    servesFirst: random() < 0.5,
    givesUp: undefined,
    network: happens(0.7, trouble.network)
      ? {
          latencyMs: [1, oneOf(random, 10, 80, 300)],
          loss: oneOf(random, 0, 0, 0.05, 0.3),
          duplication: oneOf(random, 0, 0.2),
          reorder: random() < 0.3,
        }
      : { latencyMs: [2, 20] },
  }
}

function jobsOf(random: Random, signers: number): readonly Job[] {
  const many = random() < 0.18 ? 2 : 1
  return Array.from({ length: many }, (_, at) => {
    const inputs = random() < 0.22 && signers < 9 ? 1 + Math.floor(random() ** 1.5 * 3) : 0
    const tweaks = inputs > 0 ? [] : Array.from({ length: Math.floor(random() ** 2 * 4) }, () => random() < 0.5)
    return {
      ...{ inputs, tweaks },
      host: random() < 0.7 ? 0 : Math.floor(random() * signers),
      atMs: at * Math.floor(random() * 3_000),
      retries: Math.floor(random() * 3),
      hasOwnKeys: random() < 0.5,
    }
  })
}

/** Every lie there is has its turn; what else there is is drawn. */
function liesOf(random: Random, signers: number, seed: number): ReadonlyMap<number, readonly Lie[]> {
  const lies = new Map<number, readonly Lie[]>()
  const many = 1 + Math.floor(random() ** 2 * (signers - 1))
  for (let left = many; left > 0; left -= 1) {
    const first = left > 1 ? lieOf(random) : lieNamed(lieNames[seed % lieNames.length] ?? 'wrong part', random)
    const more = random() < 0.2 ? [lieOf(random)] : []
    lies.set(Math.floor(random() * signers), [first, ...more])
  }
  // They agree on it beforehand.
  if (signers > 2 && random() < 0.15) {
    const first = Math.floor(random() * signers)
    lies.set(first, [lieNamed('one more')])
    lies.set((first + 1 + Math.floor(random() * (signers - 1))) % signers, [lieNamed('one less')])
  }
  return lies
}

function lieOf(random: Random): Lie {
  const name: LieName | undefined = lieNames[Math.floor(random() * lieNames.length)]
  return lieNamed(name ?? 'wrong part', random)
}

function eventsOf(random: Random, signers: number, trouble: Trouble): readonly WorldEvent[] {
  const below = (bound: number): number => Math.floor(random() * bound)
  const times = (share: number, allowed = false): readonly unknown[] =>
    Array.from({ length: random() < share && allowed ? 1 + below(3) : 0 })
  const atMs = (): number => below(oneOf(random, 600, 4_000))
  const partition = (): WorldEvent => {
    const groups: number[][] = [[], [], []]
    const many = 2 + below(2)
    for (let peer = 0; peer < signers; peer += 1) groups[below(many)]?.push(peer)
    return { atMs: atMs(), kind: 'partition', groups, forMs: below(oneOf(random, 500, 4_000)) }
  }
  const crash = (): WorldEvent => {
    const backAfterMs = random() < 0.8 ? below(oneOf(random, 100, 3_000)) : undefined
    return { atMs: atMs(), kind: 'crash', peer: below(signers), keepStore: random() < 0.8, backAfterMs }
  }
  return [
    ...times(0.4, trouble.partitions).map(partition),
    ...times(0.2, trouble.partitions).map(() => ({ atMs: atMs(), kind: 'sever' as const, peer: below(signers) })),
    ...times(0.3, trouble.clocks).map(() => {
      const byMs = (random() - 0.5) * oneOf(random, 1_000, 60_000, 400_000)
      return { atMs: atMs(), kind: 'jump' as const, peer: below(signers), byMs }
    }),
    ...times(0.2, trouble.clocks).map(() => {
      return { atMs: atMs(), kind: 'suspend' as const, peer: below(signers), forMs: below(oneOf(random, 300, 5_000)) }
    }),
    ...times(0.6, trouble.crashes).map(crash),
  ]
}

function oneOf<Value>(random: Random, ...values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(random() * values.length)] ?? values[0]
}

/** For whoever has to understand a failure. */
export function describeRecipe({ lies, ...rest }: Recipe): string {
  const liars = [...lies].map(([peer, told]) => `${peer}: ${told.map(({ name }) => name).join(' and ')}`)
  return JSON.stringify({ ...rest, liars })
}
