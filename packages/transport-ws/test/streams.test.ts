import { createHash, randomBytes } from 'node:crypto'
import { createCoordinator, generateIdentity, type Stream } from '@rondo/core'
import { expect, test } from 'vitest'
import { webSocket } from '../src/index.js'
import { watchSockets } from './sockets.js'

// A transfer over real sockets, whose cable is pulled in the middle.

const bytesEach = 8 * 1_048_576

async function digestOf(stream: Stream): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of stream) hash.update(chunk)
  return hash.digest('hex')
}

function createNode() {
  return createCoordinator({
    identity: generateIdentity(),
    transports: [webSocket()],
    limits: { reconnectDelayMs: 10 },
  })
}

test('bytes go both ways at once, exactly, and outlive their socket', async () => {
  const sockets = watchSockets()
  const [server, client] = [createNode(), createNode()]
  const [upwards, downwards] = [randomBytes(bytesEach), randomBytes(bytesEach)]
  const arrived: string[] = []
  try {
    server.registerProtocol({
      protocolName: 'files',
      handleMessage: () => undefined,
      async handleStream(_message, stream) {
        const sending = stream.send(downwards)
        arrived.push(await digestOf(stream))
        await sending
      },
    })
    const { addresses } = await server.listen('ws://127.0.0.1:0')
    await client.connectToPeer({ peerId: server.peerId, addresses })
    let resumed = 0
    client.on('resumed', () => {
      resumed += 1
    })
    let isPulled = false
    const pull = ({ bytesTaken }: { readonly bytesTaken: number }): void => {
      if (isPulled || bytesTaken < bytesEach / 2) return
      isPulled = true
      sockets.sever()
    }
    const message = { protocol: 'files', type: 'exchange', payload: undefined }
    const stream = await client.openStream(server.peerId, message, { onProgress: pull })
    const [digest] = await Promise.all([digestOf(stream), stream.send(upwards)])
    arrived.push(digest)
    const sent = [upwards, downwards].map((bytes) => createHash('sha256').update(bytes).digest('hex'))
    expect(arrived).toEqual(sent)
    expect(resumed).toBe(1)
  } finally {
    sockets.stop()
    await Promise.all([client.stop(), server.stop()])
  }
})
