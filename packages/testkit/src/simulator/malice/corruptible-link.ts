import type { Link, LinkReceiver } from '@rondo/core'
import { wrapLink } from './wrap-link.js'

/** A link that behaves until it is told not to. */
export interface CorruptibleLink {
  readonly link: Link
  /** From now on what `wrap` makes of it stands between the two, in both directions. */
  corrupt(wrap: (link: Link) => Link): void
}

export function createCorruptibleLink(link: Link): CorruptibleLink {
  let owner: LinkReceiver | undefined
  let hearer: LinkReceiver | undefined

  const honest = wrapLink(link, {
    attach(receiver) {
      const isFirst = hearer === undefined
      hearer = receiver
      if (isFirst) {
        link.attach({
          frame: (bytes) => hearer?.frame(bytes),
          drain: () => hearer?.drain(),
          closed: (reason) => hearer?.closed(reason),
        })
      }
    },
  })
  let current = honest

  return {
    link: wrapLink(link, {
      attach(receiver) {
        owner = receiver
        current.attach(receiver)
      },
      send: (frame) => current.send(frame),
      pause: () => current.pause(),
      resume: () => current.resume(),
      close: (reason) => current.close(reason),
    }),
    corrupt(wrap) {
      current = wrap(honest)
      if (owner !== undefined) current.attach(owner)
    },
  }
}
