import {
  type Cancel,
  coreError,
  type DialOptions,
  type Env,
  type Link,
  type ListenOptions,
  type Transport,
} from '@rondo/core'
import { drawLatencyMs } from './fate.js'
import type { MemoryEnd, MemoryLinkPair } from './link.js'
import type { MemoryNetworkConfig } from './options.js'

export interface MemoryListener {
  readonly node: string
  readonly env: Env
  readonly options: ListenOptions
}

/** A node with its clock, and what the other end will know of it. */
export interface Host {
  readonly node: string
  readonly env: Env
  readonly remote: MemoryEnd['remote']
}

/** What the transports of one network share. */
export interface Switchboard {
  readonly config: MemoryNetworkConfig
  readonly listeners: Map<string, MemoryListener>
  connect(dialler: Host, listener: Host): MemoryLinkPair
  routeIsOpen(a: string, b: string): boolean
  /** Calls back whenever routes change, until cancelled. */
  onReroute(retry: () => void): Cancel
}

const scheme = 'memory:'

export function createMemoryTransport(switchboard: Switchboard, node: string, env: Env): Transport {
  const { listeners } = switchboard
  return {
    name: 'memory',
    schemes: [scheme],
    async dial(address, { signal }) {
      const name = parseAddress(address)
      signal?.throwIfAborted()
      return dialling(switchboard, { node, env, name }, signal)
    },
    async listen(address, options) {
      const name = parseAddress(address)
      options.signal?.throwIfAborted()
      if (listeners.has(name)) throw coreError('LISTEN_FAILED', { detail: `${address} is taken` })
      const listener: MemoryListener = { node, env, options }
      listeners.set(name, listener)
      return {
        addresses: [scheme + name],
        async close() {
          if (listeners.get(name) === listener) listeners.delete(name)
        },
      }
    },
  }
}

function parseAddress(address: string): string {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(address)) throw coreError('ADDRESS_INVALID', { detail: address })
  if (!address.startsWith(scheme)) throw coreError('ADDRESS_UNSUPPORTED', { detail: address })
  const name = address.slice(scheme.length)
  if (!/^[\w.-]{1,128}$/.test(name))
    throw coreError('ADDRESS_INVALID', { detail: `${address}: memory:name was expected` })
  return name
}

interface Caller {
  readonly node: string
  readonly env: Env
  readonly name: string
}

/** There and back again: one latency until the listener hears of it, one until the dialler hears the answer. */
function dialling(switchboard: Switchboard, { node, env, name }: Caller, signal: DialOptions['signal']): Promise<Link> {
  const { config, listeners, connect, routeIsOpen, onReroute } = switchboard
  const address = scheme + name
  return new Promise((resolve, reject) => {
    const cleanUp: Cancel[] = []
    let pair: MemoryLinkPair | undefined
    let settled = false

    function settle(finish: () => void): void {
      if (settled) return
      settled = true
      for (const cancel of cleanUp) cancel()
      finish()
    }

    function giveUp(error: unknown): void {
      settle(() => {
        pair?.cut()
        reject(error)
      })
    }

    function fail(detail: string): void {
      giveUp(coreError('DIAL_FAILED', { detail }))
    }

    function abort(): void {
      giveUp(signal?.reason)
    }

    function afterLatency(run: () => void): void {
      const ms = drawLatencyMs(config)
      if (ms > 0) cleanUp.push(env.schedule(ms, run))
      else env.defer(() => settled || run())
    }

    function knock(): void {
      const listener = listeners.get(name)
      if (listener === undefined) fail(`nobody listens at ${address}`)
      else if (!routeIsOpen(node, listener.node)) waitForRoute()
      // On the listener's clock: one that stands still lets nobody in.
      else listener.env.defer(() => settled || admit(listener))
    }

    function admit(listener: MemoryListener): void {
      if (listeners.get(name) !== listener) fail(`nobody listens at ${address}`)
      else if (listener.options.admit?.(scheme + node) === false) fail(`${address} turned the newcomer away`)
      else enter(listener)
    }

    function enter(listener: MemoryListener): void {
      const near: Host = { node, env, remote: Object.freeze({ address, group: scheme + listener.node }) }
      const far: Host = { node: listener.node, env: listener.env, remote: Object.freeze({ group: scheme + node }) }
      pair = connect(near, far)
      const { dialler } = pair
      afterLatency(() => settle(() => resolve(dialler)))
      listener.options.accept(pair.listener)
    }

    function waitForRoute(): void {
      const stop = onReroute(() => {
        stop()
        afterLatency(knock)
      })
      cleanUp.push(stop)
    }

    signal?.addEventListener('abort', abort, { once: true })
    cleanUp.push(() => signal?.removeEventListener('abort', abort))
    cleanUp.push(env.schedule(config.dialTimeoutMs, () => fail(`${address} did not answer`)))
    afterLatency(knock)
  })
}
