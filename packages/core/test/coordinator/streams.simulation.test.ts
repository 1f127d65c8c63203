import { createSeededRandom } from '@rondo/testkit/memory'
import { everySeed, simulate, simulationSeeds } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { type Coordinator, type PeerId, RondoError, type Stream } from '../../src/index.js'
import { readAll, someBytes } from '../streams/stream-ends.js'

// Streams between peers whose links are cut, moved and slow, with messages and requests in between: every byte arrives once, in
// order, or the stream says why not.

const limits = {
  streamWindowBytes: 40_000,
  streamChunkBytesMax: 7_000,
  sendQueueBytesMax: 150_000,
  reconnectDelayMs: 50,
}
const message = { protocol: 'files', type: 'echo', payload: undefined }

/** What may become of a stream whose other end is on its way out. */
const failures = ['PEER_DISCONNECTED', 'PEER_NOT_CONNECTED', 'STREAM_ABORTED']

function otherOf(peer: Coordinator): PeerId {
  const other = peer.getConnectedPeers()[0]?.peerId
  if (other === undefined) throw new Error('not connected')
  return other
}

function serveEcho(peer: Coordinator): void {
  peer.registerProtocol({
    protocolName: 'files',
    handleMessage: ({ payload }) => payload,
    handleStream: (_message, stream) => stream.send(stream),
  })
}

/** Writes in pieces of all sizes, and ends. */
async function writeInPieces(stream: Stream, bytes: Uint8Array, random: () => number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const piece = bytes.subarray(at, at + 1 + Math.floor(random() ** 3 * 30_000))
    await stream.write(piece)
    at += piece.length
  }
  await stream.end()
}

test('bytes come back exactly and in order, and so do messages and answers, however often the link is cut or moved', async () => {
  let resumed = 0
  await everySeed(simulationSeeds({ quick: 30, full: 1_000 }), async (seed) => {
    const random = createSeededRandom(seed)
    const network = {
      latencyMs: [1, 1 + random() * 60] as const,
      bandwidthBytesPerSecond: 100_000 + random() * 2_000_000,
      highWaterBytes: 1_000 + Math.floor(random() * 100_000),
    }
    const world = simulate({ seed, peers: 2, limits, network })
    for (let cut = 0; cut < 1 + (seed % 6); cut += 1) world.at(30 + random() * 1_200).sever(0, 1)
    const { errors } = await world.run(async (peer, index, life) => {
      serveEcho(peer)
      const heard: unknown[] = []
      peer.on('message', ({ type, payload }) => type === 'count' && heard.push(payload))
      peer.on('resumed', () => {
        resumed += 1
      })
      const other = otherOf(peer)
      while (!peer.getPeer(other)?.protocols.has('files')) await life.sleep(20)
      const transfer = async (size: number): Promise<void> => {
        const stream = await peer.openStream(other, message)
        const sent = someBytes(size, seed + size)
        const [back] = await Promise.all([readAll(stream), writeInPieces(stream, sent, random)])
        expect(Buffer.compare(back, sent)).toBe(0)
      }
      const talk = async (): Promise<void> => {
        for (let count = 0; count < 20; count += 1) {
          await peer.sendTo(other, { type: 'count', payload: count })
          expect(await peer.request(other, { ...message, type: 'ask', payload: count })).toBe(count)
          if (index === 0 && count === 10 && seed % 3 === 0) await peer.movePeer(world.targetOf(1)).catch(() => {})
        }
      }
      await Promise.all([transfer(50_000 + Math.floor(random() * 200_000)), transfer(1_000), transfer(0), talk()])
      while (heard.length < 20) await life.sleep(50)
      expect(heard).toEqual(Array.from({ length: 20 }, (_, number) => number))
      await life.sleep(10_000)
    })
    expect(errors).toEqual([])
  })
  expect(resumed).toBeGreaterThan(0)
})

test('a stream whose peer crashes, stops or gives up at any moment settles on the other end, with a code and a true beginning', async () => {
  await everySeed(simulationSeeds({ quick: 30, full: 1_000 }), async (seed) => {
    const random = createSeededRandom(seed)
    const network = { latencyMs: [1, 40] as const, bandwidthBytesPerSecond: 500_000 }
    const world = simulate({ seed, peers: 2, limits: { ...limits, sessionRecoverableMs: 2_000 }, network })
    const endAtMs = 20 + random() * 500
    const end = (['crash', 'stop', 'disconnect', 'abort'] as const)[seed % 4]
    if (end === 'crash') world.at(endAtMs).crash(1)
    if (seed % 5 === 0) world.at(endAtMs * random()).sever(0, 1)
    const { errors } = await world.run(async (peer, index, life) => {
      serveEcho(peer)
      const other = otherOf(peer)
      if (index === 1) {
        await life.sleep(endAtMs)
        if (end === 'stop') await peer.stop()
        if (end === 'disconnect') await peer.disconnectFromPeer(other)
        await life.sleep(30_000)
        return
      }
      while (peer.getPeer(other)?.protocols.has('files') === false) await life.sleep(5)
      const giveUp = new AbortController()
      if (end === 'abort') void life.sleep(endAtMs).then(() => giveUp.abort(new Error('enough')))
      const sent = someBytes(2_000_000, seed)
      const openedAtMs = world.nowMs
      let read = 0
      try {
        const stream = await peer.openStream(other, message, { signal: giveUp.signal })
        stream.send(sent).catch(() => {})
        for await (const chunk of stream) {
          expect(Buffer.compare(chunk, sent.subarray(read, read + chunk.length))).toBe(0)
          read += chunk.length
        }
      } catch (error) {
        if (error instanceof RondoError) expect(failures).toContain(error.code)
        else expect(error).toBe(giveUp.signal.reason)
      }
      // A session that began afterwards knows nothing of the end.
      if (openedAtMs < endAtMs) expect(read).toBeLessThan(sent.length)
      await life.sleep(30_000)
    })
    expect(errors).toEqual([])
  })
})
