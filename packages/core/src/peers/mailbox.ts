import type { Codecs } from '../codec/codecs.js'
import type { CryptoProvider } from '../crypto/crypto-provider.js'
import type { Env } from '../env/env.js'
import { coreError } from '../errors.js'
import type { Events } from '../events.js'
import { oversized } from '../flow/outbox.js'
import { type EncodedPayload, encodePayload } from '../flow/sender.js'
import type { PeerId } from '../identity/peer-id.js'
import type { Limits } from '../options.js'
import type { OutgoingMessage } from '../protocol/message.js'
import { appProtocol, assertName, assertVersion } from '../protocol/names.js'
import type { Store } from '../store/store.js'
import { storeError } from '../store/store-error.js'
import { MailJournal } from './mail-journal.js'
import { type Clocks, type Letter, leftMs, MailQueue } from './mail-queue.js'

// Messages that are kept until their peer has them: `sendTo` with `queueMs`. A letter stays here, and in the store, until the
// session that carries it has it acknowledged; a session that ends before leaves it for the next one. As long as there is a
// session, it carries every letter for its peer: so letters keep their order, among themselves and before what is sent later.

/** The part of a session that letters need. */
export interface MailCarrier {
  readonly peerId: PeerId
  readonly hasEnded: boolean
  sendEncoded(message: OutgoingMessage, payload: EncodedPayload): Promise<void> | undefined
  /** Calls back once the peer has acknowledged all that was sent so far; never where the session ends before. */
  whenArrived(arrived: () => void): void
  /** Makes the peer tell what has come. */
  probe(): Promise<boolean>
}

export interface MailboxOptions {
  readonly peerId: PeerId
  readonly env: Env
  readonly crypto: CryptoProvider
  readonly limits: Limits
  readonly codecs: Codecs
  readonly events: Events
  /** What letters outlive the process in. */
  readonly store?: Store | undefined
}

export interface MailboxStats {
  /** Messages that wait for their peer, or that it has not acknowledged. */
  readonly messages: number
  /** What they cost, 512 bytes each besides their payloads. */
  readonly bytes: number
  /** Those whose time was up. */
  readonly expired: number
  /** Those that could not be sent to their peer when it came, or not be read after a restart. */
  readonly dropped: number
}

/** Damaged entries are taken away so many at a time: nobody knows how many there are. */
const damagedKeysMax = 256

export class Mailbox {
  readonly #options: MailboxOptions
  readonly #journal: MailJournal | undefined
  /** Who carries a letter at present, by its number. */
  readonly #carriers = new Map<number, MailCarrier>()
  readonly #underWay = new Set<Promise<unknown>>()
  #queue: MailQueue
  #opening: Promise<void> | undefined
  #isOpen: boolean
  #lastNumber = 0
  #expired = 0
  #dropped = 0

  constructor(options: MailboxOptions) {
    const { store, peerId, crypto, limits } = options
    this.#options = options
    this.#queue = new MailQueue(limits)
    this.#journal = store === undefined ? undefined : new MailJournal(store, peerId, crypto)
    this.#isOpen = store === undefined
  }

