import { nobleCrypto } from '@rondo/core'

// From one seed to as many independent ones as there are labels: a peer's dice do not change when another peer joins.

const text = new TextEncoder()
const blockBytes = 32

/** 32 bytes that the seed and the label determine wholly. Reproducible, and so never a secret. */
export function forkBytes(seed: number, label: string): Uint8Array {
  return nobleCrypto.sha256(text.encode(`rondo simulation ${seed} ${label}`))
}

/** A seed for another generator. */
export function forkSeed(seed: number, label: string): number {
  return new DataView(forkBytes(seed, label).buffer).getUint32(0)
}

/** A source of bytes: SHA-256 of the key and a counter. */
export function createSeededBytes(key: Uint8Array): (bytes: number) => Uint8Array {
  const block = new Uint8Array(blockBytes + 4)
  block.set(key)
  const counter = new DataView(block.buffer, blockBytes)
  let blocks = 0
  return (bytes) => {
    const filled = new Uint8Array(bytes)
    for (let at = 0; at < bytes; at += blockBytes) {
      counter.setUint32(0, blocks)
      blocks += 1
      filled.set(nobleCrypto.sha256(block).subarray(0, bytes - at), at)
    }
    return filled
  }
}
