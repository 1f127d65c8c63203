import type { ErrorAdvice } from '@rondo/core'
import type { wsErrorTable } from './errors.js'

// What docs/errors.md says of each code beside its meaning. A file of its own, so that programs need not carry it.

export const wsErrorGuide: Readonly<Record<keyof typeof wsErrorTable, ErrorAdvice>> = {
  WS_TEXT_REFUSED: {
    fault: 'peer',
    remedy: 'Something else than Rondo speaks at the other end; check the address and its path.',
  },
  WS_FRAME_OVERSIZED: { fault: 'peer', remedy: 'Give both ends the same `frameBytesMax`.' },
  WS_FRAME_SPLINTERED: { fault: 'peer', remedy: 'If a proxy on the way cuts frames up, raise the limit.' },
  WS_PROTOCOL_VIOLATED: {
    fault: 'peer',
    remedy: 'See the detail; a proxy that does not understand WebSocket does this too.',
  },
  WS_SILENT: { fault: 'network', remedy: 'Connect again.' },
  WS_PAUSED_FULL: {
    fault: 'peer',
    remedy: 'A browser cannot slow the other end down; send less at once, or raise `pausedBytesMax`.',
  },
}
