import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { hashBytes, MerkleTree, pathBytes, rootOfPath } from '../../src/signing/merkle-tree.js'

const { sha256 } = nativeCrypto

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** RFC 6962, section 2.1, word for word: split at the largest power of two below the count. */
function plainRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0]!
  const split = splitOf(leaves.length)
  return sha256(join(Uint8Array.of(1), plainRoot(leaves.slice(0, split)), plainRoot(leaves.slice(split))))
}

/** Section 2.1.1. */
function plainPath(index: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length === 1) return []
  const split = splitOf(leaves.length)
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)]
  return index < split
    ? [...plainPath(index, left), plainRoot(right)]
    : [...plainPath(index - split, right), plainRoot(left)]
}

function splitOf(count: number): number {
  return 2 ** Math.floor(Math.log2(count - 1))
}

function leavesOf(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => sha256(Uint8Array.of(index, index >> 8)))
}

function treeOf(leaves: readonly Uint8Array[]): MerkleTree {
  return new MerkleTree(sha256, join(...leaves), leaves.length)
}

const count = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1_024 }))

test('root and paths are those of RFC 6962, for every count up to 40', () => {
  for (let size = 1; size <= 40; size += 1) {
    const leaves = leavesOf(size)
    const tree = treeOf(leaves)
    expect(tree.root).toEqual(plainRoot(leaves))
    leaves.forEach((_, index) => {
      expect(tree.pathOf(index)).toEqual(join(...plainPath(index, leaves)))
    })
  }
})

test('root and paths are those of RFC 6962, whatever the count', () => {
  fc.assert(
    fc.property(count, fc.nat(), (size, at) => {
      const leaves = leavesOf(size)
      const tree = treeOf(leaves)
      const index = at % size
      expect(tree.root).toEqual(plainRoot(leaves))
      expect(tree.pathOf(index)).toEqual(join(...plainPath(index, leaves)))
      expect(rootOfPath(sha256, leaves[index]!, index, size, tree.pathOf(index))).toEqual(tree.root)
    }),
    { numRuns: 40 },
  )
})

test('a path is good for its own index alone', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 130 }), fc.nat(), (size, at) => {
      const leaves = leavesOf(size)
      const tree = treeOf(leaves)
      const index = at % size
      const path = tree.pathOf(index)
      for (let other = 0; other < size; other += 1) {
        const root = rootOfPath(sha256, leaves[index]!, other, size, path)
        expect(root !== undefined && Buffer.compare(root, tree.root) === 0).toBe(other === index)
      }
    }),
    { numRuns: 60 },
  )
})

test('a path has one length for its index and count, at most ten hashes, and no other is taken', () => {
  fc.assert(
    fc.property(count, fc.nat(), (size, at) => {
      const leaves = leavesOf(size)
      const index = at % size
      const path = treeOf(leaves).pathOf(index)
      expect(path.length).toBe(pathBytes(index, size))
      expect(path.length).toBeLessThanOrEqual(10 * hashBytes)
      const leaf = leaves[index]!
      expect(rootOfPath(sha256, leaf, index, size, join(path, leaf))).toBeUndefined()
      if (path.length > 0) expect(rootOfPath(sha256, leaf, index, size, path.subarray(hashBytes))).toBeUndefined()
      if (path.length > 0) expect(rootOfPath(sha256, leaf, index, size, path.subarray(1))).toBeUndefined()
    }),
    { numRuns: 60 },
  )
})
