import type { Link } from '@rondo/core'
import { assertPositive, assertShare, happens, type Malice } from './malice.js'
import { wrapLink } from './wrap-link.js'

export interface ReplayOptions {
  /** The share of frames that are followed by an old one. */
  readonly share?: number | undefined
  /** How many it keeps, the oldest first to go. */
  readonly framesMax?: number | undefined
}

/**
 * Keeps every frame that it sends or hears, and sends old ones again: on the same link, on later ones and to others, as a
 * relay could that holds old records.
 */
export function replays({ share = 0.1, framesMax = 1_000 }: ReplayOptions = {}): Malice {
  assertShare(share)
  assertPositive('framesMax', framesMax)
  return {
    name: 'replays',
    begin(tools) {
      const heard: Uint8Array[] = []
      const keep = (frame: Uint8Array): void => {
        heard.push(new Uint8Array(frame))
        if (heard.length > framesMax) heard.shift()
      }
      const repeat = (link: Link): boolean => {
        const old = heard[Math.floor(tools.random() * heard.length)]
        tools.note('replayed', `${old?.length} bytes`)
        return link.send(old ?? new Uint8Array(0))
      }
      return {
        link: (link) =>
          wrapLink(link, {
            attach: (receiver) =>
              link.attach({
                frame(bytes) {
                  keep(bytes)
                  receiver.frame(bytes)
                },
                drain: () => receiver.drain(),
                closed: (reason) => receiver.closed(reason),
              }),
            send(frame) {
              keep(frame)
              const isBelow = link.send(frame)
              return happens(tools, share) ? repeat(link) : isBelow
            },
          }),
      }
    },
  }
}
