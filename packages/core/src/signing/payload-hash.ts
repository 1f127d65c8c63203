import type { Sha256 } from './merkle-tree.js'

/** Whether `payload` is what was hashed. */
export function isPayload(sha256: Sha256, payload: Uint8Array, payloadHash: Uint8Array): boolean {
  const hash = sha256(payload)
  for (let index = 0; index < hash.length; index += 1) if (hash[index] !== payloadHash[index]) return false
  return true
}
