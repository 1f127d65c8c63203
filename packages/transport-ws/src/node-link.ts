import type { Env, Link } from '@rondo/core'
import type { WebSocket } from 'ws'
import { normalClosure, unsupportedData } from './close-frame.js'
import { wsReason } from './errors.js'
import { watchSilence } from './half-open.js'
import { createLink, type LinkDriver } from './link.js'
import type { WebSocketConfig } from './node-options.js'

// A link over an open socket of `ws`, on either end. A full link takes more as soon as half of what waits has left, so that
// the sender fills it while the receiver works. Waiting until it is empty would make the two take turns.

export function createNodeLink(socket: WebSocket, remote: Link['remote'], config: WebSocketConfig, env: Env): Link {
  const { highWaterBytes } = config
  const lowWaterBytes = highWaterBytes / 2
  let senderWaits = false
  // One function for all sends, and not one each. An error comes as an event of the socket, too.
  const sent = (): void => {
    if (!senderWaits || socket.bufferedAmount > lowWaterBytes) return
    senderWaits = false
    driver.drained()
  }
  const driver: LinkDriver = createLink(
    {
      highWaterBytes,
      waitingBytes: () => socket.bufferedAmount,
      write: (frame) => socket.send(frame, sent),
      awaitDrain() {
        senderWaits = true
      },
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      shut: (code, text) => socket.close(code, text),
      destroy: () => socket.terminate(),
    },
    remote,
    config,
    env,
  )
  const watch = watchSilence(config, env, {
    // Nothing is read from a paused socket, pongs included: its silence is our own doing.
    isDeaf: () => socket.isPaused,
    ping: () => socket.ping(),
    silent: () => driver.failed(wsReason('WS_SILENT')),
  })

  socket.pause()
  socket.on('message', (data, isBinary) => {
    watch.heard()
    if (isBinary && data instanceof Uint8Array)
      driver.received(new Uint8Array(data.buffer, data.byteOffset, data.length))
    else driver.failed(wsReason('WS_TEXT_REFUSED'), unsupportedData)
  })
  socket.on('ping', watch.heard)
  socket.on('pong', watch.heard)
  socket.on('error', (error) => fail(driver, error))
  socket.on('close', (code, text) => {
    watch.stop()
    driver.ended(code, text.toString())
  })
  return driver.link
}

/** Errors that `ws` found in what came in carry a code of its own, and it has said goodbye already. */
function fail(driver: LinkDriver, error: Error): void {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' || code === 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH')
    driver.failed(wsReason('WS_FRAME_OVERSIZED'), normalClosure)
  else if (code === 'WS_ERR_TOO_MANY_BUFFERED_PARTS') driver.failed(wsReason('WS_FRAME_SPLINTERED'), normalClosure)
  else if (code.startsWith('WS_ERR_')) driver.failed(wsReason('WS_PROTOCOL_VIOLATED', error.message), normalClosure)
  else driver.failed({ code: 'LINK_CLOSED', detail: `the connection broke: ${error.message}` })
}
