import type { TransportFactory } from '@rondo/core'
import type { TransportName } from '../bench-case.ts'

const transports: Readonly<Record<TransportName, () => Promise<() => TransportFactory>>> = {
  async ws() {
    const { webSocket } = await import('@rondo/transport-ws')
    return () => webSocket()
  },
  async memory() {
    const { createMemoryNetwork } = await import('@rondo/testkit/memory')
    const network = createMemoryNetwork()
    return () => network.transport()
  },
}

const opened = new Map<TransportName, Promise<() => TransportFactory>>()

/** For one node. Nodes of one process share what the transport shares. */
export async function openTransport(name: TransportName): Promise<TransportFactory> {
  const known = opened.get(name) ?? transports[name]()
  opened.set(name, known)
  return (await known)()
}
