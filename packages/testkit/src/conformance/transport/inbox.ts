import type { CloseReason, LinkReceiver } from '@rondo/core'

/** A receiver that keeps everything, notes what it should never have been told, and can be waited on. */
export interface Inbox extends LinkReceiver {
  readonly frames: readonly Uint8Array[]
  readonly reasons: readonly CloseReason[]
  readonly bytes: number
  readonly drains: number
  /** What the link did against the contract. */
  readonly breaches: readonly string[]
  /** `send` returned false: a drain is due from now on. */
  expectDrain(): void
  /** What to do with each frame beside keeping it. */
  onFrame: (bytes: Uint8Array) => void
  /** Resolves when the condition holds, which is looked at after each event. */
  until(holds: (inbox: Inbox) => boolean): Promise<void>
}

export function createInbox(): Inbox {
  const frames: Uint8Array[] = []
  const reasons: CloseReason[] = []
  const breaches: string[] = []
  const waiting = new Set<() => void>()
  let bytes = 0
  let drains = 0
  let drainIsDue = false

  function happened(what: string): void {
    if (reasons.length > 0) breaches.push(`${what} after closed`)
  }

  function wake(): void {
    for (const look of [...waiting]) look()
  }

  const inbox: Inbox = {
    frames,
    reasons,
    breaches,
    get bytes() {
      return bytes
    },
    get drains() {
      return drains
    },
    onFrame: () => {},
    expectDrain() {
      drainIsDue = true
    },
    frame(frame) {
      happened('frame')
      if (!(frame instanceof Uint8Array)) breaches.push('a frame that is no Uint8Array')
      frames.push(frame)
      bytes += frame.length
      inbox.onFrame(frame)
      wake()
    },
    drain() {
      happened('drain')
      if (!drainIsDue) breaches.push('drain without a send that returned false')
      drainIsDue = false
      drains += 1
      wake()
    },
    closed(reason) {
      happened('closed')
      if (typeof reason?.code !== 'string' || reason.code === '') breaches.push('closed without a code')
      reasons.push(reason)
      wake()
    },
    until(holds) {
      return new Promise((resolve) => {
        const look = () => {
          if (!holds(inbox)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      })
    },
  }
  return inbox
}
