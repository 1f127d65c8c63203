import { simulate, type Topology } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'

// A thousand peers in one process that do nothing but live: what they cost is their heartbeats.

const isFull = process.env['RONDO_TIER'] === 'full'
const peers = 1_000
const idleMs = isFull ? 600_000 : 60_000
const heartbeatIntervalMs = 15_000
/** A thousand handshakes are work, and the machine may have other things to do. */
const timeout = isFull ? 600_000 : 120_000

async function idle(topology: Topology) {
  const world = simulate({ seed: 1, peers, topology, network: { latencyMs: [5, 80] }, eventsMax: 10_000_000 })
  let ended = 0
  for (const peer of world.peers) {
    peer.on('disconnected', (_, { code }) => {
      if (code !== 'COORDINATOR_STOPPED') ended += 1
    })
  }
  const { outcomes, errors, trace } = await world.run(async (peer, _, life) => {
    const connectedBefore = peer.getConnectedPeers().length
    await life.sleep(idleMs)
    return { connectedBefore, connectedAfter: peer.getConnectedPeers().length, refused: peer.getStats().refused }
  })
  return { ended, outcomes, errors, events: trace.length }
}

test('1,000 peers in a ring idle for minutes, nobody is lost, and a link costs a few frames a heartbeat', {
  timeout,
}, async () => {
  const { ended, outcomes, errors, events } = await idle('ring')
  const wanted = { connectedBefore: 2, connectedAfter: 2, refused: {} }
  expect(outcomes).toEqual(Array.from({ length: peers }, () => wanted))
  expect([ended, errors]).toEqual([0, []])
  // A link and interval: a ping and a pong from both ends at most, each sent and received, and as much again for what else a
  // session may have to say; and some to connect and to part.
  const heartbeats = Math.ceil(idleMs / heartbeatIntervalMs)
  expect(events).toBeLessThan(peers * (16 * heartbeats + 40))
  expect(events).toBeGreaterThan(peers * 2 * heartbeats)
})

test.runIf(isFull)(
  '1,000 peers with six connections each idle for ten minutes, and nobody is lost',
  { timeout },
  async () => {
    const { ended, outcomes, errors } = await idle((index) => [1, 10, 100].map((step) => (index + step) % peers))
    const wanted = { connectedBefore: 6, connectedAfter: 6, refused: {} }
    expect(outcomes).toEqual(Array.from({ length: peers }, () => wanted))
    expect([ended, errors]).toEqual([0, []])
  },
)
