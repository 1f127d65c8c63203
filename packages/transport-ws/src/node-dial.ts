import type { Socket } from 'node:net'
import type { DialOptions, Env, Link } from '@rondo/core'
import { WebSocket } from 'ws'
import { groupOf } from './group.js'
import { dialFailed } from './link.js'
import { createNodeLink } from './node-link.js'
import type { WebSocketConfig } from './node-options.js'
import { wsLimits } from './ws-limits.js'

/** Dials with `ws`. However it ends, nothing stays open that nobody holds. */
export function dialNode(url: URL, config: WebSocketConfig, env: Env, signal: DialOptions['signal']): Promise<Link> {
  const address = url.href
  let socket: WebSocket
  try {
    socket = new WebSocket(url, { ...config.dialTls, ...wsLimits(config), followRedirects: false })
  } catch (cause) {
    return Promise.reject(dialFailed(address, 'the options do not allow it', cause))
  }
  return new Promise((resolve, reject) => {
    let raw: Socket | undefined
    const cancelTimeout = env.schedule(config.dialTimeoutMs, () => fail('no answer in time'))
    signal?.addEventListener('abort', abort, { once: true })
    // Errors may still come after the dial was given up; unheard, they would end the process.
    socket.on('error', (error) => fail(describe(error), error))
    socket.once('upgrade', (response) => {
      raw = response.socket
    })
    socket.once('open', () => {
      if (raw === undefined) fail('the socket opened without an upgrade')
      else succeed(raw)
    })

    function succeed(raw: Socket): void {
      settle()
      const group = groupOf(raw.remoteAddress, config)
      resolve(createNodeLink(socket, Object.freeze({ address, ...(group && { group }) }), config, env))
    }

    function settle(): void {
      cancelTimeout()
      signal?.removeEventListener('abort', abort)
    }

    function fail(detail: string, cause?: unknown): void {
      settle()
      reject(dialFailed(address, detail, cause))
      socket.terminate()
    }

    function abort(): void {
      settle()
      reject(signal?.reason)
      socket.terminate()
    }
  })
}

/** Node joins the errors of several addresses into one without a text. */
function describe(error: Error): string {
  if (error.message !== '') return error.message
  return 'code' in error ? String(error.code) : error.name
}
