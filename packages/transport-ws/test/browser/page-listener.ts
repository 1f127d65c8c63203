import type { Listener, TransportFactory } from '@rondo/core'

// The page's half of a listener in a page; the other one, which says how they talk, is in switchboard.ts.

const decoder = new TextDecoder()

/** The transport, and it listens: at an address of the switchboard's choice. */
export function listenBy(switchboard: string, factory: TransportFactory): TransportFactory {
  return (host) => {
    const transport = factory(host)
    return {
      ...transport,
      async listen(_, { accept }) {
        const line = await transport.dial(switchboard, {})
        let isUp = false
        let hungUp = () => {}
        const gone = new Promise<void>((resolve) => {
          hungUp = resolve
        })
        const close = () => {
          line.send(new Uint8Array(1))
          return gone
        }
        return new Promise<Listener>((resolve) => {
          const frame = (bytes: Uint8Array) => {
            const address = decoder.decode(bytes)
            if (isUp) void transport.dial(address, {}).then(accept)
            else resolve({ addresses: [address], close })
            isUp = true
          }
          line.attach({ frame, drain() {}, closed: hungUp })
        })
      },
    }
  }
}
