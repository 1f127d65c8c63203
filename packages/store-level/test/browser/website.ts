import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Website {
  /** Where its page is, by whatever name of this machine. */
  url(hostname?: string): string
  close(): Promise<void>
}

/** Serves one page that does nothing but load the script. */
export async function openWebsite(script: string): Promise<Website> {
  const server = createServer(({ url }, response) => {
    if (url === '/script.js') response.setHeader('Content-Type', 'text/javascript; charset=utf-8').end(script)
    else response.setHeader('Content-Type', 'text/html').end('<!doctype html><script src="/script.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: (hostname = '127.0.0.1') => `http://${hostname}:${port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
