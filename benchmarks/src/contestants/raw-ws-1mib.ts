import { bytesPayloads, payloadBytes } from './bytes-payloads.ts'
import { pieceBytes, piecePayloads } from './piece-payloads.ts'
import { createRawWs, oneByOne } from './raw-ws.ts'

// Bare ws with 1 MiB a message, some of them under way at once; questions go between them over the same connection.

const piecesUnderWay = 4

export const rawWs1MiB = createRawWs({
  framing: oneByOne,
  payloads: piecePayloads,
  questions: bytesPayloads,
  isQuestion: (frame) => frame.length === payloadBytes,
  highWaterBytes: piecesUnderWay * pieceBytes,
})
