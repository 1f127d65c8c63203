import { ByteReader } from '../bytes/byte-reader.js'
import type { Codecs } from '../codec/codecs.js'
import type { MaybePromise } from '../crypto/crypto-provider.js'
import type { PeerId } from '../identity/peer-id.js'
import { type BatchRoot, signatureBytes } from './batch-root.js'
import { KnownHeads } from './known-heads.js'
import { LeafMemory } from './leaf-memory.js'
import {
  hashBytes,
  isCount,
  leafPrefixBytes,
  leavesMax,
  MerkleTree,
  type Sha256,
  saltBytes,
  writeLeaf,
} from './merkle-tree.js'
import { isPayload } from './payload-hash.js'
import { refuse, type SigningCode, type SigningRefusal } from './signing-refusal.js'
import { readStatement, type StatementBody } from './statement.js'
import type { StatementHead } from './statement-head.js'
import { createVerifiedMessage, type VerifiedMessage } from './verified-message.js'
import type { VerifiedRoots } from './verified-roots.js'

// The receiver's side of a batch that travels whole. Statements are collected as they come, none is believed before the
// signature of their root holds, and then all are: one bad statement costs the batch.

export interface BatchVerifierOptions {
  /** Every statement must name this author. */
  readonly author: PeerId
  readonly sha256: Sha256
  readonly roots: VerifiedRoots
  readonly codecs: Codecs
  /** What one batch may hold; 1,024 statements at most, and 8,388,608 bytes of statements and payloads. */
  readonly entriesMax?: number | undefined
  readonly bytesMax?: number | undefined
}

/** What comes after the last statement. */
export interface BatchClosing {
  readonly epoch: number
  readonly count: number
  readonly signature: Uint8Array
}

export interface VerifiedBatch {
  readonly ok: true
  /** In the order in which they were added. */
  readonly messages: readonly VerifiedMessage[]
}

interface Collected {
  readonly head: StatementHead
  readonly body: StatementBody
  readonly leaf: Uint8Array
  readonly payload: Uint8Array
}

const accepted = { ok: true } as const
const noBytes = new Uint8Array(0)

/** Of one author, and for one batch after the other: closing one opens the next, also while a signature is being verified. */
export class BatchVerifier {
  readonly #options: BatchVerifierOptions
  readonly #entriesMax: number
  readonly #bytesMax: number
  readonly #memory = new LeafMemory()
  readonly #heads = new KnownHeads()
  #collected: Collected[] = []
  #leaves = new Uint8Array(8 * hashBytes)
  #bytes = 0
  /** The epoch that the statements name; undefined while none does. */
  #epoch: number | undefined
  #refusal: SigningRefusal | undefined

  constructor(options: BatchVerifierOptions) {
    const { entriesMax = leavesMax, bytesMax = 8_388_608 } = options
    if (!isCount(entriesMax)) throw new TypeError(`entriesMax must be within 1 to ${leavesMax}, not ${entriesMax}`)
    if (!Number.isSafeInteger(bytesMax) || bytesMax < 1) {
      throw new TypeError(`bytesMax must be a whole number from 1 up, not ${bytesMax}`)
    }
    this.#options = options
    this.#entriesMax = entriesMax
    this.#bytesMax = bytesMax
  }

  get count(): number {
    return this.#collected.length
  }

  /** Takes the next statement, as it was received. `payload` is kept and not copied. A refusal spoils the batch. */
  add(statement: Uint8Array, salt: Uint8Array, payload: Uint8Array): typeof accepted | SigningRefusal {
    return this.#take(noBytes, statement, salt, payload)
  }

  /** The same where the statement's head came before, on its own: `body` is what follows the bytes of `head`. */
  addBehind(
    head: StatementHead,
    body: Uint8Array,
    salt: Uint8Array,
    payload: Uint8Array,
  ): typeof accepted | SigningRefusal {
    this.#heads.use(head)
    return this.#take(head.bytes, body, salt, payload)
  }

