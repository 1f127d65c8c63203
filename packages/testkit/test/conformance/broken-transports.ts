import type { Link, LinkReceiver, TransportFactory } from '@rondo/core'
import { createMemoryNetwork } from '@rondo/testkit/memory'

// Transports that break one promise each, to see whether the suite notices.

type Spoil = (link: Link) => Link

interface Broken {
  readonly transport: () => TransportFactory
  /** A part of the title of a case that has to fail. */
  readonly caughtBy: string
}

const drain: Partial<LinkReceiver> = { drain() {} }

export const brokenTransports: Readonly<Record<string, Broken>> = {
  'drops a frame now and then': {
    transport: () => spoilt((link) => ({ ...link, send: every(500, () => true, link.send) })),
    caughtBy: 'thousands of frames',
  },
  'delivers frames twice': {
    transport: () =>
      spoilt(
        receiving((to) => ({
          ...to,
          frame(bytes) {
            to.frame(bytes)
            to.frame(bytes)
          },
        })),
      ),
    caughtBy: 'frames of every awkward size arrive whole',
  },
  'swaps two frames': {
    transport: () => spoilt(receiving(swapped)),
    caughtBy: 'thousands of frames',
  },
  'flips a bit': {
    transport: () =>
      spoilt(
        receiving((to) => ({
          ...to,
          frame(bytes) {
            const last = bytes.length - 1
            if (bytes.length > 1_000) bytes[last] = (bytes[last] ?? 0) ^ 1
            to.frame(bytes)
          },
        })),
      ),
    caughtBy: 'frames of every awkward size arrive whole',
  },
  'reuses its buffer': {
    transport: () => spoilt(receiving(throughOneBuffer)),
    caughtBy: 'the receiver owns what it got',
  },
  'swallows empty frames': {
    transport: () => spoilt((link) => ({ ...link, send: (frame) => (frame.length === 0 ? true : link.send(frame)) })),
    caughtBy: 'empty ones too',
  },
  'joins small frames': {
    transport: () => spoilt(receiving(joined)),
    caughtBy: 'frames of every awkward size arrive whole',
  },
  'sends the whole buffer instead of the part': {
    transport: () => spoilt((link) => ({ ...link, send: (frame) => link.send(new Uint8Array(frame.buffer)) })),
    caughtBy: 'a part of a larger buffer',
  },
  'takes frames that are too large': {
    transport: () =>
      spoilt((link) => ({
        ...link,
        send: (frame) => link.send(frame.subarray(0, Math.min(frame.length, link.capabilities.frameBytesMax))),
      })),
    caughtBy: 'a frame above the largest',
  },
  'loses what came before attach': {
    transport: () => spoilt(attachedAtOnce),
    caughtBy: 'frames sent before the other end attaches',
  },
  'takes a second receiver': {
    transport: () => spoilt(takingSecondReceivers),
    caughtBy: 'a second receiver is refused',
  },
  'closes twice': {
    transport: () =>
      spoilt(
        receiving((to) => ({
          ...to,
          closed(reason) {
            to.closed(reason)
            setImmediate(() => to.closed(reason))
          },
        })),
      ),
    caughtBy: 'a close tells both ends, once',
  },
  'never tells that it closed': {
    transport: () => spoilt(receiving((to) => ({ ...to, closed() {} }))),
    caughtBy: 'a close tells both ends, once',
  },
  'forgets why it was closed': {
    transport: () => spoilt((link) => ({ ...link, close: () => link.close() })),
    caughtBy: 'the closing end its own reason',
  },
  'cuts off what was sent before a close': {
    transport: () => spoilt(receiving((to) => ({ ...to, frame: after(20, (bytes) => to.frame(bytes)) }))),
    caughtBy: 'frames sent before a close arrive',
  },
  'sends after it was closed': {
    transport: () => spoilt((link) => ({ ...link, send: (frame) => link.send(frame) || true })),
    caughtBy: 'send after it was closed',
  },
  'never says to wait': {
    transport: () => spoilt((link) => ({ ...link, send: (frame) => link.send(frame) || frame.length > 100 })),
    caughtBy: 'send returns false when too much waits',
  },
  'hides what waits': {
    transport: () => spoilt((link) => ({ ...link, queuedBytes: 0 })),
    caughtBy: 'a paused receiver holds the sender up',
  },
  'never drains': {
    transport: () => spoilt(receiving((to) => ({ ...to, ...drain }))),
    caughtBy: 'drain follows',
  },
  'drains unasked': {
    transport: () =>
      spoilt(
        receiving((to) => ({
          ...to,
          frame(bytes) {
            to.frame(bytes)
            to.drain()
          },
        })),
      ),
    caughtBy: 'a frame above the largest',
  },
  'ignores pause': {
    transport: () => spoilt((link) => ({ ...link, pause() {} })),
    caughtBy: 'a paused receiver holds the sender up',
  },
  'keeps everything in memory while paused': {
    transport: () => spoilt(hoarding),
    caughtBy: 'a paused receiver holds the sender up',
  },
  'never resumes': {
    transport: () => spoilt((link) => ({ ...link, resume() {} })),
    caughtBy: 'a link paused before its first frame',
  },
  'hears no abort': {
    transport: () => changed((transport) => ({ ...transport, dial: (address) => transport.dial(address, {}) })),
    caughtBy: 'a dial that was aborted before',
  },
  'rejects an abort with an error of its own': {
    transport: () =>
      changed((transport) => ({
        ...transport,
        dial: (address, options) =>
          transport.dial(address, options).catch((error) => {
            throw options.signal?.aborted ? new Error('aborted') : error
          }),
      })),
    caughtBy: 'a dial aborted 0 turns on',
  },
  'lets everybody in': {
    transport: () =>
      changed(({ listen, ...transport }) => ({
        ...transport,
        ...(listen && { listen: (address, { admit: _, ...options }) => listen(address, options) }),
      })),
    caughtBy: 'a newcomer that is not admitted',
  },
  'closes its links with the listener': {
    transport: () => changed(closingTogether),
    caughtBy: 'a closed listener leaves the links',
  },
  'throws errors without a code': {
    transport: () =>
      changed((transport) => ({
        ...transport,
        dial: (address, options) =>
          transport.dial(address, options).catch((error) => {
            throw options.signal?.aborted ? error : new Error('no')
          }),
      })),
    caughtBy: 'a dial to where nobody listens',
  },
  'claims an order that it does not keep': {
    transport: () => createMemoryNetwork({ delivery: 'datagram', reorder: 0.1 }).transport(),
    caughtBy: 'a link says what it can do',
  },
}

