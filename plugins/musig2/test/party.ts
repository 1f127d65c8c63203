import { type Coordinator, type PeerId, platformCrypto, type Store } from '@rondo/core'
import { type RoundsDefinition, rounds, schemaOf } from '@rondo/rounds'
import { isAbsent, type Life, simulate, type World, wrapCoordinator } from '@rondo/testkit/simulator'
import {
  fixedSigners,
  type MessageOptions,
  type Musig2Options,
  memorySigner,
  musig2,
  musig2Rounds,
  publicKeyFor,
  type Signer,
  type SigningOutcome,
  type SigningRound,
} from '../src/index.js'
import type { Order } from '../src/signing/order.js'
import { createNonceLog, type NonceLog } from './nonce-log.js'

// Signers around a table: keys from a seed, a world in which they sign a message, and a log of every nonce that was made and used.

export interface Party {
  readonly secretKeys: readonly Uint8Array[]
  readonly publicKeys: readonly Uint8Array[]
  readonly message: Uint8Array
}

/** 32 bytes that are the same for the same words. */
export function bytesOf(...words: readonly (string | number)[]): Uint8Array {
  return platformCrypto.sha256(new TextEncoder().encode(words.join()))
}

export function createParty(size: number, seed = 1): Party {
  const secretKeys = Array.from({ length: size }, (_, at) => bytesOf('secret key', seed, at))
  return { secretKeys, publicKeys: secretKeys.map(publicKeyFor), message: bytesOf('message', seed) }
}

export type Definition = RoundsDefinition<NonNullable<(typeof musig2Rounds)['types']>>

/** What one peer does otherwise than an honest signer with nothing in its way. */
export interface Twist {
  readonly signer?: (signer: Signer, life: Life) => Signer
  readonly approve?: Musig2Options['approve']
  readonly limits?: Musig2Options['limits']
  /** The peer's own where it returns undefined. */
  readonly store?: (life: Life, owner: PeerId) => Store | undefined | Promise<Store | undefined>
  readonly coordinator?: (coordinator: Coordinator, life: Life) => Coordinator
  /** Another definition of the same name: it plays by the engine, and not by the plugin. */
  readonly definition?: Definition
}

/** Signs a little later than it is asked to: long enough for the world to change in between. */
export const unhurried: Twist = {
  signer: (signer, life) => ({ ...signer, sign: (request) => life.sleep(20).then(() => signer.sign(request)) }),
}

/** What one peer knows in the end. */
export interface Ending {
  /** The first outcome, and whatever came after it. */
  readonly outcomes: readonly SigningOutcome[]
  readonly recovered: readonly (readonly SigningOutcome[])[]
  readonly transcript: Uint8Array
}

export interface PlayOptions {
  readonly peers: number
  readonly seed?: number | undefined
  readonly party?: Party | undefined
  readonly terms?: Partial<MessageOptions> | undefined
  readonly twists?: Readonly<Record<number, Twist>> | undefined
  readonly host?: number | undefined
  /** Before the world runs. */
  readonly arrange?: ((world: World) => void) | undefined
  readonly onRound?: ((round: SigningRound, index: number, world: World, life: Life) => unknown) | undefined
}

export interface Played {
  readonly party: Party
  readonly world: World
  readonly nonces: NonceLog
  readonly peerIds: readonly PeerId[]
  /** By peer; undefined where it is not there in the end. */
  readonly endings: readonly (Ending | undefined)[]
  /** The last word of each. */
  readonly outcomes: readonly (SigningOutcome | undefined)[]
}

export const deadlineMs = 1_000

