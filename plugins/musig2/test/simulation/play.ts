import type { Coordinator } from '@rondo/core'
import { type BurnLog, createBurnLog } from '@rondo/rounds/testing'
import { createSeededRandom } from '@rondo/testkit/memory'
import { type Life, simulate, type World, type WorldRun } from '@rondo/testkit/simulator'
import { holdAll } from '../../src/bip327/signatures.js'
import {
  fixedSigners,
  memorySigner,
  musig2,
  musig2Rounds,
  type Signer,
  type SigningOutcome,
  type SigningRequest,
  type SigningRound,
} from '../../src/index.js'
import type { Order } from '../../src/signing/order.js'
import { type EngineRound, readSigned, signingRoundOf } from '../../src/signing/signing-round.js'
import { type ByHand, byHand, type Definition, type HandStart, type OnRound } from './by-hand.js'
import { anything, type Knowledge, type Lie, lenient } from './lies.js'
import { NonceBook } from './nonce-book.js'
import type { Job, Recipe } from './recipe.js'
import { type Keys, keysIn, keysOf, nameOfRequest, type Request, requestOf, seatsOf } from './requests.js'
import { meddle } from './stranger.js'
import { WireTap } from './wire-tap.js'

// One world from its recipe to what everybody knows in the end.

const times = { answerMs: 1_500, deadlineMs: 1_000, lifetimeMs: 240_000 }
/** Long after everything that may still happen has happened, and before anything is forgotten. */
const watchedMs = 45_000

/** What one life of a signer knows of one round: more than one ending where an abort gave way to a signature. */
export interface Watched {
  readonly id: string
  readonly isRecovered: boolean
  readonly endings: SigningOutcome[]
}

export interface Played {
  readonly run: WorldRun<readonly Watched[]>
  readonly burns: BurnLog
  readonly nonces: NonceBook
  readonly tap: WireTap
  /** In the order of the signers. */
  readonly peerIds: readonly string[]
  readonly requests: readonly Request[]
  /** Everything that an honest signer said yes to. */
  readonly approved: readonly (readonly SigningRequest[])[]
  /** The rounds of which a malicious signer has a signature. */
  readonly signedByLiars: ReadonlySet<string>
}

/** For negative controls: what is broken in honest signers. */
export interface Broken {
  readonly signer?: (signer: Signer) => Signer
  readonly definition?: (definition: Definition) => Definition
}

export async function playWorld(recipe: Recipe, broken: Broken = {}): Promise<Played> {
  const stage = new Stage(recipe, broken)
  return stage.play()
}

class Stage {
  readonly #recipe: Recipe
  readonly #broken: Broken
  readonly #world: World
  readonly #keys: Keys
  readonly #requests: readonly Request[]
  readonly #bytes: (length: number) => Uint8Array
  readonly #nonces = new NonceBook()
  readonly #burns = createBurnLog()
  readonly #tap: WireTap
  readonly #approved: SigningRequest[][]
  readonly #signedByLiars = new Set<string>()

