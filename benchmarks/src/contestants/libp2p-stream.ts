import type { Connection as LibConnection, Stream } from '@libp2p/interface'
import { bytesPayloads } from './bytes-payloads.ts'
import type { Connection, Contestant } from './contestant.ts'
import { addressOf, createLibp2pNode, targetOf, write } from './libp2p-node.ts'
import { createPieceReader, piecePayloads } from './piece-payloads.ts'

// js-libp2p with a stream of plain bytes, read in the stream's message event, and with questions on a second stream of the same connection.

const transferProtocol = '/bench/transfer/1'
const questionProtocol = '/bench/question/1'
/** With the 16 MiB of its default a transfer is a tenth quicker, and a question beside it takes a second. */
const nodeOptions = { services: {}, windowBytesMax: 1_048_576 }

export const libp2pStream: Contestant<Uint8Array> = {
  payloads: piecePayloads,
  questions: bytesPayloads,
  async listen({ take }) {
    const node = await createLibp2pNode(true, nodeOptions)
    await node.handle(transferProtocol, (stream) => receive(stream, createPieceReader(take)))
    await node.handle(questionProtocol, (stream) => receive(stream, (question) => void stream.send(question)))
    return {
      target: targetOf(node),
      broadcast: () => Promise.reject(new TypeError('streams go to one peer each')),
      close: async () => node.stop(),
    }
  },
  async createDialler() {
    const node = await createLibp2pNode(false, nodeOptions)
    return {
      dial: async (target) => connectionOver(await node.dial(addressOf(target))),
      close: async () => node.stop(),
    }
  },
}

async function connectionOver(connection: LibConnection): Promise<Connection<Uint8Array>> {
  const transfer = await connection.newStream(transferProtocol)
  const questions = await connection.newStream(questionProtocol)
  let answered: ((answer: Uint8Array) => void) | undefined
  receive(questions, (answer) => answered?.(answer))
  return {
    send: (piece) => write(transfer, piece),
    ask: (question) =>
      new Promise((resolve) => {
        answered = resolve
        questions.send(question)
      }),
    close: () => connection.close(),
  }
}

/** A question of 200 bytes fits into one frame of yamux, so it comes in one portion. */
function receive(stream: Stream, take: (portion: Uint8Array) => void): void {
  stream.addEventListener('message', ({ data }) => {
    if (data instanceof Uint8Array) take(data)
    else for (const portion of data) take(portion)
  })
}
