import type { MaybePromise } from '../crypto/crypto-provider.js'
import type { Env } from '../env/env.js'
import type { Identity } from '../identity/identity.js'
import { type Batch, type BatchEntry, Batches, type Particulars, type SealedBatch } from './batch.js'
import { signatureBytes } from './batch-root.js'
import type { Sha256 } from './merkle-tree.js'
import type { Audience, StatementHead } from './statement-head.js'

// Signs what one turn said by one signature. Where the signer takes its time, what queues up meanwhile is the next batch: so
// batches grow with the load, and a lone statement waits for nothing but the end of its turn.

export interface BatchSignerOptions {
  readonly identity: Identity
  readonly epoch: number
  readonly sha256: Sha256
  readonly env: Pick<Env, 'random' | 'defer' | 'log'>
  /** Given, every batch may travel whole to it; otherwise statements for different audiences share a signature. */
  readonly audience?: Audience | undefined
  /** In the order in which the statements were added. */
  readonly onSigned: (batch: SealedBatch, signature: Uint8Array) => void
  /** The signer threw, or gave something that is no signature. None of the batch was signed. */
  readonly onFailed: (batch: SealedBatch, cause: unknown) => void
}

export class BatchSigner {
  readonly #options: BatchSignerOptions
  readonly #batches: Batches
  #open: Batch
  /** Full, or due to be signed, oldest first. */
  readonly #due: Batch[] = []
  #scheduled = false
  #signing = false
  #waiting = 0

  constructor(options: BatchSignerOptions) {
    const { identity, epoch, sha256, env, audience } = options
    this.#options = options
    this.#batches = new Batches({ author: identity.peerId, epoch, sha256, random: (bytes) => env.random(bytes) })
    this.#open = this.#batches.open(audience)
  }

  /** Statements that no signature covers yet: what a caller bounds. */
  get waiting(): number {
    return this.#waiting
  }

  /** Says it in the open batch. `payload` is kept until the batch is gone, and not copied. */
  add(head: StatementHead, particulars: Particulars, payload: Uint8Array): BatchEntry {
    // A full batch does not wait for the end of the turn: its receivers hold what comes before its signature.
    if (this.#due.length > 0) this.signNow()
    const entry = this.#open.add(head, particulars, payload)
    this.#waiting += 1
    if (this.#open.isFull) this.#closeOpen()
    this.#schedule()
    return entry
  }

  /** Signs at once what would be signed at the end of the turn, unless a signature is under way. */
  signNow(): void {
    if (!this.#signing) this.#signDue()
  }

  #schedule(): void {
    if (this.#scheduled || this.#signing) return
    this.#scheduled = true
    this.#options.env.defer(() => {
      this.#scheduled = false
      this.#signDue()
    })
  }

  #closeOpen(): void {
    if (this.#open.count === 0) return
    this.#due.push(this.#open)
    this.#open = this.#batches.open(this.#options.audience)
  }

  /** One batch after the other, so that signatures come in order. What is said meanwhile waits for the next time. */
  #signDue(): void {
    this.#closeOpen()
    for (let batch = this.#due.shift(); batch !== undefined; batch = this.#due.shift()) {
      const sealed = batch.seal()
      const signature = this.#sign(sealed)
      if (signature instanceof Uint8Array) this.#finish(sealed, signature)
      else if (signature !== 'failed') return this.#awaitSignature(sealed, signature)
    }
  }

  #awaitSignature(batch: SealedBatch, signature: Promise<Uint8Array>): void {
    this.#signing = true
    const goOn = (settle: () => void): void => {
      // Still signing for whoever is told: what is said there is taken up below, and asks for no turn of its own.
      settle()
      this.#signing = false
      this.#signDue()
    }
    Promise.resolve(signature).then(
      (made) => goOn(() => this.#finish(batch, made)),
      (cause: unknown) => goOn(() => this.#fail(batch, cause)),
    )
  }

  #sign(batch: SealedBatch): MaybePromise<Uint8Array> | 'failed' {
    try {
      return this.#options.identity.sign(batch.rootBytes)
    } catch (cause) {
      this.#fail(batch, cause)
      return 'failed'
    }
  }

  #finish(batch: SealedBatch, signature: Uint8Array): void {
    if (!(signature instanceof Uint8Array) || signature.length !== signatureBytes) {
      this.#fail(batch, new TypeError(`the identity gave something other than a signature of ${signatureBytes} bytes`))
      return
    }
    this.#waiting -= batch.count
    this.#tell(() => this.#options.onSigned(batch, signature))
  }

  #fail(batch: SealedBatch, cause: unknown): void {
    this.#waiting -= batch.count
    this.#tell(() => this.#options.onFailed(batch, cause))
  }

  /** What fails there must not stop the signing of the rest. */
  #tell(run: () => void): void {
    try {
      run()
    } catch (cause) {
      this.#options.env.log('error', 'what was to be done with a signed batch failed', { cause })
    }
  }
}
