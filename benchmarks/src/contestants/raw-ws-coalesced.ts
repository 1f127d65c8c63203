import { createRawWs, type Framing } from './raw-ws.ts'

// Bare ws with as many messages a frame as one turn sends, up to 64: what coalescing alone is worth.

const messagesPerFrame = 64
const lengthBytes = 2

const coalesced: Framing = {
  createSender(socket) {
    let waiting: Uint8Array[] = []
    let bytes = 0
    const flush = (): void => {
      if (waiting.length > 0) socket.send(join(waiting, bytes))
      waiting = []
      bytes = 0
    }
    return (payload) => {
      if (waiting.length === 0) setImmediate(flush)
      waiting.push(payload)
      bytes += lengthBytes + payload.length
      if (waiting.length === messagesPerFrame) flush()
    }
  },
  takeFrame(frame, take) {
    for (let at = 0; at < frame.length; ) {
      const start = at + lengthBytes
      at = start + ((frame[at]! << 8) | frame[at + 1]!)
      take(frame.subarray(start, at))
    }
  },
}

export const rawWsCoalesced = createRawWs({ framing: coalesced })

function join(payloads: readonly Uint8Array[], bytes: number): Uint8Array {
  const frame = Buffer.allocUnsafe(bytes)
  let at = 0
  for (const payload of payloads) {
    frame[at] = payload.length >>> 8
    frame[at + 1] = payload.length
    frame.set(payload, at + lengthBytes)
    at += lengthBytes + payload.length
  }
  return frame
}