  get stats(): MailboxStats {
    const { messages, bytes } = this.#queue
    return { messages, bytes, expired: this.#expired, dropped: this.#dropped }
  }

  /** Reads, once, what an earlier run left; undefined where that is done. What fails may be tried again. */
  open(): Promise<void> | undefined {
    if (this.#opening !== undefined) return this.#opening
    if (this.#isOpen || this.#journal === undefined) return undefined
    // Until the end of the turn: whoever comes when it is done waits behind those who waited.
    const end = (): void =>
      this.#options.env.defer(() => {
        this.#opening = undefined
      })
    this.#opening = this.#recall(this.#journal).catch((cause) => {
      throw storeError(cause)
    })
    this.#opening.then(end, end)
    return this.#opening
  }

  /** Resolves when the letter is kept, durably where the store is; `find` gives the session with its peer, if there is one. */
  async keep(
    peerId: PeerId,
    message: OutgoingMessage,
    queueMs: number,
    find: () => MailCarrier | undefined,
  ): Promise<void> {
    const draft = this.#draft(peerId, message, queueMs)
    const opening = this.open()
    if (opening !== undefined) await opening
    const letter = this.#admit(draft)
    const room = this.#sendNow(letter, find())
    await this.#write(letter)
    // A session that ends while its sender waits for room leaves the letter here.
    await room?.catch(() => {})
  }

  /** A session begins: it carries all that waits for its peer, before anybody else can send. */
  deliver(session: MailCarrier): void {
    this.sweep()
    const letters = this.#queue.of(session.peerId)
    const failures: { readonly letter: Letter; readonly cause: unknown }[] = []
    for (const letter of letters) {
      if (session.hasEnded) break
      try {
        void this.#carry(letter, session)
      } catch (cause) {
        failures.push({ letter, cause })
      }
    }
    // The sooner it is acknowledged, the less may come twice.
    if (letters.length > failures.length) void session.probe()
    for (const { letter, cause } of failures) this.#drop(letter, cause)
  }

  /** What the session carried and the peer did not acknowledge waits for the next one. */
  ended(session: MailCarrier): void {
    for (const { number } of this.#queue.of(session.peerId)) {
      if (this.#carriers.get(number) === session) this.#carriers.delete(number)
    }
    this.sweep()
  }

  /** Forgets those whose time is up. What a session carries is its own. */
  sweep(): void {
    const expired = this.#queue.expired(this.#now()).filter(({ number }) => !this.#carriers.has(number))
    if (expired.length === 0) return
    this.#expired += expired.length
    this.#forget(expired)
  }

  /** Resolves when all that was asked of the store has been done: it may be closed. */
  async settle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
  }

  /** Encoded at once: what the caller does to its payload afterwards changes nothing. */
  #draft(
    peerId: PeerId,
    { protocol = appProtocol, version, type, payload, signed = false }: OutgoingMessage,
    queueMs: number,
  ): Letter {
    const { codecs, limits, env } = this.#options
    const { awayMsMax, messageBytesMax } = limits
    if (typeof queueMs !== 'number' || !(queueMs > 0 && queueMs <= awayMsMax)) {
      throw new TypeError(
        `queueMs must be above 0 and at most limits.awayMsMax, which is ${awayMsMax}, not ${String(queueMs)}`,
      )
    }
    assertName(protocol, 'protocol')
    assertName(type, 'type')
    if (version !== undefined) assertVersion(version, 'version')
    const { codec, bytes } = encodePayload(codecs, payload)
    if (bytes.length > messageBytesMax) throw oversized(bytes.length, messageBytesMax)
    return {
      number: 0,
      peerId,
      protocol,
      version,
      type,
      signed,
      codecId: codec.id,
      payload: bytes.slice(),
      keptAtMs: Math.floor(env.wallMs()),
      queueMs: Math.ceil(queueMs),
    }
  }

  /** A letter with its number, in the queue. */
  #admit(draft: Letter): Letter {
    if (this.#queue.refusal(draft) !== undefined) this.sweep()
    const limit = this.#queue.refusal(draft)
    if (limit !== undefined) {
      const detail = `limits.${limit} is ${this.#options.limits[limit]}`
      throw coreError('MAILBOX_FULL', { peerId: draft.peerId, detail, details: { limit } })
    }
    this.#lastNumber += 1
    const letter = { ...draft, number: this.#lastNumber }
    this.#queue.add(letter, this.#now())
    return letter
  }

  #sendNow(letter: Letter, session: MailCarrier | undefined): Promise<void> | undefined {
    if (session === undefined || session.hasEnded) return undefined
    try {
      return this.#carry(letter, session)
    } catch (error) {
      // It hears of it at once, as without `queueMs`.
      this.#queue.remove(letter)
      throw error
    }
  }

  #carry(letter: Letter, session: MailCarrier): Promise<void> | undefined {
    const { number, peerId, protocol, version, type, signed, codecId, payload } = letter
    const codec = this.#options.codecs.byId(codecId)
    if (codec === undefined) throw coreError('CODEC_UNKNOWN', { peerId, detail: `codec ${codecId}` })
    const message = version === undefined ? { protocol, type, signed } : { protocol, version, type, signed }
    const room = session.sendEncoded(message, { codec, bytes: payload })
    this.#carriers.set(number, session)
    session.whenArrived(() => this.#forget([letter]))
    return room
  }

  async #write(letter: Letter): Promise<void> {
    if (this.#journal === undefined) return
    try {
      await this.#track(this.#journal.write(letter))
    } catch (cause) {
      // The peer may have it already.
      if (!this.#queue.has(letter)) return
      this.#forget([letter])
      throw storeError(cause)
    }
  }

  /** It cannot be sent to its peer, and so is kept no longer. */
  #drop(letter: Letter, cause: unknown): void {
    const { peerId, protocol, type } = letter
    this.#dropped += 1
    this.#forget([letter])
    this.#report(coreError('MAILBOX_DROPPED', { peerId, detail: `${protocol} ${type}`, cause }))
  }

  #forget(letters: readonly Letter[]): void {
    for (const letter of letters) {
      this.#queue.remove(letter)
      this.#carriers.delete(letter.number)
    }
    const removed = this.#journal?.remove(letters)
    // What stays on disk comes again after a restart.
    if (removed !== undefined) this.#track(removed).catch((cause) => this.#report(storeError(cause)))
  }

  /** All that an earlier run left, within the limits of this one. */
  async #recall(journal: MailJournal): Promise<void> {
    const queue = new MailQueue(this.#options.limits)
    const now = this.#now()
    const counts = { damaged: 0, expired: 0, beyond: 0, lastNumber: 0 }
    let useless: string[] = []
    for await (const { key, letter } of journal.read()) {
      if (letter === undefined) counts.damaged += 1
      else if (leftMs(letter, now.wallMs) === 0) counts.expired += 1
      else if (queue.refusal(letter) !== undefined) counts.beyond += 1
      else {
        queue.add(await redate(letter, now.wallMs, journal), now)
        counts.lastNumber = letter.number
        continue
      }
      useless.push(key)
      if (useless.length < damagedKeysMax) continue
      await journal.removeKeys(useless)
      useless = []
    }
    await journal.removeKeys(useless)
    this.#queue = queue
    this.#lastNumber = counts.lastNumber
    this.#isOpen = true
    this.#expired += counts.expired
    this.#dropped += counts.damaged + counts.beyond
    if (counts.damaged > 0) this.#report(coreError('MAILBOX_DAMAGED', { detail: `${counts.damaged} entries` }))
    if (counts.beyond > 0) {
      this.#report(coreError('MAILBOX_FULL', { detail: `${counts.beyond} messages of an earlier run were dropped` }))
    }
  }

  #track<T>(promise: Promise<T>): Promise<T> {
    this.#underWay.add(promise)
    const done = (): unknown => this.#underWay.delete(promise)
    promise.then(done, done)
    return promise
  }

  #report(error: ReturnType<typeof storeError>): void {
    this.#options.events.emit('error', error)
  }

  #now(): Clocks {
    const { env } = this.#options
    return { wallMs: Math.floor(env.wallMs()), monotonicMs: env.monotonicMs() }
  }
}

/** What was kept by a clock that ran ahead counts from now on, for this start and those that follow. */
async function redate(letter: Letter, wallMs: number, journal: MailJournal): Promise<Letter> {
  if (letter.keptAtMs <= wallMs) return letter
  const redated = { ...letter, keptAtMs: wallMs }
  await journal.write(redated)
  return redated
}
