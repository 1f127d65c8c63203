import { sha256 } from '@noble/hashes/sha2.js'
import type { SealOptions } from '../../src/keystore/options.js'

// Sealed keys to spoil, and the least work that sealing may take.

export const quick: SealOptions = { memoryBytes: 1_048_576 }
export const passphrase = 'correct horse battery staple'

/** A sealed key as whoever tampers with it sees it. */
export interface KeyJson {
  rondoKey: unknown
  peerId: unknown
  kdf: Record<string, unknown>
  cipher: Record<string, unknown>
  checksum?: unknown
}

export function readJson(text: string): KeyJson {
  return JSON.parse(text)
}

/** Writes it again with a checksum that holds: what somebody who means it would do. */
export function forge({ checksum: _, ...content }: KeyJson): string {
  const sum = sha256(new TextEncoder().encode(JSON.stringify(content))).subarray(0, 8)
  return JSON.stringify({ ...content, checksum: Buffer.from(sum).toString('hex') })
}

/** Another character in the place of one, of the same kind. */
export function otherHex(hex: unknown, at: number): string {
  const digits = String(hex)
  return digits.slice(0, at) + (digits[at] === '0' ? '1' : '0') + digits.slice(at + 1)
}
