import {
  type Coordinator,
  createCoordinator,
  generateIdentity,
  type Limits,
  parsePeerId,
  type Store,
} from '@rondo/core'
import type { TransportName } from '../bench-case.ts'
import type { Target } from './contestant.ts'
import { openTransport } from './transports.ts'

/** Far above what is sent, so that every guard does its work and none of them holds anything back. */
const generousLimits: Partial<Limits> = {
  messagesPerSecond: 1_000_000_000,
  messagesBurst: 1_000_000_000,
  protocolMessagesPerSecond: 1_000_000_000,
  protocolMessagesBurst: 1_000_000_000,
  bytesPerSecond: 1_000_000_000_000,
  bytesBurst: 1_000_000_000_000,
  signaturesPerSecond: 1_000_000_000,
  signaturesBurst: 1_000_000_000,
  connectionsMax: 8_192,
  connectionsPerGroupMax: 8_192,
  strangersMax: 8_192,
  strangersPerGroupMax: 8_192,
  handshakesPerSecond: 1_000_000,
  handshakesBurst: 1_000_000,
  handshakesPerGroupPerSecond: 1_000_000,
  handshakesPerGroupBurst: 1_000_000,
}

export interface NodeOptions {
  readonly transports: readonly TransportName[]
  readonly store?: Store | undefined
}

/** A node with a key of its own. What goes wrong in it with nobody to tell ends the process, and so the run. */
export async function createNode(transport: TransportName | NodeOptions): Promise<Coordinator> {
  const { transports, store } =
    typeof transport === 'string' ? { transports: [transport], store: undefined } : transport
  const node = createCoordinator({
    identity: generateIdentity(),
    transports: await Promise.all(transports.map(openTransport)),
    limits: generousLimits,
    store,
  })
  node.on('error', (error) => {
    setImmediate(() => {
      throw error
    })
  })
  return node
}

const listenAddresses: Readonly<Record<TransportName, string>> = { ws: 'ws://127.0.0.1:0', memory: 'memory:server' }

export async function listenAsTarget(node: Coordinator, transport: TransportName): Promise<Target> {
  const [address] = (await node.listen(listenAddresses[transport])).addresses
  if (address === undefined) throw new TypeError(`${transport} listens without an address`)
  return { address, peerId: node.peerId }
}

export async function connectToTarget(node: Coordinator, { address, peerId = '' }: Target) {
  return node.connectToPeer({ peerId: parsePeerId(peerId), addresses: [address] })
}

export function bytesOf(payload: unknown): Uint8Array {
  if (payload instanceof Uint8Array) return payload
  throw new TypeError('bytes were sent, and something else arrived')
}
