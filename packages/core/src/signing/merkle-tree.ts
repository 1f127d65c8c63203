import type { CryptoProvider } from '../crypto/crypto-provider.js'

// A tree of hashes over the leaves of one batch, in the shape of RFC 6962: pairs from the left, and a node that is left over
// moves up as it is, never paired with itself. So the count alone fixes the shape, and with it how long each path is.
// Leaves are hashed behind a 0 and nodes behind a 1: neither passes for the other.

export type Sha256 = CryptoProvider['sha256']

export const hashBytes = 32
export const saltBytes = 16
/** Ten levels. */
export const leavesMax = 1_024
/** A leaf is hashed with this and its salt before it. */
export const leafPrefixBytes = 1 + saltBytes

const leafMark = 0
const nodeMark = 1

/** What a leaf's hash is taken of: the mark, the salt, the statement. */
export function writeLeaf(into: Uint8Array, salt: Uint8Array): void {
  into[0] = leafMark
  into.set(salt, 1)
}

export class MerkleTree {
  readonly count: number
  /** The leaves, then each level above, one after the other; the root is last. */
  readonly #hashes: Uint8Array

  /** `leaves` holds `count` hashes, 1 to 1,024 of them, one after the other. */
  constructor(sha256: Sha256, leaves: Uint8Array, count: number) {
    assertCount(count)
    this.count = count
    this.#hashes = new Uint8Array(nodesOf(count) * hashBytes)
    this.#hashes.set(leaves.subarray(0, count * hashBytes))
    this.#fill(sha256)
  }

  get root(): Uint8Array {
    return this.#hashes.slice(-hashBytes)
  }

  /** The siblings from the leaf up, one after the other, in fresh memory. */
  pathOf(index: number): Uint8Array {
    if (!(Number.isInteger(index) && index >= 0 && index < this.count)) throw new TypeError(`no leaf ${index}`)
    const path = new Uint8Array(pathBytes(index, this.count))
    let written = 0
    let level = 0
    let at = index
    for (let width = this.count; width > 1; width = (width + 1) >> 1) {
      const sibling = at ^ 1
      if (sibling < width) {
        const from = (level + sibling) * hashBytes
        path.set(this.#hashes.subarray(from, from + hashBytes), written)
        written += hashBytes
      }
      level += width
      at >>= 1
    }
    return path
  }

  #fill(sha256: Sha256): void {
    const hashes = this.#hashes
    const node = newNode()
    let from = 0
    let to = this.count * hashBytes
    for (let width = this.count; width > 1; width = (width + 1) >> 1) {
      for (let left = 0; left + 1 < width; left += 2) {
        node.set(hashes.subarray(from, from + 2 * hashBytes), 1)
        hashes.set(sha256(node), to)
        from += 2 * hashBytes
        to += hashBytes
      }
      if (width % 2 === 1) {
        hashes.copyWithin(to, from, from + hashBytes)
        from += hashBytes
        to += hashBytes
      }
    }
  }
}

/** How many bytes the path of a leaf has; the count decides. */
export function pathBytes(index: number, count: number): number {
  let bytes = 0
  let at = index
  for (let width = count; width > 1; width = (width + 1) >> 1) {
    if ((at ^ 1) < width) bytes += hashBytes
    at >>= 1
  }
  return bytes
}

/** The root that a leaf's path leads to; undefined where no such leaf has a path of this length. */
export function rootOfPath(
  sha256: Sha256,
  leaf: Uint8Array,
  index: number,
  count: number,
  path: Uint8Array,
): Uint8Array | undefined {
  if (!isCount(count) || !(Number.isInteger(index) && index >= 0 && index < count)) return undefined
  if (path.length !== pathBytes(index, count)) return undefined
  const node = newNode()
  let hash = leaf
  let read = 0
  let at = index
  for (let width = count; width > 1; width = (width + 1) >> 1) {
    if ((at ^ 1) < width) {
      const isLeft = at % 2 === 0
      node.set(hash, isLeft ? 1 : 1 + hashBytes)
      node.set(path.subarray(read, read + hashBytes), isLeft ? 1 + hashBytes : 1)
      hash = sha256(node)
      read += hashBytes
    }
    at >>= 1
  }
  return hash
}

export function isCount(count: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= leavesMax
}

function assertCount(count: number): void {
  if (!isCount(count)) throw new TypeError(`a batch has 1 to ${leavesMax} leaves, not ${count}`)
}

/** All levels together. */
function nodesOf(count: number): number {
  let nodes = 1
  for (let width = count; width > 1; width = (width + 1) >> 1) nodes += width
  return nodes
}

function newNode(): Uint8Array {
  const node = new Uint8Array(1 + 2 * hashBytes)
  node[0] = nodeMark
  return node
}
