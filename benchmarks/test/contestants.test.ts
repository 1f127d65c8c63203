import { describe, expect, test } from 'vitest'
import type { Contestant } from '../src/contestants/contestant.ts'
import { fold } from '../src/contestants/payload-kind.ts'
import { createSink } from '../src/ends/sink.ts'

// A few messages through each contestant that is another's library, and through Rondo's stream, both ends in one process: that
// they arrive as they were sent, and that questions are answered.

const messages = 20

const contestants: Readonly<Record<string, () => Promise<Contestant<Uint8Array>>>> = {
  'rondo-stream': async () => (await import('../src/contestants/rondo-stream.ts')).createRondoStream('ws'),
  'rondo-signed': async () => (await import('../src/contestants/rondo-signed.ts')).createRondoSigned('ws'),
  'raw-ws': async () => (await import('../src/contestants/raw-ws.ts')).rawWs,
  'raw-ws-coalesced': async () => (await import('../src/contestants/raw-ws-coalesced.ts')).rawWsCoalesced,
  'raw-ws-1MiB': async () => (await import('../src/contestants/raw-ws-1mib.ts')).rawWs1MiB,
  'socket.io': async () => (await import('../src/contestants/socket-io.ts')).socketIo,
  libp2p: async () => (await import('../src/contestants/libp2p.ts')).libp2p,
  'libp2p-stream': async () => (await import('../src/contestants/libp2p-stream.ts')).libp2pStream,
  'gossipsub-strictsign': async () => (await import('../src/contestants/gossipsub-strictsign.ts')).gossipsubStrictSign,
}
const asking = ['rondo-stream', 'raw-ws', 'raw-ws-1MiB', 'socket.io', 'libp2p', 'libp2p-stream']
/** js-libp2p needs Node 22. */
const names = Object.keys(contestants).filter((name) => 'withResolvers' in Promise || !/libp2p|gossipsub/.test(name))

async function load(name: string): Promise<Contestant<Uint8Array>> {
  const contestant = await contestants[name]?.()
  if (contestant === undefined) throw new TypeError(`no contestant ${name}`)
  return contestant
}

describe('a contestant delivers what is sent, in order and unchanged', () => {
  test.each(names)('%s', async (name) => {
    const { payloads, listen, createDialler } = await load(name)
    const sink = createSink(payloads)
    const server = await listen({ take: sink.lane(), answers: false })
    const dialler = await createDialler(() => {})
    const connection = await dialler.dial(server.target)
    let digest = 0
    for (let index = 0; index < messages; index += 1) {
      await connection.send(payloads.at(index))
      digest = fold(digest, payloads.digestAt(index))
    }
    await sink.commands.settle({ count: messages, digest })
    await connection.close()
    await dialler.close()
    await server.close()
  })
})

describe('a contestant answers', () => {
  test.each(names.filter((name) => asking.includes(name)))('%s', async (name) => {
    const { payloads, questions = payloads, listen, createDialler } = await load(name)
    const server = await listen({ take: () => {}, answers: questions === payloads })
    const dialler = await createDialler(() => {})
    const connection = await dialler.dial(server.target)
    for (const index of [0, 1]) {
      expect(questions.digest(await connection.ask(questions.at(index)))).toBe(questions.digestAt(index))
    }
    await connection.close()
    await dialler.close()
    await server.close()
  })
})

test('bare ws makes all who send at once wait for the same', async () => {
  const many = 100_000
  const { payloads, listen, createDialler } = await load('raw-ws')
  const sink = createSink(payloads)
  const server = await listen({ take: sink.lane(), answers: false })
  const connection = await (await createDialler(() => {})).dial(server.target)
  let digest = 0
  const waits = new Set<unknown>()
  for (let index = 0; index < many; index += 1) {
    waits.add(connection.send(payloads.at(index)))
    digest = fold(digest, payloads.digestAt(index))
  }
  expect([2, 3]).toContain(waits.size)
  await Promise.all(waits)
  await sink.commands.settle({ count: many, digest })
  await connection.close()
  await server.close()
})
