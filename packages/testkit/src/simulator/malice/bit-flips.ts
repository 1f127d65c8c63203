import { assertShare, happens, type Malice } from './malice.js'
import { tamperFrames } from './tamper-frames.js'

/** Flips one bit in a share of the frames that it sends. */
export function bitFlips({ share = 0.1 }: { readonly share?: number | undefined } = {}): Malice {
  assertShare(share)
  return tamperFrames('bit flips', (tools) => (frame) => {
    if (frame.length === 0 || !happens(tools, share)) return [frame]
    const flipped = new Uint8Array(frame)
    const at = Math.floor(tools.random() * flipped.length)
    flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(tools.random() * 8))
    tools.note('flipped', `a bit of byte ${at}`)
    return [flipped]
  })
}
