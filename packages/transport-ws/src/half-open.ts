import type { Env } from '@rondo/core'
import type { WebSocketConfig } from './node-options.js'

// A connection whose other end has vanished looks like one on which nobody speaks. So a silent one is pinged, and one
// that does not even answer that is given up. One timer a link; what is heard costs an assignment.

export interface SilenceWatch {
  heard(): void
  stop(): void
}

export interface Watched {
  /** Whether this end does not listen at present. */
  isDeaf(): boolean
  ping(): void
  silent(): void
}

export function watchSilence(
  { pingIntervalMs, pongTimeoutMs }: WebSocketConfig,
  env: Env,
  watched: Watched,
): SilenceWatch {
  let heard = false
  let cancel = env.schedule(pingIntervalMs, listen)

  function listen(): void {
    if (heard || watched.isDeaf()) {
      heard = false
      cancel = env.schedule(pingIntervalMs, listen)
    } else {
      watched.ping()
      cancel = env.schedule(pongTimeoutMs, judge)
    }
  }

  function judge(): void {
    if (heard || watched.isDeaf()) listen()
    else watched.silent()
  }

  return {
    heard() {
      heard = true
    },
    stop: () => cancel(),
  }
}
