import type { CloseReason } from '@rondo/core'

// How a reason travels in a close frame: 1000 without one, else 4000 with the text `CODE` or `CODE: detail`. A close
// frame is not authenticated, so what comes back is shaped like a reason, bounded by the protocol (123 bytes), and
// says who said it; nobody should act on it beyond showing it.

/** A close without a reason, or one that every WebSocket understands. */
export const normalClosure = 1_000
export const unsupportedData = 1_003
const reasonGiven = 4_000
const textBytesMax = 123

const codePattern = /^[A-Z][A-Z0-9_]{1,63}$/
const encoder = new TextEncoder()

export interface CloseFrame {
  readonly code: number
  readonly text: string
}

export function encodeCloseFrame(reason: CloseReason | undefined): CloseFrame {
  if (reason === undefined) return { code: normalClosure, text: '' }
  return { code: reasonGiven, text: truncate(reason.detail ? `${reason.code}: ${reason.detail}` : reason.code) }
}

export function decodeCloseFrame(code: number, given: string): CloseReason {
  // Strangers' text ends in terminals and logs.
  const text = given.replace(/\p{Cc}+/gu, ' ')
  if (code === reasonGiven) {
    const colon = text.indexOf(': ')
    const name = colon === -1 ? text : text.slice(0, colon)
    if (codePattern.test(name)) return colon === -1 ? { code: name } : { code: name, detail: text.slice(colon + 2) }
  }
  return { code: 'LINK_CLOSED', detail: describe(code, text) }
}

function describe(code: number, text: string): string {
  if (code === normalClosure) return 'closed by the other end'
  if (code === 1_005) return 'closed by the other end without a code'
  if (code === 1_006) return 'the connection broke'
  return text === '' ? `closed by the other end (${code})` : `closed by the other end (${code}: ${text})`
}

/** As much of the text as fits, whole characters only. */
function truncate(text: string): string {
  const fits = encoder.encodeInto(text, new Uint8Array(textBytesMax)).read
  return text.slice(0, fits)
}
