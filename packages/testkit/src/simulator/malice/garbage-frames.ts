import { assertPositive, assertShare, happens, type Malice } from './malice.js'
import { tamperFrames } from './tamper-frames.js'

export interface GarbageOptions {
  /** The share of frames that are followed by random bytes. */
  readonly share?: number | undefined
  readonly bytesMax?: number | undefined
}

/** Sends random bytes between its frames. */
export function garbageFrames({ share = 0.1, bytesMax = 1_024 }: GarbageOptions = {}): Malice {
  assertShare(share)
  assertPositive('bytesMax', bytesMax)
  return tamperFrames('garbage frames', (tools) => (frame) => {
    if (!happens(tools, share)) return [frame]
    tools.note('garbage')
    return [frame, tools.bytes(Math.floor(tools.random() * (bytesMax + 1)))]
  })
}
