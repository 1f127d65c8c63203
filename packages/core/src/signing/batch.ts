import { ByteWriter } from '../bytes/byte-writer.js'
import type { PeerId } from '../identity/peer-id.js'
import { encodeBatchRoot } from './batch-root.js'
import { LeafMemory } from './leaf-memory.js'
import { hashBytes, leafPrefixBytes, leavesMax, MerkleTree, type Sha256, saltBytes, writeLeaf } from './merkle-tree.js'
import { encodeSignedMessage } from './signed-message.js'
import { encodeStatementBody, isU48, type StatementBody } from './statement.js'
import { type Audience, audienceKeyOf, type StatementHead } from './statement-head.js'

// The sender's side of a batch: statements go in, each behind a fresh salt, and the bytes that the key must sign come out. The
// salt keeps a path from telling anybody what its siblings say: without it, a short statement could be found by guessing.

export interface BatchesOptions {
  readonly author: PeerId
  /** In every root, and in every statement that has a sequence. */
  readonly epoch: number
  readonly sha256: Sha256
  readonly random: (bytes: number) => Uint8Array
}

/** What is said of a payload beside the head; its hash is taken here. */
export type Particulars = Omit<StatementBody, 'payloadHash'>

/** A statement in a batch. Its views hold for good. */
export class BatchEntry {
  readonly index: number
  readonly payload: Uint8Array
  readonly #leaf: Uint8Array

  constructor(index: number, leaf: Uint8Array, payload: Uint8Array) {
    this.index = index
    this.#leaf = leaf
    this.payload = payload
  }

  get salt(): Uint8Array {
    return this.#leaf.subarray(leafPrefixBytes - saltBytes, leafPrefixBytes)
  }

  get statement(): Uint8Array {
    return this.#leaf.subarray(leafPrefixBytes)
  }
}

/** Makes the batches of one author in one epoch; what they share is kept here. */
export class Batches {
  readonly author: PeerId
  readonly epoch: number
  readonly sha256: Sha256
  readonly #random: (bytes: number) => Uint8Array
  readonly #memory = new LeafMemory()
  readonly #writer = new ByteWriter()
  #salts: Uint8Array = new Uint8Array(0)
  #saltsUsed = 0

  constructor({ author, epoch, sha256, random }: BatchesOptions) {
    if (!isU48(epoch)) throw new TypeError(`not an epoch: ${epoch}`)
    this.author = author
    this.epoch = epoch
    this.sha256 = sha256
    this.#random = random
  }

  /** An empty batch: for one audience, and then it may travel whole, or for any, and then only leaf by leaf. */
  open(audience?: Audience): Batch {
    return new Batch(this, audience)
  }

  /** A leaf, ready to be hashed. */
  writeLeaf(head: StatementHead, particulars: Particulars, payload: Uint8Array): Uint8Array {
    const writer = this.#writer
    writer.clear()
    encodeStatementBody({ ...particulars, payloadHash: this.sha256(payload) }, writer)
    const leaf = this.#memory.take(leafPrefixBytes + head.bytes.length + writer.length)
    writeLeaf(leaf, this.#nextSalt())
    leaf.set(head.bytes, leafPrefixBytes)
    leaf.set(writer.view(), leafPrefixBytes + head.bytes.length)
    return leaf
  }

  /** Thirty-two at a time, since asking costs more than the bytes. */
  #nextSalt(): Uint8Array {
    if (this.#saltsUsed === this.#salts.length) {
      this.#salts = this.#random(32 * saltBytes)
      this.#saltsUsed = 0
    }
    this.#saltsUsed += saltBytes
    return this.#salts.subarray(this.#saltsUsed - saltBytes, this.#saltsUsed)
  }
}

/** Collects, up to 1,024 statements, until it is sealed. */
export class Batch {
  readonly audience: Audience | undefined
  readonly #batches: Batches
  readonly #audienceKey: string | undefined
  readonly #entries: BatchEntry[] = []
  #leaves = new Uint8Array(8 * hashBytes)
  #sealed = false

  constructor(batches: Batches, audience: Audience | undefined) {
    this.#batches = batches
    this.audience = audience
    this.#audienceKey = audience === undefined ? undefined : audienceKeyOf(audience)
  }

  get count(): number {
    return this.#entries.length
  }

  get isFull(): boolean {
    return this.#entries.length === leavesMax
  }

  /** Adds a statement over `payload`, which is kept and not copied. Throws a TypeError for what cannot be said here. */
  add(head: StatementHead, particulars: Particulars, payload: Uint8Array): BatchEntry {
    this.#assertFits(head, particulars)
    const leaf = this.#batches.writeLeaf(head, particulars, payload)
    const at = this.#entries.length * hashBytes
    if (at === this.#leaves.length) this.#grow()
    this.#leaves.set(this.#batches.sha256(leaf), at)
    const entry = new BatchEntry(this.#entries.length, leaf, payload)
    this.#entries.push(entry)
    return entry
  }

  /** Closes the batch, which holds at least one statement, and gives what is to be signed. */
  seal(): SealedBatch {
    if (this.#sealed) throw new TypeError('the batch is sealed already')
    const { author, epoch, sha256 } = this.#batches
    const tree = new MerkleTree(sha256, this.#leaves, this.#entries.length)
    this.#sealed = true
    return new SealedBatch(author, epoch, this.audience, this.#entries, tree)
  }

  #grow(): void {
    const leaves = new Uint8Array(this.#leaves.length * 2)
    leaves.set(this.#leaves)
    this.#leaves = leaves
  }

  #assertFits(head: StatementHead, { position }: Particulars): void {
    if (this.#sealed || this.isFull) throw new TypeError('the batch is closed')
    if (head.author !== this.#batches.author) throw new TypeError('a statement of another author')
    if (this.#audienceKey !== undefined && head.audienceKey !== this.#audienceKey) {
      throw new TypeError('a statement for another audience')
    }
    if ('epoch' in position && position.epoch !== this.#batches.epoch)
      throw new TypeError('a statement of another epoch')
  }
}

/** A batch that takes no more, and the paths into it. */
export class SealedBatch {
  readonly author: PeerId
  readonly epoch: number
  /** Whoever may see all of it; undefined where it must travel leaf by leaf. */
  readonly audience: Audience | undefined
  readonly entries: readonly BatchEntry[]
  /** What the author's key signs. */
  readonly rootBytes: Uint8Array
  readonly #tree: MerkleTree

  constructor(
    author: PeerId,
    epoch: number,
    audience: Audience | undefined,
    entries: readonly BatchEntry[],
    tree: MerkleTree,
  ) {
    this.author = author
    this.epoch = epoch
    this.audience = audience
    this.entries = entries
    this.#tree = tree
    this.rootBytes = encodeBatchRoot({ author, epoch, count: tree.count, root: tree.root })
  }

  get count(): number {
    return this.#tree.count
  }

  /** The path of one statement to the root, made when it is asked for. */
  pathOf(index: number): Uint8Array {
    return this.#tree.pathOf(index)
  }

  /** One statement as it travels alone, with the root's signature. */
  signedMessage(index: number, signature: Uint8Array): Uint8Array {
    const path = this.pathOf(index)
    const { salt, statement, payload } = this.entries[index]!
    return encodeSignedMessage({
      statement,
      payload,
      salt,
      index,
      count: this.count,
      epoch: this.epoch,
      path,
      signature,
    })
  }
}
