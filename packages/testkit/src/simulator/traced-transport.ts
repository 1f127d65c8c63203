import type { Link, TransportFactory } from '@rondo/core'
import { wrapLink } from './malice/wrap-link.js'
import { describeBytes } from './trace.js'

/** Notes one thing that happened to a peer. */
export type Note = (what: string, detail?: string) => void

/** The same transport, with every frame that passes written down. */
export function tracedTransport(create: TransportFactory, note: Note): TransportFactory {
  return (host) => {
    const transport = create(host)
    let links = 0
    const traced = (link: Link): Link => {
      links += 1
      return tracedLink(link, `link ${links}`, note)
    }
    const { name, schemes } = transport
    return {
      name,
      schemes,
      dial: async (address, options) => traced(await transport.dial(address, options)),
      async listen(address, options) {
        if (transport.listen === undefined) throw new TypeError(`${name} does not listen`)
        return transport.listen(address, { ...options, accept: (link) => options.accept(traced(link)) })
      },
    }
  }
}

function tracedLink(link: Link, name: string, note: Note): Link {
  return wrapLink(link, {
    attach: (receiver) =>
      link.attach({
        frame(bytes) {
          note('received', `${name}, ${describeBytes(bytes)}`)
          receiver.frame(bytes)
        },
        drain: () => receiver.drain(),
        closed(reason) {
          note('closed', `${name}, ${reason.code}`)
          receiver.closed(reason)
        },
      }),
    send(frame) {
      note('sent', `${name}, ${describeBytes(frame)}`)
      return link.send(frame)
    },
  })
}
