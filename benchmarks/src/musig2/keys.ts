import { platformCrypto } from '@rondo/core'
import { publicKeyFor } from '@rondo/plugin-musig2'

// Keys of a benchmark: the same in every process and every run, so that nobody has to be told those of the others.

export function secretKeyOf(seat: number): Uint8Array {
  return digest(`secret key ${seat}`)
}

export function publicKeysOf(signers: number): readonly Uint8Array[] {
  return Array.from({ length: signers }, (_, seat) => publicKeyFor(secretKeyOf(seat)))
}

export function messageOf(item: number): Uint8Array {
  return digest(`message ${item}`)
}

function digest(text: string): Uint8Array {
  return platformCrypto.sha256(new TextEncoder().encode(`rondo benchmark ${text}`))
}
