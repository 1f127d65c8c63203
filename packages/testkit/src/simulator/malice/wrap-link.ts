import type { Link } from '@rondo/core'

/** The same link but for what is given in place of its own. */
export function wrapLink(link: Link, changes: Partial<Link>): Link {
  const { remote, capabilities, binding } = link
  return {
    remote,
    capabilities,
    ...(binding === undefined ? {} : { binding }),
    get queuedBytes() {
      return link.queuedBytes
    },
    attach: (receiver) => link.attach(receiver),
    send: (frame) => link.send(frame),
    pause: () => link.pause(),
    resume: () => link.resume(),
    close: (reason) => link.close(reason),
    ...changes,
  }
}
