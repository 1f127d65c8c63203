import type { WebSocketConfig } from './node-options.js'

/** What both ends tell `ws`: its own defaults are far too generous (100 MiB, 16,384 fragments). */
export function wsLimits(config: WebSocketConfig) {
  return {
    perMessageDeflate: false,
    maxPayload: config.frameBytesMax,
    maxFragments: config.fragmentsMax,
    maxBufferedChunks: config.chunksMax,
    maxPendingAutoPongs: 16,
    closeTimeout: config.closeTimeoutMs,
  } as const
}
