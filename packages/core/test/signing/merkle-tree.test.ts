import { expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { MerkleTree, rootOfPath } from '../../src/signing/merkle-tree.js'

const { sha256 } = nativeCrypto
const [a, b, c] = [1, 2, 3].map((value) => new Uint8Array(32).fill(value)) as [Uint8Array, Uint8Array, Uint8Array]

function rootOf(...leaves: readonly Uint8Array[]): Uint8Array {
  return new MerkleTree(sha256, Uint8Array.from(leaves.flatMap((leaf) => [...leaf])), leaves.length).root
}

test('the root of one leaf is the leaf', () => {
  expect(rootOf(a)).toEqual(a)
})

test('repeating the last leaves gives another root, unlike in CVE-2012-2459', () => {
  expect(rootOf(a, b, c)).not.toEqual(rootOf(a, b, c, c))
  expect(rootOf(a, b, c, a, b, c)).not.toEqual(rootOf(a, b, c, a, b, c, b, c))
})

test('a node does not pass for a leaf', () => {
  const node = sha256(Uint8Array.of(1, ...a, ...b))
  // The tree of (node, c) has the root of (a, b, c): the count under the signature, and the 0 before each leaf, tell them apart.
  expect(rootOf(node, c)).toEqual(rootOf(a, b, c))
  expect(rootOfPath(sha256, node, 0, 3, c)).toBeUndefined()
  expect(rootOfPath(sha256, sha256(Uint8Array.of(0, ...a, ...b)), 0, 2, c)).not.toEqual(rootOf(a, b, c))
})

test.each([0, -1, 1.5, 1_025, Number.NaN])('a tree of %s leaves is none', (count) => {
  expect(() => new MerkleTree(sha256, new Uint8Array(64), count)).toThrow(TypeError)
  expect(rootOfPath(sha256, a, 0, count, new Uint8Array(0))).toBeUndefined()
})

test.each([-1, 3, 0.5])('there is no leaf %s of three', (index) => {
  const tree = new MerkleTree(sha256, Uint8Array.from([...a, ...b, ...c]), 3)
  expect(() => tree.pathOf(index)).toThrow(TypeError)
  expect(rootOfPath(sha256, a, index, 3, new Uint8Array(64))).toBeUndefined()
})
