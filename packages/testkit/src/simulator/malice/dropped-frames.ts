import { assertShare, happens, type Malice } from './malice.js'
import { tamperFrames } from './tamper-frames.js'

/** Keeps a share of its frames to itself, on links that promise to lose none. */
export function droppedFrames({ share = 0.1 }: { readonly share?: number | undefined } = {}): Malice {
  assertShare(share)
  return tamperFrames('dropped frames', (tools) => (frame) => {
    if (!happens(tools, share)) return [frame]
    tools.note('dropped')
    return []
  })
}
