import { createNumbers, fold, type PayloadKind, payloadPool } from './payload-kind.ts'

export const payloadBytes = 200
/** A payload begins with the time it was sent at, as a float64; unstamped, that is zero. */
const stampBytes = 8

const pool = createPool()
const digests = pool.map(digest)

/** Random bytes, 200 of them. */
export const bytesPayloads: PayloadKind<Uint8Array> = {
  stampEvery: 64,
  at: (index) => pool[index % payloadPool]!,
  stamped(index, sentAtMs) {
    const payload = new Uint8Array(pool[index % payloadPool]!)
    new DataView(payload.buffer).setFloat64(0, sentAtMs)
    return payload
  },
  digest,
  digestAt: (index) => digests[index % payloadPool]!,
  sentAtMs(payload) {
    // Of a float64 above 2 the first byte is not zero.
    if (payload[0] === 0) return 0
    return new DataView(payload.buffer, payload.byteOffset).getFloat64(0)
  },
}

function createPool(): readonly Uint8Array[] {
  const next = createNumbers(payloadBytes)
  return Array.from({ length: payloadPool }, () => {
    const payload = Uint8Array.from({ length: payloadBytes }, () => next())
    return payload.fill(0, 0, stampBytes)
  })
}

/** Eight bytes at a time, in two sums that the processor works out at once. Of any other length it is another one. */
function digest(payload: Uint8Array): number {
  let even = payload.length
  let odd = 0
  for (let at = stampBytes; at < payloadBytes; at += 8) {
    even = fold(even, word(payload, at))
    odd = fold(odd, word(payload, at + 4))
  }
  return fold(even, odd)
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}
