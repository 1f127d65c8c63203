import {
  createSystemEnv,
  type DialOptions,
  type Env,
  encodePeerId,
  type Link,
  type Listener,
  type ListenOptions,
  type Transport,
  type TransportHost,
} from '@rondo/core'
import { sides } from './case.js'
import type { Traits, TransportFixture } from './fixture.js'
import { createInbox, type Inbox } from './inbox.js'

// Where a case takes place: it opens links, waits for events with a deadline, and leaves nothing behind.

/** One end of a link with its receiver. */
export interface End {
  readonly link: Link
  readonly inbox: Inbox
  send(frame: Uint8Array): boolean
}

export type Pair = Readonly<Record<'dialler' | 'listener', End>>
export type BarePair = Readonly<Record<'dialler' | 'listener', Link>>

export interface Arena {
  readonly traits: Traits
  readonly address: string
  /** A transport of its own, as another process would have. */
  createTransport(): Transport
  dial(address: string, options?: DialOptions): Promise<Link>
  listen(address: string, options?: Partial<ListenOptions>): Promise<Gate>
  /** The gate at `address`, opened when first asked for. */
  gate(): Promise<Gate>
  /** Both ends of a new link, before anybody attached. */
  openBare(): Promise<BarePair>
  open(): Promise<Pair>
  attach(link: Link): End
  /** Fails with what was awaited when it does not come. */
  within<T>(event: Promise<T>, what: string): Promise<T>
  until(end: End, what: string, holds: (inbox: Inbox) => boolean): Promise<void>
  /** Lets both ends work through whatever is under way: round trips on a link of its own. */
  pace(roundTrips?: number): Promise<void>
  /** The end of this turn. */
  turn(): Promise<void>
  sever(): Promise<void>
  /** What links did against the contract, whatever the case was about. */
  breaches(): readonly string[]
  close(): Promise<void>
}

/** A listener and the links that came through it. */
export interface Gate {
  readonly listener: Listener
  readonly address: string
  /** Links in the order they came. */
  readonly accepted: readonly Link[]
  next(): Promise<Link>
}

export function createArena(fixture: TransportFixture, traits: Traits): Arena {
  const env = fixture.host?.env ?? createSystemEnv()
  const links = new Set<Link>()
  const ends: End[] = []
  const listeners: Listener[] = []
  const dialler = fixture.transport(createHost(fixture, env, 1))
  const listening = (fixture.listenWith ?? fixture.transport)(createHost(fixture, env, 2))
  let opened: Promise<Gate> | undefined
  let pacer: Promise<Pair> | undefined

  async function within<T>(event: Promise<T>, what: string): Promise<T> {
    let cancel = () => {}
    const late = new Promise<never>((_, reject) => {
      cancel = env.schedule(traits.patienceMs, () => reject(new Error(`waited ${traits.patienceMs} ms for ${what}`)))
    })
    try {
      return await Promise.race([event, late])
    } finally {
      cancel()
    }
  }

  async function listen(address: string, options: Partial<ListenOptions> = {}): Promise<Gate> {
    if (listening.listen === undefined) throw new Error('the fixture has nothing that listens')
    const accepted: Link[] = []
    const arrivals: Link[] = []
    let arrived = () => {}
    const accept = (link: Link) => {
      links.add(link)
      accepted.push(link)
      arrivals.push(link)
      options.accept?.(link)
      arrived()
    }
    const listener = await within(listening.listen(address, { ...options, accept }), `a listener at ${address}`)
    listeners.push(listener)
    async function next(): Promise<Link> {
      const arrival = new Promise<void>((resolve) => {
        arrived = resolve
      })
      if (arrivals.length === 0) await within(arrival, 'a link to be accepted')
      const link = arrivals.shift()
      if (link === undefined) throw new Error('two cases at once wait for a link')
      return link
    }
    return { listener, accepted, next, address: listener.addresses[0] ?? address }
  }

  function gate(): Promise<Gate> {
    opened ??= listen(fixture.address)
    return opened
  }

  async function dial(address: string, options: DialOptions = {}): Promise<Link> {
    const link = await within(dialler.dial(address, options), `the dial of ${address}`)
    links.add(link)
    return link
  }

  async function openBare(): Promise<BarePair> {
    const { address, next } = await gate()
    const near = await dial(address)
    return { dialler: near, listener: await next() }
  }

  function attach(link: Link): End {
    const inbox = createInbox()
    const end: End = {
      link,
      inbox,
      send(frame) {
        const accepted = link.send(frame)
        if (!accepted) inbox.expectDrain()
        return accepted
      },
    }
    ends.push(end)
    link.attach(inbox)
    return end
  }

  async function open(): Promise<Pair> {
    const bare = await openBare()
    return { dialler: attach(bare.dialler), listener: attach(bare.listener) }
  }

  function until(end: End, what: string, holds: (inbox: Inbox) => boolean): Promise<void> {
    const saw = () => `${what}; so far ${end.inbox.frames.length} frames, ${end.inbox.reasons.length} times closed`
    return within(end.inbox.until(holds), what).catch(() => {
      throw new Error(`waited ${traits.patienceMs} ms for ${saw()}`)
    })
  }

  async function pace(roundTrips = 5): Promise<void> {
    pacer ??= open().then((pair) => {
      pair.listener.inbox.onFrame = (frame) => pair.listener.send(frame.slice())
      return pair
    })
    const pair = await pacer
    for (let trip = 0; trip < roundTrips; trip += 1) {
      const back = pair.dialler.inbox.frames.length + 1
      pair.dialler.send(new Uint8Array([trip]))
      await until(pair.dialler, 'a round trip', ({ frames }) => frames.length >= back)
    }
  }

  return {
    traits,
    address: fixture.address,
    createTransport: () => fixture.transport(createHost(fixture, env, 3)),
    dial,
    listen,
    gate,
    openBare,
    open,
    attach,
    within,
    until,
    pace,
    turn: () => new Promise((resolve) => env.defer(resolve)),
    async sever() {
      await fixture.sever?.()
    },
    breaches: () => ends.flatMap(({ inbox }) => inbox.breaches),
    async close() {
      const closing = [...links].map((link) => link.close())
      await within(Promise.all(closing), 'every link to close').finally(async () => {
        await Promise.all(listeners.map((listener) => listener.close()))
        await fixture.teardown?.()
      })
    },
  }
}

function createHost(fixture: TransportFixture, env: Env, seed: number): TransportHost {
  return {
    env,
    peerId: encodePeerId(new Uint8Array(32).fill(seed)),
    registerProtocol() {
      throw new Error('the fixture brings no host that registers protocols')
    },
    async sendTo() {
      throw new Error('the fixture brings no host that sends')
    },
    ...fixture.host,
  }
}

/** Every end of a pair, the dialler first. */
export function bothEnds(pair: Pair): readonly End[] {
  return sides.map((side) => pair[side])
}
