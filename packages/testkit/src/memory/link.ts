import type { CloseReason, Env, Link, LinkCapabilities, LinkReceiver } from '@rondo/core'
import { createFate } from './fate.js'
import type { MemoryNetworkConfig } from './options.js'
import { createPipe, type Pipe } from './pipe.js'

/** Where one end of a link lives. */
export interface MemoryEnd {
  readonly env: Env
  readonly remote: Link['remote']
  /** Whether what this end sends gets through at present. */
  readonly isHeard: () => boolean
}

/** Both ends of a link, for the network that made it. */
export interface MemoryLinkPair {
  readonly dialler: Link
  readonly listener: Link
  /** Ends both sides at once and drops what is under way: a pulled cable that both notice. */
  cut(): void
  /** One end is gone without a goodbye. With `news` the other hears of the end behind what was sent before. */
  vanish(end: 'dialler' | 'listener', news: boolean): void
  /** Routes may have opened: what waited leaves. */
  retry(): void
}

const cutOff: CloseReason = Object.freeze({ code: 'LINK_CLOSED', detail: 'the connection was cut' })
const vanished: CloseReason = Object.freeze({ code: 'LINK_CLOSED', detail: 'the other end is gone' })
const finished: CloseReason = Object.freeze({ code: 'LINK_CLOSED' })

/** Joins two ends by two pipes. `ended` is called once, when no end is open any more. */
export function createLinkPair(
  config: MemoryNetworkConfig,
  dialler: MemoryEnd,
  listener: MemoryEnd,
  ended: () => void,
): MemoryLinkPair {
  let open = 2
  const endClosed = () => {
    open -= 1
    if (open === 0) ended()
  }
  const near = createLinkEnd(config, dialler, endClosed)
  const far = createLinkEnd(config, listener, endClosed)
  const there = createPipe(createFate(config), config.highWaterBytes, dialler.isHeard, {
    ...far.inlet,
    env: listener.env,
    drained: near.drained,
  })
  const back = createPipe(createFate(config), config.highWaterBytes, listener.isHeard, {
    ...near.inlet,
    env: dialler.env,
    drained: far.drained,
  })
  near.join(there, back)
  far.join(back, there)
  return {
    dialler: near.link,
    listener: far.link,
    cut() {
      near.end(cutOff)
      far.end(cutOff)
    },
    vanish: (end, news) => (end === 'dialler' ? near : far).vanish(news),
    retry() {
      there.retry()
      back.retry()
    },
  }
}

interface LinkEnd {
  readonly link: Link
  readonly inlet: { deliver(frame: Uint8Array): void; finished(reason: CloseReason): void }
  drained(): void
  end(reason: CloseReason): void
  vanish(news: boolean): void
  join(outbound: Pipe, inbound: Pipe): void
}

function createLinkEnd(config: MemoryNetworkConfig, { env, remote }: MemoryEnd, closed: () => void): LinkEnd {
  const capabilities: LinkCapabilities = Object.freeze({
    ordered: config.ordered,
    reliable: config.reliable,
    frameBytesMax: config.frameBytesMax,
  })
  let receiver: LinkReceiver | undefined
  let paused = false
  let reason: CloseReason | undefined
  let reported = false
  let outbound: Pipe
  let inbound: Pipe
  let tell = () => {}
  const told = new Promise<void>((resolve) => {
    tell = resolve
  })

  function end(why: CloseReason): void {
    if (reason !== undefined) return
    reason = why
    inbound.discard()
    outbound.discard()
    closed()
    report(why)
  }

  function report(why: CloseReason): void {
    env.defer(() => {
      // Ending and attaching may both have asked within one turn; a link without a receiver asks again at `attach`.
      if (receiver !== undefined && !reported) {
        reported = true
        receiver.closed(why)
      }
      tell()
    })
  }

  const link: Link = {
    remote,
    capabilities,
    attach(owner) {
      if (receiver !== undefined) throw new TypeError('the link has a receiver already')
      receiver = owner
      if (reason !== undefined) report(reason)
      else if (!paused) inbound.release()
    },
    get queuedBytes() {
      return outbound.queuedBytes()
    },
    send(frame) {
      if (reason !== undefined) return false
      if (frame.length > config.frameBytesMax)
        throw new TypeError(`the frame has ${frame.length} bytes, and the link carries ${config.frameBytesMax}`)
      return outbound.send(frame)
    },
    pause() {
      paused = true
      inbound.hold()
    },
    resume() {
      paused = false
      if (receiver !== undefined && reason === undefined) inbound.release()
    },
    close(why = finished) {
      if (reason === undefined) {
        reason = why
        inbound.discard()
        outbound.finish(why)
        closed()
        report(why)
      }
      return told
    },
  }

  return {
    link,
    inlet: { deliver: (frame) => receiver?.frame(frame), finished: end },
    drained: () => env.defer(() => reason === undefined && receiver?.drain()),
    end,
    vanish(news) {
      if (reason !== undefined) return
      reason = vanished
      if (news) {
        inbound.discard()
        outbound.finish(vanished)
      } else {
        // To the other end it looks like a very slow reader: what it sends stays under way.
        inbound.hold()
        outbound.forget()
      }
      closed()
    },
    join(out, into) {
      outbound = out
      inbound = into
    },
  }
}
