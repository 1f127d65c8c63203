import type { Env, Link } from '@rondo/core'
import { type CloseFrame, normalClosure } from './close-frame.js'
import { wsReason } from './errors.js'
import { createLink, type LinkDriver } from './link.js'
import type { LinkConfig } from './options.js'

// A link over the platform's WebSocket. It has no event for a drained buffer, so a full one is looked at now and
// then; and it reads whatever comes, so what arrives while paused is kept, up to a bound, and then the link ends.

/** What is kept costs memory beside its bytes, so that a flood of empty frames is bounded too. */
const keptOverheadBytes = 64

export function createBrowserLink(socket: WebSocket, remote: Link['remote'], config: LinkConfig, env: Env): Link {
  const { highWaterBytes, pausedBytesMax, drainPollMs } = config
  let kept: Uint8Array[] = []
  let keptBytes = 0
  let paused = true
  let delivering = false
  let goodbye: CloseFrame | undefined
  let stopPolling = () => {}

  const driver: LinkDriver = createLink(
    {
      highWaterBytes,
      waitingBytes: () => socket.bufferedAmount,
      write: (frame) => socket.send(frame),
      awaitDrain: poll,
      pause() {
        paused = true
      },
      resume() {
        paused = false
        if (kept.length > 0 && !delivering) env.defer(deliverKept)
      },
      shut: (code, text) => socket.close(code, text),
      destroy() {
        // The platform drops no connection at once. It is left to its own timeout, and the link is over now.
        socket.close()
        end({ code: 1_006, text: '' })
      },
    },
    remote,
    config,
    env,
  )

  function poll(): void {
    stopPolling = env.schedule(drainPollMs, () => {
      if (socket.bufferedAmount > highWaterBytes) poll()
      else driver.drained()
    })
  }

  function deliverKept(): void {
    delivering = true
    const batch = kept
    kept = []
    keptBytes = 0
    let index = 0
    while (index < batch.length && !paused) {
      const frame = batch[index]
      index += 1
      if (frame !== undefined) driver.received(frame)
    }
    delivering = false
    for (const frame of batch.slice(index)) keep(frame)
    if (goodbye !== undefined && kept.length === 0) end(goodbye)
  }

  function keep(frame: Uint8Array): void {
    kept.push(frame)
    keptBytes += frame.length + keptOverheadBytes
    if (keptBytes > pausedBytesMax) driver.failed(wsReason('WS_PAUSED_FULL'), normalClosure)
  }

  function receive(frame: Uint8Array): void {
    if (!driver.isOpen()) return
    if (frame.length > config.frameBytesMax) driver.failed(wsReason('WS_FRAME_OVERSIZED'), normalClosure)
    else if (paused || kept.length > 0) keep(frame)
    else driver.received(frame)
  }

  function end({ code, text }: CloseFrame): void {
    stopPolling()
    driver.ended(code, text)
  }

  // Pages may close with 1000 or from 3000 up, so what came wrong is told by the text alone.
  socket.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) receive(new Uint8Array(data))
    else driver.failed(wsReason('WS_TEXT_REFUSED'), normalClosure)
  }
  socket.onclose = ({ code, reason }) => {
    goodbye = { code, text: reason }
    if (kept.length === 0) end(goodbye)
  }
  return driver.link
}