  /** Verifies the whole. Never throws, never rejects; a refusal holds for every statement. */
  close(closing: BatchClosing): MaybePromise<VerifiedBatch | SigningRefusal> {
    const { epoch, count, signature } = closing
    const collected = this.#collected
    const leaves = this.#leaves
    const refusal = this.#refusal ?? this.#judgeClosing(closing)
    this.#startAfresh()
    if (refusal !== undefined) return refusal
    const tree = new MerkleTree(this.#options.sha256, leaves, count)
    const root: BatchRoot = { author: this.#options.author, epoch, count, root: tree.root }
    // The caller's memory may change while a signature is verified elsewhere.
    const kept = signature.slice()
    const settle = (holds: boolean): VerifiedBatch | SigningRefusal =>
      holds ? { ok: true, messages: this.#believe(collected, tree, epoch, kept) } : refuse('SIGNATURE_REFUSED')
    const verdict = this.#options.roots.verify(root, kept)
    return typeof verdict === 'boolean' ? settle(verdict) : verdict.then(settle)
  }

  #take(
    before: Uint8Array,
    statement: Uint8Array,
    salt: Uint8Array,
    payload: Uint8Array,
  ): typeof accepted | SigningRefusal {
    if (this.#refusal !== undefined) return this.#refusal
    const size = before.length + statement.length
    this.#bytes += size + payload.length
    if (this.#collected.length >= this.#entriesMax || this.#bytes > this.#bytesMax)
      return this.#spoil('SIGNATURE_LIMIT')
    if (salt.length !== saltBytes) return this.#spoil('SIGNATURE_MALFORMED')
    const leaf = this.#memory.take(leafPrefixBytes + size)
    writeLeaf(leaf, salt)
    leaf.set(before, leafPrefixBytes)
    leaf.set(statement, leafPrefixBytes + before.length)
    return this.#collect(leaf, payload)
  }

  #collect(leaf: Uint8Array, payload: Uint8Array): typeof accepted | SigningRefusal {
    const { sha256, author } = this.#options
    const reader = new ByteReader(leaf)
    reader.skip(leafPrefixBytes)
    const read = readStatement(reader, this.#heads.list)
    if (!read.ok) return this.#spoil(read.code)
    const { head, body } = read
    this.#heads.use(head)
    if (head.author !== author) return this.#spoil('SIGNATURE_AUTHOR')
    const first = this.#collected[0]
    if (first !== undefined && first.head.audienceKey !== head.audienceKey) return this.#spoil('SIGNATURE_AUDIENCE')
    if ('epoch' in body.position) {
      this.#epoch ??= body.position.epoch
      if (this.#epoch !== body.position.epoch) return this.#spoil('SIGNATURE_MALFORMED')
    }
    if (!isPayload(sha256, payload, body.payloadHash)) return this.#spoil('SIGNATURE_PAYLOAD')
    const at = this.#collected.length * hashBytes
    if (at === this.#leaves.length) this.#grow()
    this.#leaves.set(sha256(leaf), at)
    this.#collected.push({ head, body, leaf, payload })
    return accepted
  }

  #judgeClosing({ epoch, count, signature }: BatchClosing): SigningRefusal | undefined {
    const isFitting =
      count >= 1 &&
      count === this.#collected.length &&
      signature.length === signatureBytes &&
      (this.#epoch === undefined || this.#epoch === epoch)
    return isFitting ? undefined : refuse('SIGNATURE_MALFORMED')
  }

  #believe(
    collected: readonly Collected[],
    tree: MerkleTree,
    epoch: number,
    signature: Uint8Array,
  ): readonly VerifiedMessage[] {
    const { count } = tree
    return collected.map(({ head, body, leaf, payload }, index) => {
      const statement = leaf.subarray(leafPrefixBytes)
      const salt = leaf.subarray(leafPrefixBytes - saltBytes, leafPrefixBytes)
      return createVerifiedMessage(head, body, statement, payload, this.#options.codecs, () => ({
        statement,
        payload,
        salt,
        index,
        count,
        epoch,
        path: tree.pathOf(index),
        signature,
      }))
    })
  }

  #spoil(code: SigningCode): SigningRefusal {
    this.#refusal = refuse(code)
    this.#collected = []
    return this.#refusal
  }

  #startAfresh(): void {
    this.#collected = []
    this.#leaves = new Uint8Array(8 * hashBytes)
    this.#bytes = 0
    this.#epoch = undefined
    this.#refusal = undefined
  }

  #grow(): void {
    const leaves = new Uint8Array(this.#leaves.length * 2)
    leaves.set(this.#leaves)
    this.#leaves = leaves
  }
}
