import type { DialOptions, Env, Link } from '@rondo/core'
import { createBrowserLink } from './browser-link.js'
import { dialFailed } from './link.js'
import type { LinkConfig } from './options.js'

/** Dials with the platform's WebSocket, which says that a dial failed but never why. */
export function dialBrowser(url: URL, config: LinkConfig, env: Env, signal: DialOptions['signal']): Promise<Link> {
  const address = url.href
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address)
    socket.binaryType = 'arraybuffer'
    const cancelTimeout = env.schedule(config.dialTimeoutMs, () => fail('no answer in time'))
    signal?.addEventListener('abort', abort, { once: true })
    socket.onopen = () => {
      settle()
      resolve(createBrowserLink(socket, Object.freeze({ address }), config, env))
    }
    socket.onerror = () => fail('refused, unreachable, or blocked by the browser')
    socket.onclose = () => fail('closed before it was open')

    function settle(): void {
      cancelTimeout()
      signal?.removeEventListener('abort', abort)
      socket.onopen = null
      socket.onclose = null
      // What an error has to say comes with the close behind it.
      socket.onerror = () => {}
    }

    function fail(detail: string): void {
      settle()
      reject(dialFailed(address, detail))
      socket.close()
    }

    function abort(): void {
      settle()
      reject(signal?.reason)
      socket.close()
    }
  })
}
