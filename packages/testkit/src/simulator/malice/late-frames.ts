import { assertPositive, assertShare, happens, type Malice } from './malice.js'
import { wrapLink } from './wrap-link.js'

export interface LateFramesOptions {
  /** The share of frames that come late. */
  readonly share?: number | undefined
  readonly delayMsMax?: number | undefined
}

/** Holds a share of its frames back, so that others overtake them, on links that promise an order. */
export function lateFrames({ share = 0.1, delayMsMax = 1_000 }: LateFramesOptions = {}): Malice {
  assertShare(share)
  assertPositive('delayMsMax', delayMsMax)
  return {
    name: 'late frames',
    begin: (tools) => ({
      link: (link) =>
        wrapLink(link, {
          send(frame) {
            if (!happens(tools, share)) return link.send(frame)
            tools.note('held back')
            const kept = new Uint8Array(frame)
            tools.env.schedule(tools.random() * delayMsMax, () => link.send(kept))
            return true
          },
        }),
    }),
  }
}