type Transport = ReturnType<TransportFactory>

/** A memory transport with something changed. */
function changed(change: (transport: Transport) => Transport): TransportFactory {
  const factory = createMemoryNetwork().transport()
  return (host) => change(factory(host))
}

/** A memory transport whose links are spoilt on both ends. */
function spoilt(spoil: Spoil): TransportFactory {
  return changed(({ dial, listen, ...transport }) => ({
    ...transport,
    dial: async (address, options) => spoil(await dial(address, options)),
    ...(listen && {
      listen: (address, options) => listen(address, { ...options, accept: (link) => options.accept(spoil(link)) }),
    }),
  }))
}

/** Changes what the receiver is told. */
function receiving(change: (receiver: LinkReceiver) => LinkReceiver): Spoil {
  return (link) => ({
    ...link,
    attach: (receiver) =>
      link.attach(
        change({
          frame: (bytes) => receiver.frame(bytes),
          drain: () => receiver.drain(),
          closed: (reason) => receiver.closed(reason),
        }),
      ),
  })
}

function every<T>(turn: number, instead: () => T, otherwise: (frame: Uint8Array) => T): (frame: Uint8Array) => T {
  let count = 0
  return (frame) => {
    count += 1
    return count % turn === 0 ? instead() : otherwise(frame)
  }
}

function after(count: number, run: (bytes: Uint8Array) => void): (bytes: Uint8Array) => void {
  let seen = 0
  return (bytes) => {
    seen += 1
    if (seen <= count) run(bytes)
  }
}

function swapped(to: LinkReceiver): LinkReceiver {
  let count = 0
  let late: Uint8Array | undefined
  return {
    ...to,
    frame(bytes) {
      count += 1
      if (count % 100 === 0) {
        late = bytes
        return
      }
      to.frame(bytes)
      if (late !== undefined) to.frame(late)
      late = undefined
    },
  }
}

function throughOneBuffer(to: LinkReceiver): LinkReceiver {
  const buffer = new Uint8Array(70_000)
  return {
    ...to,
    frame(bytes) {
      buffer.set(bytes)
      to.frame(buffer.subarray(0, bytes.length))
    },
  }
}

function joined(to: LinkReceiver): LinkReceiver {
  let held: Uint8Array | undefined
  return {
    ...to,
    frame(bytes) {
      if (held === undefined && bytes.length === 2) {
        held = bytes
        return
      }
      to.frame(held === undefined ? bytes : new Uint8Array([...held, ...bytes]))
      held = undefined
    },
  }
}

function attachedAtOnce(link: Link): Link {
  let owner: LinkReceiver | undefined
  link.attach({
    frame: (bytes) => owner?.frame(bytes),
    drain: () => owner?.drain(),
    closed: (reason) => owner?.closed(reason),
  })
  return {
    ...link,
    attach(receiver) {
      if (owner !== undefined) throw new TypeError('the link has a receiver already')
      owner = receiver
    },
  }
}

function takingSecondReceivers(link: Link): Link {
  let attached = false
  return {
    ...link,
    attach(receiver) {
      if (!attached) link.attach(receiver)
      attached = true
    },
  }
}

function hoarding(link: Link): Link {
  const hoard: Uint8Array[] = []
  let paused = false
  let owner: LinkReceiver | undefined
  return {
    ...receiving((to) => {
      owner = to
      return { ...to, frame: (bytes) => (paused ? hoard.push(bytes) : to.frame(bytes)) }
    })(link),
    pause() {
      paused = true
    },
    resume() {
      paused = false
      for (const bytes of hoard.splice(0)) owner?.frame(bytes)
    },
  }
}

function closingTogether({ listen, ...transport }: Transport): Transport {
  return {
    ...transport,
    ...(listen && {
      async listen(address, options) {
        const links: Link[] = []
        const accept = (link: Link) => {
          links.push(link)
          options.accept(link)
        }
        const listener = await listen(address, { ...options, accept })
        return {
          addresses: listener.addresses,
          async close() {
            await Promise.all([listener.close(), ...links.map((link) => link.close())])
          },
        }
      },
    }),
  }
}
