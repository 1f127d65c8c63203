import type { Cancel, CloseReason, Env } from '@rondo/core'
import type { Fate } from './fate.js'
import { frameOverheadBytes } from './options.js'

// One direction of a link: frames go in at the sender's end and come out at the receiver's, all that are due in one
// turn at once. Everything at the receiver's end runs on the receiver's clock, so a node whose clock stands still
// receives nothing. A frame counts as under way until its receiver has it, paused or not: that is the backpressure.

export interface PipeEnds {
  /** The receiver's clock. */
  readonly env: Env
  deliver(frame: Uint8Array): void
  /** The sender closed and everything sent before has been delivered. */
  finished(reason: CloseReason): void
  /** The sender, told to wait, may go on. */
  drained(): void
}

export interface Pipe {
  /** Takes the frame. False: more is under way than the high-water mark allows. */
  send(frame: Uint8Array): boolean
  queuedBytes(): number
  /** Ends the pipe behind the frames already in it. */
  finish(reason: CloseReason): void
  /** Ends the pipe now and drops what is in it. */
  discard(): void
  hold(): void
  release(): void
  /** The sender is gone: what has not left yet never will. */
  forget(): void
  /** The route may have opened again: what waited for it leaves now. */
  retry(): void
}

interface Parcel {
  readonly arriveAtMs: number
  readonly bytes: number
  readonly content: Uint8Array | CloseReason
}

export function createPipe(fate: Fate, highWaterBytes: number, isOpen: () => boolean, ends: PipeEnds): Pipe {
  const { env } = ends
  const unsent: (Uint8Array | CloseReason)[] = []
  let parcels: Parcel[] = []
  let bytesUnderWay = 0
  let senderWaits = false
  let held = true
  let gone = false
  let wake: Cancel | undefined
  let wakeAtMs = Number.POSITIVE_INFINITY

  function put(content: Uint8Array | CloseReason, bytes: number): void {
    if (unsent.length === 0 && isOpen()) depart(content, bytes)
    else if (fate.waitsForRoute || !(content instanceof Uint8Array)) unsent.push(content)
    else bytesUnderWay -= bytes
  }

  function depart(content: Uint8Array | CloseReason, bytes: number): void {
    if (!fate.timed) {
      parcels.push({ arriveAtMs: 0, bytes, content })
      if (wake === undefined && !held) deferFlush()
      return
    }
    const arrivals =
      content instanceof Uint8Array ? fate.draw(env.monotonicMs(), bytes) : [fate.last(env.monotonicMs())]
    bytesUnderWay += (arrivals.length - 1) * bytes
    for (const arriveAtMs of arrivals) insert({ arriveAtMs, bytes, content })
    scheduleFlush()
  }

  // By time of arrival; what was sent first goes first among equals. Nearly always this is a push.
  function insert(parcel: Parcel): void {
    let index = parcels.length
    while (index > 0 && (parcels[index - 1]?.arriveAtMs ?? 0) > parcel.arriveAtMs) index -= 1
    if (index === parcels.length) parcels.push(parcel)
    else parcels.splice(index, 0, parcel)
  }

  function deferFlush(): void {
    wakeAtMs = 0
    wake = () => {}
    env.defer(flush)
  }

  function scheduleFlush(): void {
    const next = parcels[0]
    if (held || next === undefined || wakeAtMs <= next.arriveAtMs) return
    wake?.()
    const waitMs = next.arriveAtMs - env.monotonicMs()
    if (waitMs > 0) {
      wakeAtMs = next.arriveAtMs
      wake = env.schedule(waitMs, flush)
    } else {
      deferFlush()
    }
  }

  function flush(): void {
    wake = undefined
    wakeAtMs = Number.POSITIVE_INFINITY
    if (held || gone) return
    // What a receiver sends back from within `deliver` is for the next turn: two ends cannot starve the event loop.
    const batch = parcels
    const nowMs = fate.timed ? env.monotonicMs() : 0
    parcels = []
    let index = 0
    while (index < batch.length && !held && !gone) {
      const parcel = batch[index]
      if (parcel === undefined || parcel.arriveAtMs > nowMs) break
      index += 1
      arrive(parcel)
    }
    if (gone) return
    if (index < batch.length) parcels = parcels.length === 0 ? batch.slice(index) : merge(batch.slice(index), parcels)
    if (senderWaits && bytesUnderWay <= highWaterBytes / 2) {
      senderWaits = false
      ends.drained()
    }
    if (fate.timed) scheduleFlush()
    else if (parcels.length > 0 && wake === undefined && !held) deferFlush()
  }

  function merge(earlier: Parcel[], later: Parcel[]): Parcel[] {
    return fate.timed ? [...earlier, ...later].sort((a, b) => a.arriveAtMs - b.arriveAtMs) : earlier.concat(later)
  }

  function arrive({ bytes, content }: Parcel): void {
    if (content instanceof Uint8Array) {
      bytesUnderWay -= bytes
      ends.deliver(content)
    } else {
      discard()
      ends.finished(content)
    }
  }

  function discard(): void {
    gone = true
    wake?.()
    wake = undefined
    unsent.length = 0
    parcels = []
    bytesUnderWay = 0
  }

  return {
    send(frame) {
      if (gone) return true
      const bytes = frame.length + frameOverheadBytes
      bytesUnderWay += bytes
      // The receiver owns what it gets, whatever the sender does with its copy. (Buffer's own slice would not copy.)
      put(new Uint8Array(frame), bytes)
      if (bytesUnderWay <= highWaterBytes) return true
      senderWaits = true
      return false
    },
    queuedBytes: () => bytesUnderWay,
    finish(reason) {
      if (!gone) put(reason, 0)
    },
    discard,
    hold() {
      held = true
    },
    release() {
      held = false
      if (gone) return
      if (fate.timed) scheduleFlush()
      else if (parcels.length > 0 && wake === undefined) deferFlush()
    },
    forget() {
      unsent.length = 0
    },
    retry() {
      if (gone || unsent.length === 0 || !isOpen()) return
      for (const content of unsent.splice(0))
        depart(content, content instanceof Uint8Array ? content.length + frameOverheadBytes : 0)
    },
  }
}
