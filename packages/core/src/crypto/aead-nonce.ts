/** Noise's nonce for ChaCha20-Poly1305: four zero bytes, then the counter as 64 bits, little-endian. */
export function aeadNonce(counter: number): Uint8Array {
  if (!Number.isSafeInteger(counter) || counter < 0) throw new TypeError(`no nonce can be made of counter ${counter}`)
  const nonce = new Uint8Array(12)
  const low = counter >>> 0
  const high = Math.floor(counter / 0x1_0000_0000)
  nonce[4] = low
  nonce[5] = low >>> 8
  nonce[6] = low >>> 16
  nonce[7] = low >>> 24
  nonce[8] = high
  nonce[9] = high >>> 8
  nonce[10] = high >>> 16
  return nonce
}
