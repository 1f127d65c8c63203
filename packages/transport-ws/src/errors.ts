import type { CloseReason, ErrorEntry } from '@rondo/core'

// The codes of this transport. They come as the reason of a closed link, never as a throw.

/** Why a WebSocket link ended, where core has no code for it. */
export const wsErrorTable = {
  WS_TEXT_REFUSED: {
    layer: 'transport',
    meaning: 'the other end sent a text message, and links carry bytes alone',
    retryable: false,
  },
  WS_FRAME_OVERSIZED: {
    layer: 'transport',
    meaning: 'the other end sent a frame larger than `frameBytesMax`',
    retryable: false,
  },
  WS_FRAME_SPLINTERED: {
    layer: 'transport',
    meaning: 'a frame came in more pieces than `fragmentsMax` or `chunksMax` allow',
    retryable: false,
  },
  WS_PROTOCOL_VIOLATED: { layer: 'transport', meaning: 'the other end broke the WebSocket protocol', retryable: true },
  WS_SILENT: {
    layer: 'transport',
    meaning: 'the other end did not answer a ping: the connection is half open',
    retryable: true,
  },
  WS_PAUSED_FULL: {
    layer: 'transport',
    meaning: 'more came while the link was paused than `pausedBytesMax` allows',
    retryable: true,
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>

/** The reason of a link that this transport ended. */
export function wsReason(code: keyof typeof wsErrorTable, detail?: string): CloseReason {
  return { code, detail: detail ?? wsErrorTable[code].meaning }
}
