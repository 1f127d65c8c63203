import type { TransportFactory } from '@rondo/core'
import { createLinkPair, type MemoryEnd, type MemoryLinkPair } from './link.js'
import { type MemoryNetworkOptions, resolveMemoryNetworkOptions } from './options.js'
import { createMemoryTransport, type Host, type MemoryListener, type Switchboard } from './transport.js'

/** A network within one process. Coordinators whose transports come from the same network reach each other. */
export interface MemoryNetwork {
  /**
   * The transport of one node, for addresses such as `memory:alice`. `node` is what `partition` and `sever` call it;
   * left out, it is the coordinator's peer id.
   */
  transport(node?: string): TransportFactory
  /**
   * From now on `from` reaches `to` only where this says so. Links stay up: a stream sends again what got no answer
   * once the partition heals, a datagram is lost. Frames already on the wire arrive.
   */
  partition(reachable: (from: string, to: string) => boolean): void
  /** Ends the partition. */
  heal(): void
  /**
   * A node is gone without a goodbye: nothing leaves it or reaches it, and nobody listens there. With `reset` its system
   * outlives it and ends its links, behind what was sent before; with `silent` the machine is gone, too: nobody is told, and
   * whoever dials it waits.
   */
  vanish(node: string, links: 'reset' | 'silent'): void
  /** The node is back, with nothing of what it had: it may listen and dial again. */
  reappear(node: string): void
  /** Cuts links at once, with what is under way on them; both ends notice. Returns how many. */
  sever(which?: (dialler: string, listener: string) => boolean): number
}

/**
 * Makes a network without a wire. With no options it is ordered, reliable and immediate; with them it has latency,
 * loss and bandwidth, all on the coordinators' clocks and drawn from one generator.
 *
 * @example
 * const network = createMemoryNetwork({ latencyMs: [5, 80], loss: 0.1 })
 * const alice = createCoordinator({ identity: generateIdentity(), transports: [network.transport('alice')] })
 * await alice.listen('memory:alice')
 */
export function createMemoryNetwork(options: MemoryNetworkOptions = {}): MemoryNetwork {
  const config = resolveMemoryNetworkOptions(options)
  const listeners = new Map<string, MemoryListener>()
  const links = new Map<MemoryLinkPair, readonly [dialler: string, listener: string]>()
  const waiting = new Set<() => void>()
  const absent = new Set<string>()
  let rule: (from: string, to: string) => boolean = () => true

  function reachable(from: string, to: string): boolean {
    return !absent.has(from) && !absent.has(to) && rule(from, to)
  }

  function reroute(changed: (from: string, to: string) => boolean): void {
    rule = changed
    for (const pair of links.keys()) pair.retry()
    for (const retry of [...waiting]) retry()
  }

  function connect(dialler: Host, listener: Host): MemoryLinkPair {
    const near: MemoryEnd = { ...dialler, isHeard: () => reachable(dialler.node, listener.node) }
    const far: MemoryEnd = { ...listener, isHeard: () => reachable(listener.node, dialler.node) }
    const pair = createLinkPair(config, near, far, () => links.delete(pair))
    links.set(pair, [dialler.node, listener.node])
    return pair
  }

  function stopListening(node: string): void {
    for (const [name, listener] of listeners) if (listener.node === node) listeners.delete(name)
  }

  const switchboard: Switchboard = {
    config,
    listeners,
    connect,
    routeIsOpen: (a, b) => reachable(a, b) && reachable(b, a),
    onReroute(retry) {
      waiting.add(retry)
      return () => waiting.delete(retry)
    },
  }

  return {
    transport: (node) => (host) => createMemoryTransport(switchboard, node ?? host.peerId, host.env),
    partition: reroute,
    vanish(node, news) {
      if (news === 'reset') stopListening(node)
      for (const [pair, [dialler, listener]] of [...links]) {
        if (dialler === node) pair.vanish('dialler', news === 'reset')
        if (listener === node) pair.vanish('listener', news === 'reset')
      }
      if (news === 'silent') absent.add(node)
    },
    reappear(node) {
      stopListening(node)
      absent.delete(node)
      reroute(rule)
    },
    heal: () => reroute(() => true),
    sever(which = () => true) {
      const doomed = [...links].filter(([, [dialler, listener]]) => which(dialler, listener))
      for (const [pair] of doomed) pair.cut()
      return doomed.length
    },
  }
}