  constructor(recipe: Recipe, broken: Broken) {
    const { seed, signers, network, lies, hasStranger, jobs } = recipe
    this.#recipe = recipe
    this.#broken = broken
    this.#world = simulate({ seed, peers: signers + (hasStranger ? 1 : 0), network })
    this.#tap = new WireTap({ isHeard: hasStranger })
    const random = createSeededRandom(seed + 1)
    this.#bytes = (length) => Uint8Array.from({ length }, () => Math.floor(random() * 256))
    const isRogue = (signer: number): boolean => lies.get(signer)?.some((lie) => lie.isRogue === true) === true
    this.#keys = keysOf(recipe, isRogue, this.#bytes)
    this.#requests = jobs.map((job) => requestOf(job, this.#keys, this.#bytes))
    this.#approved = Array.from({ length: signers }, () => [])
    for (const [signer, told] of lies) {
      const malice = told.flatMap((lie) => lie.malice ?? [])
      this.#world.malicious(signer, { name: 'a liar', begin: () => ({}) }, ...malice)
    }
    if (hasStranger) this.#world.malicious(signers, { name: 'a stranger', begin: () => ({}) })
    arrange(this.#world, recipe)
  }

  async play(): Promise<Played> {
    const { signers, lies } = this.#recipe
    const run = await this.#world.run(async (peer, index, life): Promise<readonly Watched[]> => {
      if (index >= signers) {
        const members = this.#peerIds()
        await meddle(peer, life, this.#tap, members)
        return []
      }
      const reconnecting = keepConnected(this.#world, peer, index, life)
      const watched = await (lies.has(index) ? this.#lie(peer, index, life) : this.#sign(peer, index, life))
      await life.sleep(watchedMs)
      reconnecting.stop()
      return watched
    })
    return {
      ...{ run, burns: this.#burns, nonces: this.#nonces, tap: this.#tap, peerIds: this.#peerIds() },
      ...{ requests: this.#requests, approved: this.#approved, signedByLiars: this.#signedByLiars },
    }
  }

  #peerIds() {
    return Array.from({ length: this.#recipe.signers }, (_, index) => this.#world.peers[index]!.peerId)
  }

  // The honest.

  async #sign(bare: Coordinator, index: number, life: Life): Promise<readonly Watched[]> {
    const peer = this.#tap.watch(index, bare)
    const { isByHand, servesFirst, jobs } = this.#recipe
    const { signer: worse = (same) => same, definition: changed = (same) => same } = this.#broken
    const signer: Signer = this.#nonces.watch(index, worse(memorySigner(...(this.#keys.secret[index] ?? []))))
    const definition = this.#burns.watch(changed(musig2Rounds))
    const hands = isByHand ? byHand(peer, definition, signer) : undefined
    const signing = isByHand ? undefined : musig2(peer, { signer, approve: (request) => this.#approve(index, request) })
    const watched: Watched[] = []
    const rounds: SigningRound[] = []
    const keep = watching(watched)
    const watch = (round: SigningRound, isRecovered?: boolean): void => {
      rounds.push(round)
      keep(round, isRecovered)
    }
    this.#giveUp(index, life, rounds)
    const serve = (): unknown => (signing ? signing.serve({ onRound: watch }) : hands?.serve(translated(watch)))
    const isBack = life.incarnation > 0
    if (servesFirst) serve()
    if (isBack)
      await hands?.recover((round) =>
        watch(
          signingRoundOf(round, readSigned, () => true),
          true,
        ),
      )
    if (isBack) for (const round of (await signing?.recover()) ?? []) watch(round, true)
    if (!servesFirst) serve()
    if (isBack) return watched
    for (const [at, job] of jobs.entries()) {
      if (job.host !== index) continue
      await life.sleep(job.atMs)
      if (signing) watch(await this.#ask(signing, index, at, job))
      else await hands?.start(this.#askingByHand(index, at, job), translated(watch))
    }
    return watched
  }

  #giveUp(index: number, life: Life, rounds: readonly SigningRound[]): void {
    const { givesUp } = this.#recipe
    if (givesUp?.peer !== index || life.incarnation > 0) return
    void life.sleep(givesUp.atMs).then(() => {
      for (const round of rounds) round.abort('I have had enough')
    })
  }

  #approve(index: number, request: SigningRequest): boolean | string {
    const isKnown = this.#requests.some((asked) => nameOfRequest(asked) === nameOfRequest(request))
    // Every second signer signs only what it was told of otherwise.
    if (!isKnown && index % 2 === 1) return 'nobody has told me of this'
    this.#approved[index]?.push(request)
    return true
  }

  async #ask(signing: ReturnType<typeof musig2>, index: number, at: number, { retries }: Job): Promise<SigningRound> {
    const request = this.#requests[at]!
    const others = this.#roster(index).slice(1)
    const known = others.map((signer) => {
      return { peerId: this.#peerIds()[signer]!, publicKeys: this.#keys.public[signer] ?? [] }
    })
    const options = { ...times, retries, signers: fixedSigners(known) }
    if (request.kind === 'psbt') return signing.signPsbt({ ...options, psbt: request.psbt })
    const { message, publicKeys, tweaks } = request
    return signing.signMessage({ ...options, message, publicKeys, tweaks })
  }

  #askingByHand(index: number, at: number, { retries }: Job): HandStart {
    const setup = this.#order(index, at)
    const [, ...others] = this.#roster(index)
    return { ...times, retries, setup, with: others.map((signer) => this.#peerIds()[signer]!) }
  }

  /** Who asks, and then everybody else. */
  #roster(host: number): readonly number[] {
    const everybody = Array.from({ length: this.#recipe.signers }, (_, signer) => signer)
    return [host, ...everybody.filter((signer) => signer !== host)]
  }

  #order(host: number, at: number): Order {
    const request = this.#requests[at]!
    return { request, seats: seatsOf(this.#roster(host), this.#keys, keysIn(request)) }
  }

  // The others.

  async #lie(peer: Coordinator, index: number, life: Life): Promise<readonly Watched[]> {
    const lies = this.#recipe.lies.get(index) ?? []
    const knows = this.#knowledge(index, life)
    const honest: Signer = memorySigner(...(this.#keys.secret[index] ?? []))
    const signer = lies.reduce((worse, lie) => lie.signer?.(worse, knows) ?? worse, honest)
    const definition = lies.reduce((worse, lie) => lie.definition?.(worse) ?? worse, lenient())
    const hands = byHand(peer, definition, signer)
    const watch = (round: EngineRound): unknown => round.on('outcome', (outcome) => this.#noteSigned(round.id, outcome))
    if (life.incarnation > 0) await hands.recover(watch)
    hands.serve(watch)
    if (life.incarnation > 0) return []
    for (const [at, job] of this.#recipe.jobs.entries()) {
      if (job.host !== index) continue
      await life.sleep(job.atMs)
      await this.#askFalsely(hands, definition, lies, { index, at, job }, watch)
    }
    return []
  }

  async #askFalsely(
    hands: ByHand,
    definition: Definition,
    lies: readonly Lie[],
    { index, at, job }: { readonly index: number; readonly at: number; readonly job: Job },
    watch: OnRound,
  ): Promise<void> {
    const { signers } = this.#recipe
    const [, ...others] = this.#roster(index).map((signer) => this.#peerIds()[signer]!)
    const honest = this.#order(index, at)
    const setup = lies.reduce((order, lie) => lie.order?.(order, others) ?? order, honest)
    const minimum = lies.reduce((fewest, lie) => lie.minimum?.(signers) ?? fewest, signers)
    const options = { ...times, retries: job.retries, minimum, with: others }
    const by = setup === honest ? definition : { ...definition, setup: anything as Definition['setup'] }
    await hands.start({ ...options, setup }, watch, by)
    for (const { otherOrder } of lies)
      if (otherOrder !== undefined) await hands.start({ ...options, setup: otherOrder(setup) }, watch, by)
  }

  #noteSigned(id: string, outcome: Awaited<EngineRound['outcome']>): void {
    const result = outcome.status === 'completed' ? outcome.result : outcome.unconfirmed?.result
    if (result !== undefined && result.length > 0 && holdAll(result)) this.#signedByLiars.add(id)
  }

  #knowledge(index: number, life: Life): Knowledge {
    const { lies, signers } = this.#recipe
    const keys = this.#keys
    return {
      bytes: this.#bytes,
      secretKey(publicKey) {
        const set = keys.public[index]?.findIndex((own) => own.every((byte, at) => byte === publicKey[at])) ?? -1
        return keys.secret[index]?.[set] ?? new Uint8Array(32).fill(1)
      },
      honestNonces: async () => {
        const lastOf = (): readonly Uint8Array[] =>
          Array.from({ length: signers }, (_, peer) => this.#nonces.made.findLast((made) => made.peer === peer))
            .flatMap((made) => made ?? [])
            .map(({ publicNonce }) => Uint8Array.from(Buffer.from(publicNonce, 'hex')))
        for (let waited = 0; waited < 20 && lastOf().length < signers - lies.size; waited += 1) await life.sleep(20)
        return lastOf()
      },
    }
  }
}

/** As the plugin tells it. */
const translated =
  (watch: (round: SigningRound) => void): OnRound =>
  (round, hasSigned) =>
    watch(signingRoundOf(round, readSigned, hasSigned))

const watching =
  (watched: Watched[]) =>
  (round: SigningRound, isRecovered = false): void => {
    if (watched.some(({ id }) => id === round.id)) return
    const endings: SigningOutcome[] = []
    watched.push({ id: round.id, isRecovered, endings })
    round.on('outcome', (outcome) => endings.push(outcome))
    // It may have ended before anybody could listen.
    void round.outcome.then((outcome) => {
      if (endings.length === 0) endings.push(outcome)
    })
  }

/** Links that ended are dialled again, as a program would. */
function keepConnected(world: World, peer: Coordinator, index: number, life: Life) {
  let isStopped = false
  const dialAll = async (): Promise<void> => {
    while (!isStopped) {
      for (let other = index + 1; other < world.peers.length; other += 1) {
        const target = world.targetOf(other)
        if (!peer.isConnected(target.peerId)) peer.connectToPeer(target).catch(() => {})
      }
      await life.sleep(1_000)
    }
  }
  void dialAll()
  return {
    stop(): void {
      isStopped = true
    },
  }
}

function arrange(world: World, { events, lies }: Recipe): void {
  for (const event of events) {
    const at = world.at(event.atMs)
    if (event.kind === 'partition')
      at.partition(...event.groups)
        .at(event.atMs + event.forMs)
        .heal()
    else if (event.kind === 'sever') at.sever(event.peer)
    else if (event.kind === 'suspend') at.suspend(event.peer, event.forMs)
    else if (event.kind === 'jump') at.jumpClock(event.peer, event.byMs)
    else {
      const crash = at.crash(event.peer, { keepStore: event.keepStore })
      if (event.backAfterMs !== undefined && !lies.has(event.peer)) crash.restart(event.backAfterMs)
    }
  }
}
