import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import { coreError, type Env } from '@rondo/core'
import type { WebSocketConfig } from './node-options.js'
import { limitPending } from './pending-upgrades.js'

/** A server that does nothing but upgrade, and whose connections have to come to that in time. */
export interface OwnServer {
  readonly server: HttpServer | HttpsServer
  /** The socket has finished its upgrade. */
  settle(socket: Socket): void
  /** Frees the port at once. Upgraded sockets live on, others are destroyed. */
  close(): void
}

/** Starts a server at the host and port of `url`. Throws `LISTEN_FAILED`. */
export async function startServer(
  url: URL,
  config: WebSocketConfig,
  env: Env,
  signal: AbortSignal | undefined,
): Promise<OwnServer> {
  const server = createServer(url, config)
  const pending = limitPending(server, config, env)
  const close = () => {
    server.close()
    pending.clear()
  }
  const port = url.port === '' ? (url.protocol === 'wss:' ? 443 : 80) : Number(url.port)
  await new Promise<void>((resolve, reject) => {
    const abort = () => {
      close()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
    server.once('error', (cause) => {
      signal?.removeEventListener('abort', abort)
      reject(coreError('LISTEN_FAILED', { detail: `${url.href}: ${cause.message}`, cause }))
    })
    server.listen({ host: url.hostname.replace(/^\[|\]$/g, ''), port }, () => {
      signal?.removeEventListener('abort', abort)
      // The name of the host may have been looked up after the abort.
      if (signal?.aborted) close()
      resolve()
    })
  })
  server.on('error', (error) => env.log('error', 'WebSocket server failed', { address: url.href, error }))
  return { server, close, settle: pending.settle }
}

function createServer(url: URL, config: WebSocketConfig): HttpServer | HttpsServer {
  const limits = { maxHeaderSize: config.headerBytesMax }
  if (url.protocol === 'ws:') return createHttpServer(limits, sayUpgrade)
  if (config.tls === undefined)
    throw coreError('LISTEN_FAILED', { detail: `${url.href}: give key and certificate in \`tls\`` })
  try {
    return createHttpsServer({ handshakeTimeout: config.upgradeTimeoutMs, ...config.tls, ...limits }, sayUpgrade)
  } catch (cause) {
    throw coreError('LISTEN_FAILED', { detail: `${url.href}: the key or certificate in \`tls\` does not work`, cause })
  }
}

const sayUpgrade: RequestListener = (_, response) => {
  response.writeHead(426, { Connection: 'close', Upgrade: 'websocket', 'Content-Type': 'text/plain' })
  response.end('This is a Rondo node; it speaks WebSocket.\n')
}
