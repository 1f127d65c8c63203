import { type CloseReason, coreError, type Env, type Link, type LinkReceiver } from '@rondo/core'
import { decodeCloseFrame, encodeCloseFrame } from './close-frame.js'
import type { LinkConfig } from './options.js'

// The life of a link, the same over ws and over a browser's WebSocket: open -> closing -> closed. What differs
// between the two is a `Wire`. Frames pass through here on the way out and in, so neither path allocates.

/** A WebSocket as a link needs it: paused to begin with, and told what to do in bytes. */
export interface Wire {
  readonly highWaterBytes: number
  /** Bytes given to `write` that have not left yet. */
  waitingBytes(): number
  write(frame: Uint8Array): void
  /** More than `highWaterBytes` wait: call `drained` once when they do not. */
  awaitDrain(): void
  pause(): void
  resume(): void
  /** Says goodbye. `ended` follows, or `destroy` is called. */
  shut(code: number, text: string): void
  destroy(): void
}

/** The link, and what its wire reports to it. */
export interface LinkDriver {
  readonly link: Link
  readonly isOpen: () => boolean
  /** A whole frame came in. */
  received(frame: Uint8Array): void
  drained(): void
  /** The wire found something wrong: the link ends with this reason, after a goodbye with that code or none. */
  failed(reason: CloseReason, code?: number): void
  /** The socket is closed. */
  ended(code: number, text: string): void
}

type State = 'open' | 'closing' | 'closed'

export function createLink(wire: Wire, remote: Link['remote'], config: LinkConfig, env: Env): LinkDriver {
  const { frameBytesMax, closeTimeoutMs } = config
  const { highWaterBytes } = wire
  let state: State = 'open'
  let receiver: LinkReceiver | undefined
  let paused = false
  let senderWaits = false
  let reason: CloseReason | undefined
  let stopWaiting = () => {}
  let tellClosed = () => {}
  const told = new Promise<void>((resolve) => {
    tellClosed = resolve
  })

  function leave(why: CloseReason, sayGoodbye: (() => void) | undefined): void {
    state = 'closing'
    reason = why
    if (sayGoodbye === undefined) {
      wire.destroy()
      return
    }
    // The goodbye of the other end comes behind its last frames, so those are read (and dropped) however long we paused.
    wire.resume()
    sayGoodbye()
    stopWaiting = env.schedule(closeTimeoutMs, () => wire.destroy())
  }

  function finish(why: CloseReason): void {
    state = 'closed'
    reason = why
    stopWaiting()
    tellClosed()
    receiver?.closed(why)
  }

  const link: Link = {
    remote,
    capabilities: Object.freeze({ ordered: true, reliable: true, frameBytesMax }),
    attach(owner) {
      if (receiver !== undefined) throw new TypeError('the link has a receiver already')
      receiver = owner
      if (state !== 'closed') {
        if (!paused) wire.resume()
      } else if (reason !== undefined) {
        const why = reason
        env.defer(() => owner.closed(why))
      }
    },
    get queuedBytes() {
      return wire.waitingBytes()
    },
    send(frame) {
      if (state !== 'open') return false
      if (frame.length > frameBytesMax)
        throw new TypeError(`the frame has ${frame.length} bytes, and the link carries ${frameBytesMax}`)
      wire.write(frame)
      if (wire.waitingBytes() <= highWaterBytes) return true
      if (!senderWaits) {
        senderWaits = true
        wire.awaitDrain()
      }
      return false
    },
    pause() {
      paused = true
      if (state === 'open') wire.pause()
    },
    resume() {
      paused = false
      if (state === 'open' && receiver !== undefined) wire.resume()
    },
    close(why) {
      if (state === 'open') {
        const { code, text } = encodeCloseFrame(why)
        leave(why ?? { code: 'LINK_CLOSED', detail: 'closed by this end' }, () => wire.shut(code, text))
      }
      return told
    },
    abandon() {
      if (state === 'open') leave({ code: 'LINK_CLOSED', detail: 'dropped by this end' }, undefined)
      else if (state === 'closing') wire.destroy()
    },
  }

  return {
    link,
    isOpen: () => state === 'open',
    received(frame) {
      if (state === 'open') receiver?.frame(frame)
    },
    drained() {
      senderWaits = false
      if (state === 'open') receiver?.drain()
    },
    failed(why, code) {
      if (state === 'open') leave(why, code === undefined ? undefined : () => wire.shut(code, why.code))
    },
    ended(code, text) {
      if (state !== 'closed') finish(reason ?? decodeCloseFrame(code, text))
    },
  }
}

/** What every dial that fails is rejected with. */
export function dialFailed(address: string, detail: string, cause?: unknown): Error {
  return coreError('DIAL_FAILED', { detail: `${address}: ${detail}`, cause })
}
