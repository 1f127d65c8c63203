import {
  type Coordinator,
  type CoordinatorStats,
  createCoordinator,
  createSystemEnv,
  type Env,
  generateIdentity,
  type PeerId,
  type ProtocolHandler,
  type RondoError,
} from '@rondo/core'
import { createMemoryNetwork } from '../../memory/network.js'
import { answerTo } from './answer.js'
import { type ObservedHandler, observeHandler } from './observed-handler.js'
import type { Sample, Samples } from './samples.js'

// Where a case takes place: one node that serves the protocol under test, and peers that speak to it. Rates are kept by a clock
// that is put forward before each message, so that nobody has to wait for them.

/** Makes what one node registers. It gets that node, for protocols that send by themselves. */
export type CreateHandler = (node: Coordinator) => Promise<ProtocolHandler> | ProtocolHandler

export interface Stage {
  readonly samples: Samples
  readonly node: Coordinator
  /** A new handler, observed and registered. */
  serve(): Promise<ObservedHandler>
  /** A new handler, observed, for the case to register. */
  createObserved(): Promise<ObservedHandler>
  /** A new peer that speaks the protocol too, connected. */
  join(): Promise<Coordinator>
  leave(peer: Coordinator): Promise<void>
  /** Says one sample, as the message or the request that it is. Resolves with `sent`, or with how the request ended. */
  say(peer: Coordinator, sample: Sample): Promise<string>
  ask(peer: Coordinator, sample: Sample): Promise<unknown>
  tell(peer: Coordinator, sample: Sample): Promise<void>
  /** Resolves when the node has taken note of everything that this peer sent before. */
  caughtUp(peer: Coordinator): Promise<void>
  until(what: string, holds: () => boolean): Promise<void>
  refusals(code: string): number
  allRefusals(): number
  /** What the nodes had nobody to throw at, and forgets it. */
  takeErrors(): readonly string[]
  close(): Promise<void>
}

const barrier = 'conformance/barrier'

export async function createStage(createHandler: CreateHandler, samples: Samples): Promise<Stage> {
  const network = createMemoryNetwork()
  const env = createSteppedEnv()
  const errors: RondoError[] = []
  const nodes: Coordinator[] = []
  const node = createNode()
  node.registerProtocol({ protocolName: barrier, handleMessage: () => 'here' })
  const { addresses } = await node.listen('memory:stage')
  let served: ObservedHandler | undefined

  function createNode(): Coordinator {
    const created = createCoordinator({
      identity: generateIdentity(),
      transports: [network.transport()],
      env: nodes.length === 0 ? env : quietEnv,
    })
    created.on('error', (error) => void errors.push(error))
    nodes.push(created)
    return created
  }

  async function createObserved(): Promise<ObservedHandler> {
    return observeHandler(await createHandler(node))
  }

  async function until(what: string, holds: () => boolean): Promise<void> {
    const deadlineMs = quietEnv.monotonicMs() + samples.patienceMs
    while (!holds()) {
      if (quietEnv.monotonicMs() > deadlineMs) throw new Error(`waited ${samples.patienceMs} ms for ${what}`)
      await new Promise<void>((resolve) => quietEnv.defer(resolve))
    }
  }

  /** Lets the node's clock pass until the rate of this type allows one more. */
  function outgoing({ type, payload }: Sample) {
    const { handler, version } = served ?? missing()
    env.advance(1_000 / (handler.messages?.get(type)?.rate?.perSecond ?? 1_000))
    return { protocol: handler.protocolName, version, type, payload }
  }

  const ask = async (peer: Coordinator, sample: Sample): Promise<unknown> =>
    peer.request(node.peerId, outgoing(sample), { timeoutMs: samples.patienceMs })
  const tell = async (peer: Coordinator, sample: Sample): Promise<void> => peer.sendTo(node.peerId, outgoing(sample))

  return {
    samples,
    node,
    createObserved,
    async serve() {
      served = await createObserved()
      node.registerProtocol(served.handler)
      return served
    },
    async join() {
      const peer = createNode()
      peer.registerProtocol(await createHandler(peer))
      await peer.connectToPeer({ peerId: node.peerId, addresses })
      return peer
    },
    async leave(peer) {
      await peer.stop()
      await until('a peer to be gone', () => !node.isConnected(peer.peerId))
    },
    async say(peer, sample) {
      if (sample.isRequest) return answerTo(sample, samples, ask(peer, sample))
      await tell(peer, sample)
      return 'sent'
    },
    ask,
    tell,
    async caughtUp(peer) {
      await peer.request(node.peerId, { protocol: barrier, type: 'pass' })
    },
    until,
    refusals: (code) => node.getStats().refused[code] ?? 0,
    allRefusals: () => sum(node.getStats()),
    takeErrors: () => errors.splice(0).map(({ message }) => message),
    async close() {
      await Promise.all(nodes.map((each) => each.stop()))
    },
  }
}

/** Every peer that the node is connected to. */
export function connectedTo(node: Coordinator): readonly PeerId[] {
  return node.getConnectedPeers().map(({ peerId }) => peerId)
}

const quietEnv = createSystemEnv({ log: () => {} })

interface SteppedEnv extends Env {
  advance(ms: number): void
}

function createSteppedEnv(): SteppedEnv {
  let aheadMs = 0
  return {
    ...quietEnv,
    monotonicMs: () => quietEnv.monotonicMs() + aheadMs,
    advance(ms) {
      aheadMs += ms
    },
  }
}

function sum({ refused }: CoordinatorStats): number {
  return Object.values(refused).reduce((total, count) => total + count, 0)
}

function missing(): never {
  throw new Error('nothing is served yet')
}
