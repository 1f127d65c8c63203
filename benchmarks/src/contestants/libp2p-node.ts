import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import type { ServiceMap } from '@libp2p/interface'
import { webSockets } from '@libp2p/websockets'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type ServiceFactoryMap } from 'libp2p'
import type { Target } from './contestant.ts'

// js-libp2p over WebSockets, Noise and yamux. All its limits are far above what is sent, and its defaults otherwise; Noise
// takes node:crypto by itself.

/** By default the sixth connection that a host opens within a second is refused. */
const connectionsPerSecondMax = 1_000_000
const connectionsMax = 8_192
const streamsMax = 8_192
const bufferBytesMax = 64 * 1_048_576

interface Services<S extends ServiceMap> {
  readonly services: ServiceFactoryMap<S>
}

export async function createLibp2pNode<S extends ServiceMap>(listens: boolean, { services }: Services<S>) {
  return createLibp2p<S>({
    addresses: { listen: listens ? ['/ip4/127.0.0.1/tcp/0/ws'] : [] },
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        maxInboundStreams: streamsMax,
        maxOutboundStreams: streamsMax,
        streamOptions: { maxReadBufferLength: bufferBytesMax },
      }),
    ],
    connectionManager: {
      inboundConnectionThreshold: connectionsPerSecondMax,
      maxConnections: connectionsMax,
      maxIncomingPendingConnections: connectionsMax,
      // A connection that ends is not to be opened again behind the benchmark's back.
      reconnectRetries: 0,
    },
    services,
  })
}

interface Listening {
  getMultiaddrs(): readonly { toString(): string }[]
}

/** The address holds the peer id, which the dialler then insists on. */
export function targetOf(node: Listening): Target {
  const [address] = node.getMultiaddrs()
  if (address === undefined) throw new TypeError('libp2p listens without an address')
  return { address: address.toString() }
}

export const addressOf = ({ address }: Target) => multiaddr(address)
