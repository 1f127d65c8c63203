import type { CryptoProvider } from '../crypto/crypto-provider.js'
import type { Env } from '../env/env.js'
import { createPromised, type Promised } from '../env/promised.js'
import { coreError } from '../errors.js'
import type { Events } from '../events.js'
import type { Identity } from '../identity/identity.js'
import type { PeerId } from '../identity/peer-id.js'
import type { Limits } from '../options.js'
import type { AuthorClock } from '../replay/author-clock.js'
import type { BatchEntry, SealedBatch } from '../signing/batch.js'
import { BatchSigner } from '../signing/batch-signer.js'
import { type Audience, encodeStatementHead, type StatementHead } from '../signing/statement-head.js'
import { oversized } from './outbox.js'
import type { EncodedPayload, MessageName, Sender } from './sender.js'

// Signed messages on their way out. Each goes into the record in its place, without a signature; the seal of its batch follows at
// the end of the turn, or when the signer is done. What goes to one peer shares a seal; what goes to many is signed once, and
// each of them gets its path.

/** What all signed messages of a node have in common. */
export interface Author {
  readonly identity: Identity
  readonly network: string
  readonly env: Env
  readonly crypto: CryptoProvider
  readonly limits: Limits
  readonly events: Events
  /** Where the next message stands among all that this node has said. */
  readonly clock: () => AuthorClock
}

/** What stands behind one slow signature, before senders are asked to wait, and before more is refused: the other end holds it all. */
const heldPatient = 4_096
const heldMax = 8_192
const unsignedBytesMax = 4_194_304

/** Signs what goes to one peer. */
export class Signer {
  readonly #author: Author
  readonly #to: PeerId
  readonly #sender: Sender
  readonly #heads: Heads
  #batches: BatchSigner | undefined
  #unsignedBytes = 0
  /** Messages without their seal, and how many had been sent before the first of them. */
  #unsealed = 0
  #sentBefore = 0
  #sealed: Promised<void> | undefined
  /** The last that was said to this one and others: all of those share a signer. */
  #shared: SharedStatement | undefined

  constructor(author: Author, to: PeerId, sender: Sender) {
    this.#author = author
    this.#to = to
    this.#sender = sender
    this.#heads = new Heads(author, { to })
  }

  /** Whether one more may be said, signed or not. */
  hasRoom(): boolean {
    if (this.#held >= heldPatient) this.signNow()
    return this.#unsignedBytes <= unsignedBytesMax && this.#held < heldMax
  }

  /** Resolves when everything has its seal; undefined where it has. */
  sealed(): Promise<void> | undefined {
    if (this.#unsealed === 0) return undefined
    this.#sealed ??= createPromised<void>()
    return this.#sealed.promise
  }

  /** The same, but undefined where little waits for one. */
  blocked(): Promise<void> | undefined {
    return this.#held < heldPatient && this.#unsignedBytes <= unsignedBytesMax / 2 ? undefined : this.sealed()
  }

  /** Signs what would be signed at the end of the turn, which may be too late. A slow key stays slow. */
  signNow(): void {
    this.#batches?.signNow()
    this.#shared?.signNow()
  }

  close(reason: unknown): void {
    this.#sealed?.reject(reason)
    this.#sealed = undefined
  }

  /** What the other end cannot handle yet. */
  get #held(): number {
    return this.#unsealed === 0 ? 0 : this.#sender.messagesSent - this.#sentBefore
  }

  #hold(): void {
    if (this.#unsealed === 0) this.#sentBefore = this.#sender.messagesSent
    this.#unsealed += 1
  }

  #letGo(count: number): void {
    this.#unsealed -= count
    if (this.#unsealed > 0) return
    this.#shared = undefined
    this.#sealed?.resolve()
    this.#sealed = undefined
  }

  send(name: MessageName, payload: EncodedPayload): void {
    const head = this.#heads.of(name)
    const id = this.#sender.headId(head)
    const entry = say(this.#author, this.#signer(), head, payload)
    this.#unsignedBytes += payload.bytes.length
    this.#hold()
    this.#sender.signedMessage(id, head, entry, false)
  }

  /** The same words that others get, too; the seal follows by `sealShared`. */
  sendShared(statement: SharedStatement): void {
    const { head, entry, recipients, seal } = statement
    const id = this.#sender.headId(head)
    this.#hold()
    this.#sender.signedMessage(id, head, entry, true)
    // Making room for it may have signed it.
    if (seal !== undefined) return this.sealShared(seal.batch, entry.index, seal.signature)
    recipients.push(this)
    this.#shared = statement
  }

  sealShared(batch: SealedBatch, index: number, signature: Uint8Array): void {
    const path = signature.length === 0 ? signature : batch.pathOf(index)
    this.#sender.seal({ isAlone: true, index, count: batch.count, epoch: batch.epoch, signature, path })
    this.#letGo(1)
  }

  /** Made when it is first needed: most sessions sign nothing. */
  #signer(): BatchSigner {
    this.#batches ??= createBatchSigner(this.#author, { to: this.#to }, (batch, signature) => {
      for (const { payload } of batch.entries) this.#unsignedBytes -= payload.length
      const { count, epoch } = batch
      this.#sender.seal({ isAlone: false, index: 0, count, epoch, signature, path: nothing })
      this.#letGo(count)
    })
    return this.#batches
  }
}

