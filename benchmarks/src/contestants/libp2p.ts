import type { Connection as LibConnection, Stream } from '@libp2p/interface'
import { LengthPrefixedDecoder } from '@libp2p/utils'
import { encode } from 'it-length-prefixed'
import { bytesPayloads } from './bytes-payloads.ts'
import type { Connection, Contestant, Take } from './contestant.ts'
import { addressOf, createLibp2pNode, targetOf, write } from './libp2p-node.ts'

// js-libp2p with one long-lived stream that carries length-prefixed messages, read in the stream's own message event, which
// is quicker than its async iterator. A dial is done when the
// connection is encrypted and multiplexed; the stream is opened when it is first needed.

const protocol = '/bench/bytes/1'
const streamsMax = 8_192
/** The smallest there is: of those tried, from 256 KiB to 64 MiB, none was quicker. */
const nodeOptions = { services: {}, windowBytesMax: 262_144 }

export const libp2p: Contestant<Uint8Array> = {
  payloads: bytesPayloads,
  async listen({ take, answers }) {
    const node = await createLibp2pNode(true, nodeOptions)
    await node.handle(
      protocol,
      (stream) => receive(stream, answers ? (payload) => void sendMessage(stream, payload) : take),
      {
        maxInboundStreams: streamsMax,
        maxOutboundStreams: streamsMax,
      },
    )
    return {
      target: targetOf(node),
      broadcast: () => Promise.reject(new TypeError('streams go to one peer each')),
      close: async () => node.stop(),
    }
  },
  async createDialler(take) {
    const node = await createLibp2pNode(false, nodeOptions)
    return {
      dial: async (target) => connectionOver(await node.dial(addressOf(target)), take),
      close: async () => node.stop(),
    }
  },
}

function connectionOver(connection: LibConnection, take: Take<Uint8Array>): Connection<Uint8Array> {
  let opened: Stream | undefined
  let answered: Take<Uint8Array> = take
  async function open(): Promise<Stream> {
    const stream = await connection.newStream(protocol, { maxOutboundStreams: streamsMax })
    receive(stream, (payload) => answered(payload))
    opened = stream
    return stream
  }
  return {
    send: (payload) =>
      opened === undefined ? open().then((stream) => sendMessage(stream, payload)) : sendMessage(opened, payload),
    async ask(payload) {
      const stream = opened ?? (await open())
      return new Promise((resolve) => {
        answered = resolve
        sendMessage(stream, payload)
      })
    },
    close: () => connection.close(),
  }
}

const sendMessage = (stream: Stream, payload: Uint8Array) => write(stream, encode.single(payload))

function receive(stream: Stream, take: Take<Uint8Array>): void {
  const decoder = new LengthPrefixedDecoder()
  stream.addEventListener('message', ({ data }) => {
    for (const message of decoder.decode(data)) take(message.subarray())
  })
}
