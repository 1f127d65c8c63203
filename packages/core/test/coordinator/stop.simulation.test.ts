import { createSeededRandom } from '@rondo/testkit/memory'
import { everySeed, simulate, simulationSeeds, type World } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { type Coordinator, type PeerId, type PeerInfo, type ProtocolHandler, RondoError } from '../../src/index.js'

// Nodes that are stopped in the middle of everything: dials, handshakes, requests, handlers, full queues. The simulator itself
// finds timers that outlive their node.

const limits = {
  heartbeatIntervalMs: 1_500,
  heartbeatTimeoutMs: 4_500,
  handshakeTimeoutMs: 2_000,
  probeTimeoutMs: 300,
  handlersPerPeerMax: 3,
  sendQueueBytesMax: 20_000,
}

type Random = () => number

/** A handler that takes its time, and notes where it is told of peers out of turn. */
function createSlowHandler(world: World, random: Random, breaches: string[]): ProtocolHandler {
  const present = new Set<PeerId>()
  return {
    protocolName: 'slow',
    async handleMessage() {
      await world.sleep(random() * 500)
      return new Uint8Array(random() * 2_000)
    },
    onPeerConnected({ peerId }: PeerInfo) {
      if (present.has(peerId)) breaches.push('told twice that a peer came')
      present.add(peerId)
    },
    onPeerDisconnected({ peerId }: PeerInfo) {
      if (!present.delete(peerId)) breaches.push('told of the end of a peer that never came')
    },
  }
}

function noteWhatComesAfterTheEnd(peer: Coordinator, breaches: string[]): void {
  for (const event of ['connected', 'disconnected', 'message'] as const) {
    peer.on(event, () => {
      if (peer.state === 'stopped') breaches.push(`${event} after the stop`)
    })
  }
}

/** Aborts after a while. */
function abortLater(world: World, ms: number): AbortSignal {
  const controller = new AbortController()
  void world.sleep(ms).then(() => controller.abort(new Error('no longer wanted')))
  return controller.signal
}

/** Does one thing or another to one peer or another, and waits for none of it. */
function doSomething(world: World, peer: Coordinator, to: number, random: Random): Promise<unknown> {
  const { peerId, addresses } = world.targetOf(to)
  const signal = random() < 0.3 ? abortLater(world, random() * 300) : undefined
  const payload = new Uint8Array(random() * 3_000)
  const message = { protocol: 'slow', type: 'say', payload }
  const act = random()
  if (act < 0.3) return peer.connectToPeer({ peerId, addresses: ['memory:nobody', ...addresses] }, { signal })
  if (act < 0.6) return peer.request(peerId, message, { signal, timeoutMs: random() * 1_000 })
  if (act < 0.7) return peer.requestMany([peerId], message, { timeoutMs: 200 })
  if (act < 0.97) return peer.sendTo(peerId, message)
  return peer.disconnectFromPeer(peerId)
}

function addTrouble(world: World, random: Random): void {
  for (let trouble = 0; trouble < 3; trouble += 1) {
    const now = world.at(random() * 2_000)
    const kind = random()
    if (kind < 0.3) now.sever()
    else if (kind < 0.7)
      now
        .partition([0], [1, 2])
        .at(random() * 3_000)
        .heal()
    else now.suspend(Math.floor(random() * 3), random() * 3_000)
  }
}

test('a node that is stopped at any moment leaves nothing open, and tells nothing afterwards', async () => {
  await everySeed(simulationSeeds({ quick: 80, full: 5_000 }), async (seed) => {
    const random = createSeededRandom(seed)
    const network = { latencyMs: [0, random() * 100] as const, loss: random() * 0.2, highWaterBytes: 5_000 }
    const world = simulate({ seed, peers: 3, topology: 'none', limits, network })
    const breaches: string[] = []
    const rejections: unknown[] = []
    addTrouble(world, random)
    const { errors } = await world.run(async (peer, index) => {
      noteWhatComesAfterTheEnd(peer, breaches)
      peer.registerProtocol(createSlowHandler(world, random, breaches))
      const stopAtMs = random() * 3_000
      while (world.nowMs < stopAtMs) {
        const to = Math.floor(random() * 3)
        if (to === index) await world.sleep(random() * 50)
        else void doSomething(world, peer, to, random).catch((reason) => rejections.push(reason))
      }
      await peer.stop()
      await world.sleep(20_000 - world.nowMs)
      expect(peer.getStats()).toMatchObject({ peers: 0, connections: 0 })
    })
    expect(breaches).toEqual([])
    expect(errors.map(({ error }) => error.code).filter((code) => code !== 'PEER_SLOW')).toEqual([])
    expect(rejections.filter((reason) => !(reason instanceof Error))).toEqual([])
    expect(rejections.filter((reason) => reason instanceof RondoError).length).toBeGreaterThan(0)
  })
})
