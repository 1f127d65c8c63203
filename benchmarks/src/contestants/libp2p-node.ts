import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import type { ServiceMap, Stream } from '@libp2p/interface'
import { webSockets } from '@libp2p/websockets'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type ServiceFactoryMap } from 'libp2p'
import type { Uint8ArrayList } from 'uint8arraylist'
import type { Target } from './contestant.ts'

// js-libp2p over WebSockets, Noise and yamux. All its limits are far above what is sent, and its defaults otherwise; Noise
// takes node:crypto by itself.

/** By default the sixth connection that a host opens within a second is refused. */
const connectionsPerSecondMax = 1_000_000
const connectionsMax = 8_192
const streamsMax = 8_192
const windowBytesMaxDefault = 16 * 1_048_576
const bufferBytesMax = 64 * 1_048_576
/** What raw-ws and Rondo wait above. */
const highWaterBytes = 1_048_576

interface NodeOptions<S extends ServiceMap> {
  readonly services: ServiceFactoryMap<S>
  /** What a stream may have under way before its receiver is heard of; libp2p lets it grow to 16 MiB. */
  readonly windowBytesMax?: number
}

export async function createLibp2pNode<S extends ServiceMap>(listens: boolean, options: NodeOptions<S>) {
  return createLibp2p<S>({
    addresses: { listen: listens ? ['/ip4/127.0.0.1/tcp/0/ws'] : [] },
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        maxInboundStreams: streamsMax,
        maxOutboundStreams: streamsMax,
        streamOptions: {
          maxReadBufferLength: bufferBytesMax,
          maxStreamWindowSize: options.windowBytesMax ?? windowBytesMaxDefault,
        },
      }),
    ],
    connectionManager: {
      inboundConnectionThreshold: connectionsPerSecondMax,
      maxConnections: connectionsMax,
      maxIncomingPendingConnections: connectionsMax,
      // A connection that ends is not to be opened again behind the benchmark's back.
      reconnectRetries: 0,
    },
    services: options.services,
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

/**
 * Sends, and waits above the high-water mark. By the stream's own events: once its `onDrain` has resolved, it resolves at once
 * for ever, and the write buffer grows without end.
 */
export function write(stream: Stream, bytes: Uint8Array | Uint8ArrayList): Promise<void> | undefined {
  stream.send(bytes)
  return stream.writeBufferLength > highWaterBytes ? belowHighWater(stream) : undefined
}

function belowHighWater(stream: Stream): Promise<void> {
  return new Promise((resolve, reject) => {
    function look(): void {
      if (stream.writeBufferLength > highWaterBytes) return
      stream.removeEventListener('drain', look)
      stream.removeEventListener('idle', look)
      stream.removeEventListener('close', fail)
      resolve()
    }
    const fail = (): void => reject(new TypeError(`the stream is ${stream.status}`))
    stream.addEventListener('drain', look)
    stream.addEventListener('idle', look)
    stream.addEventListener('close', fail)
  })
}
