import type { Take } from './contestant.ts'
import { createNumbers, type PayloadKind } from './payload-kind.ts'

// What a long transfer consists of: pieces of 1 MiB. A few different ones, over and over, so that a receiver can compare every
// byte with what it must be, which takes it a thirtieth of the time that the transfer takes.

export const pieceBytes = 1_048_576
/** A piece begins with the time it was sent at, as a float64, and its number in the pool; unstamped, the time is zero. */
const stampBytes = 8
const headBytes = 12
const piecePool = 8
/** The digest of a piece that is not what was sent. */
const changed = -1

const pool = createPool()

export const piecePayloads: PayloadKind<Uint8Array> = {
  stampEvery: 16,
  at: (index) => pool[index % piecePool]!,
  stamped(index, sentAtMs) {
    const piece = new Uint8Array(pool[index % piecePool]!)
    viewOf(piece).setFloat64(0, sentAtMs)
    return piece
  },
  digest(piece) {
    if (piece.length !== pieceBytes) return changed
    const number = viewOf(piece).getUint32(stampBytes)
    const sent = pool[number]
    const isSame = sent !== undefined && Buffer.compare(piece.subarray(headBytes), sent.subarray(headBytes)) === 0
    return isSame ? number : changed
  },
  digestAt: (index) => index % piecePool,
  sentAtMs: (piece) => viewOf(piece).getFloat64(0),
}

function createPool(): readonly Uint8Array[] {
  const next = createNumbers(pieceBytes)
  return Array.from({ length: piecePool }, (_, number) => {
    const words = Uint32Array.from({ length: pieceBytes / 4 }, () => next())
    const piece = new Uint8Array(words.buffer).fill(0, 0, stampBytes)
    viewOf(piece).setUint32(stampBytes, number)
    return piece
  })
}

/** Puts pieces together from whatever portions a stream comes in. `take` is done with a piece when it returns. */
export function createPieceReader(take: Take<Uint8Array>): (portion: Uint8Array) => void {
  const piece = new Uint8Array(pieceBytes)
  let filled = 0
  return (portion) => {
    for (let at = 0; at < portion.length; ) {
      const part = portion.subarray(at, at + pieceBytes - filled)
      piece.set(part, filled)
      filled += part.length
      at += part.length
      if (filled < pieceBytes) continue
      filled = 0
      take(piece)
    }
  }
}

function viewOf({ buffer, byteOffset }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset)
}
