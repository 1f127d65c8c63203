import type { Link } from '@rondo/core'
import { assertPositive, type Malice } from './malice.js'
import { wrapLink } from './wrap-link.js'

/** Reads so many frames a second from each link, and leaves the rest under way. */
export function slowReader({ framesPerSecond = 1 }: { readonly framesPerSecond?: number | undefined } = {}): Malice {
  assertPositive('framesPerSecond', framesPerSecond)
  return {
    name: 'slow reader',
    begin: (tools) => ({
      link: (link) => readSlowly(link, (run) => tools.env.schedule(1_000 / framesPerSecond, run)),
    }),
  }
}

function readSlowly(link: Link, later: (run: () => void) => void): Link {
  let isResting = false
  let isPaused = false
  return wrapLink(link, {
    attach: (receiver) =>
      link.attach({
        frame(bytes) {
          // Whatever comes of the frame, no other follows for a while.
          link.pause()
          if (!isResting) {
            isResting = true
            later(() => {
              isResting = false
              if (!isPaused) link.resume()
            })
          }
          receiver.frame(bytes)
        },
        drain: () => receiver.drain(),
        closed: (reason) => receiver.closed(reason),
      }),
    pause() {
      isPaused = true
      link.pause()
    },
    resume() {
      isPaused = false
      if (!isResting) link.resume()
    },
  })
}
