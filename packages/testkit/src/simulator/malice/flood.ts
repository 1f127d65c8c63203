import type { OutgoingMessage } from '@rondo/core'
import { assertPositive, type Malice } from './malice.js'

export interface FloodOptions {
  readonly messagesPerSecond?: number | undefined
  /** What it sends; a message of `app` with 64 bytes where left out. */
  readonly message?: OutgoingMessage | undefined
}

const batchMs = 10

/** Sends everybody whom it is connected to so many messages a second, and waits for nobody. */
export function flood({ messagesPerSecond = 1_000, message = plain }: FloodOptions = {}): Malice {
  assertPositive('messagesPerSecond', messagesPerSecond)
  return {
    name: 'flood',
    begin: (tools) => ({
      coordinator(coordinator) {
        let owed = 0
        const pour = (): void => {
          // Nobody waits: what a full queue refuses is refused.
          for (owed += (messagesPerSecond * batchMs) / 1_000; owed >= 1; owed -= 1) {
            coordinator.broadcast(message).catch(() => {})
          }
          if (coordinator.state !== 'stopped') tools.env.schedule(batchMs, pour)
        }
        tools.env.schedule(batchMs, pour)
        return coordinator
      },
    }),
  }
}

const plain: OutgoingMessage = Object.freeze({ type: 'flood', payload: new Uint8Array(64) })