/** One round, and long enough after it that everything that may still happen has happened. */
export async function play(options: PlayOptions): Promise<Played> {
  const { peers, seed = 1, terms = {}, twists = {}, host = 0, arrange, onRound } = options
  const party = options.party ?? createParty(peers, seed)
  const world = simulate({ seed, peers, network: { latencyMs: [5, 15] } })
  const nonces = createNonceLog()
  arrange?.(world)
  let peerIds: readonly PeerId[] = []
  const run = await world.run(async (peer, index, life): Promise<Ending> => {
    peerIds = world.peers.map(({ peerId }) => peerId)
    const twist = twists[index] ?? {}
    const store = await twist.store?.(life, peer.peerId)
    const stored = store === undefined ? peer : wrapCoordinator(peer, { store })
    const coordinator = twist.coordinator?.(stored, life) ?? stored
    const own = nonces.watch(memorySigner(party.secretKeys[index] ?? new Uint8Array(32)), index, life.incarnation)
    const signer = twist.signer?.(own, life) ?? own
    if (twist.definition !== undefined) {
      const table = index === host ? { party, others: world.others(host), terms } : undefined
      return playOtherwise(coordinator, twist.definition, signer, life, table)
    }
    const signing = musig2(coordinator, { signer, approve: twist.approve ?? (() => true), limits: twist.limits })
    const watched: Promise<readonly SigningOutcome[]>[] = []
    let transcript = (): Uint8Array => new Uint8Array(0)
    const watch = (round: SigningRound): unknown => {
      watched.push(outcomesOf(round, life))
      transcript = () => round.transcript()
      return onRound?.(round, index, world, life)
    }
    const former = life.incarnation > 0 ? await signing.recover() : []
    const recovered = Promise.all(former.map((round) => outcomesOf(round, life)))
    signing.serve({ onRound: watch })
    if (index === host && life.incarnation === 0) {
      const others = world
        .others(host)
        .map((peerId, at) => ({ peerId, publicKey: keyAt(party, at < host ? at : at + 1) }))
      const { message, publicKeys } = party
      const times = { answerMs: deadlineMs, deadlineMs, lifetimeMs: 600_000 }
      watch(await signing.signMessage({ message, publicKeys, signers: fixedSigners(others), ...times, ...terms }))
    }
    await life.sleep(watchedMs)
    return { outcomes: (await Promise.all(watched)).flat(), recovered: await recovered, transcript: transcript() }
  })
  const endings = run.outcomes.map((ending) => (isAbsent(ending) ? undefined : ending))
  const outcomes = endings.map((ending) => ending?.outcomes.at(-1))
  return { party, world, nonces, peerIds, endings, outcomes }
}

const watchedMs = 12_000

interface Table {
  readonly party: Party
  readonly others: readonly PeerId[]
  readonly terms: Partial<MessageOptions>
}

/** A member that says what it likes: it plays by a definition of its own. As host it has the first key. */
async function playOtherwise(
  coordinator: Coordinator,
  definition: Definition,
  signer: Signer,
  life: Life,
  table: Table | undefined,
): Promise<Ending> {
  const local = { signer, pause: () => life.sleep(0), signs: () => {} }
  rounds(coordinator).serve(definition, (invite) => invite.accept({ local }))
  if (table !== undefined) {
    const { message, publicKeys, tweaks = [] } = { ...table.party, ...table.terms }
    const seats = table.party.publicKeys.map((key) => [key])
    const setup: Order = { seats, request: { kind: 'message', message, publicKeys, tweaks } }
    const times = { answerMs: deadlineMs, deadlineMs, lifetimeMs: 600_000 }
    await rounds(coordinator).start(definition, { with: table.others, setup, local, ...times })
  }
  await life.sleep(watchedMs)
  return { outcomes: [], recovered: [], transcript: new Uint8Array(0) }
}

async function outcomesOf(round: SigningRound, life: Life): Promise<readonly SigningOutcome[]> {
  const outcomes: SigningOutcome[] = []
  round.on('outcome', (outcome) => outcomes.push(outcome))
  const first = await round.outcome
  await life.sleep(4 * deadlineMs)
  // Of a round that was over when it was found again nothing is told any more.
  return outcomes.length === 0 ? [first] : outcomes
}

export function keyAt({ publicKeys }: Party, at: number): Uint8Array {
  const key = publicKeys[at]
  if (key === undefined) throw new RangeError(`there is no key ${at}`)
  return key
}

type SaidPhase = Extract<Definition['phases'][number], { readonly kind: 'said' }>

/** The rounds of this plugin with one phase played otherwise, by somebody who finds no fault with itself. */
export function otherwise(
  name: string,
  contribute: (steps: SaidPhase) => SaidPhase['contribute'],
  base: Definition = musig2Rounds,
): Definition {
  const phases = base.phases.map((phase): Definition['phases'][number] => {
    if (phase.kind !== 'said' || phase.name !== name) return phase
    return {
      ...phase,
      contribution: anything,
      contribute: contribute(phase),
      check: undefined,
      checkTogether: undefined,
    }
  })
  return { ...base, phases }
}

const anything = schemaOf((_): _ is unknown => true, 'anything')

/** The same with its contribution changed. */
export function restating(
  name: string,
  change: (said: readonly Uint8Array[], at: number) => unknown,
  base?: Definition,
): Definition {
  const contribute = (phase: SaidPhase): SaidPhase['contribute'] => {
    return async (view, local, context) => {
      const said = await phase.contribute(view, local, context)
      if (!isListOfBytes(said)) throw new TypeError(`${name} says a list`)
      return change(said, view.roster.indexOf(local.me))
    }
  }
  return otherwise(name, contribute, base)
}

function isListOfBytes(value: unknown): value is readonly Uint8Array[] {
  return Array.isArray(value) && value.every((each) => each instanceof Uint8Array)
}