/** One statement that goes to many. */
export interface SharedStatement {
  readonly head: StatementHead
  readonly entry: BatchEntry
  /** Those who get the seal once there is one. */
  readonly recipients: Signer[]
  seal: { readonly batch: SealedBatch; readonly signature: Uint8Array } | undefined
  readonly signNow: () => void
}

/** Signs what goes to many: once, whoever they are. */
export class SharedSigner {
  readonly #author: Author
  readonly #heads: Heads
  /** Not signed yet, in the order of their batches. */
  readonly #waiting: SharedStatement[] = []
  #batches: BatchSigner | undefined

  constructor(author: Author) {
    this.#author = author
    this.#heads = new Heads(author, 'anyone')
  }

  say(name: MessageName, payload: EncodedPayload): SharedStatement {
    const head = this.#heads.of(name)
    this.#batches ??= createBatchSigner(this.#author, undefined, (batch, signature) => this.#seal(batch, signature))
    const batches = this.#batches
    const entry = say(this.#author, batches, head, payload)
    const statement: SharedStatement = {
      head,
      entry,
      recipients: [],
      seal: undefined,
      signNow: () => batches.signNow(),
    }
    this.#waiting.push(statement)
    return statement
  }

  #seal(batch: SealedBatch, signature: Uint8Array): void {
    for (const statement of this.#waiting.splice(0, batch.count)) {
      const { entry, recipients } = statement
      statement.seal = { batch, signature }
      for (const recipient of recipients) recipient.sealShared(batch, entry.index, signature)
    }
  }
}

const nothing = new Uint8Array(0)

/** Each kind of message has one head for one audience. */
class Heads {
  readonly #author: Author
  readonly #audience: Audience
  readonly #heads = new Map<string, StatementHead>()
  /** Most often the next one is of the same kind. */
  #last: StatementHead | undefined

  constructor(author: Author, audience: Audience) {
    this.#author = author
    this.#audience = audience
  }

  of(name: MessageName): StatementHead {
    const last = this.#last
    if (last?.type === name.type && last.protocol === name.protocol && last.version === name.version) return last
    this.#last = this.#find(name)
    return this.#last
  }

  #find({ protocol, version, type }: MessageName): StatementHead {
    const key = `${protocol}/${version}/${type}`
    const known = this.#heads.get(key)
    if (known !== undefined) return known
    const { identity, network } = this.#author
    const head = encodeStatementHead({
      network,
      protocol,
      version,
      type,
      author: identity.peerId,
      audience: this.#audience,
    })
    this.#heads.set(key, head)
    return head
  }
}

function say(author: Author, batches: BatchSigner, head: StatementHead, { codec, bytes }: EncodedPayload): BatchEntry {
  const { env, limits, clock } = author
  if (bytes.length > limits.messageBytesMax) throw oversized(bytes.length, limits.messageBytesMax)
  const createdMs = env.wallMs()
  const expiresMs = createdMs + limits.signedLifetimeMs
  return batches.add(head, { position: clock().next(), createdMs, expiresMs, codecId: codec.id }, bytes)
}

/** Where the identity cannot sign, an empty signature says so: what stands unsealed must not wait for ever. */
function createBatchSigner(
  { identity, env, crypto, events, clock }: Author,
  audience: Audience | undefined,
  seal: (batch: SealedBatch, signature: Uint8Array) => void,
): BatchSigner {
  return new BatchSigner({
    identity,
    epoch: clock().epoch,
    sha256: crypto.sha256,
    env,
    audience,
    onSigned: seal,
    onFailed: (batch, cause) => {
      seal(batch, nothing)
      events.emit('error', coreError('SIGNING_FAILED', { detail: `${batch.count} messages`, cause }))
    },
  })
}
