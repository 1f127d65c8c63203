import { everySeed, simulate, simulationSeeds, slowReader } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { defaultLimits, RondoError } from '../../src/index.js'

// Point 5 of docs/security.md: one of those who are told everything reads nothing. What waits for it is bounded, it is cut by its
// deadline, and the others never notice. The same node with real sockets is in `npm run bench -- hostile`.

const receivers = process.env['RONDO_TIER'] === 'full' ? 20 : 6
const slow = 1
const { sendQueueBytesMax, sendTimeoutMs, heartbeatIntervalMs } = defaultLimits
const payloadBytes = 2_048
const everyMs = 50
const network = { latencyMs: [5, 40], loss: 0.02 } as const

/** A node tells all others 41 kB a second, and waits for nobody, until long after the deadline of the slow one. */
async function tellEverybody(seed: number, isSlow: boolean) {
  const world = simulate({ seed, peers: receivers + 1, topology: (peer) => (peer === 0 ? [] : [0]), network })
  if (isSlow) world.malicious(slow, slowReader({ framesPerSecond: 0.000_1 }))
  const slowId = world.targetOf(slow).peerId
  const tookMs: number[] = []
  const heard = new Map<number, number>()
  let refused = 0
  let told = 0
  let cut: { readonly code: string; readonly atMs: number } | undefined
  const endings: string[] = []
  world.peers[0]?.on('disconnected', ({ peerId }, { code }) => {
    if (peerId === slowId) cut ??= { code, atMs: world.nowMs }
    else if (code !== 'COORDINATOR_STOPPED') endings.push(code)
  })
  for (const [index, peer] of world.peers.entries()) {
    if (index === 0 || (isSlow && index === slow)) continue
    peer.on('message', ({ payload }) => {
      tookMs.push(world.nowMs - new DataView((payload as Uint8Array).slice().buffer).getFloat64(0))
      heard.set(index, (heard.get(index) ?? 0) + 1)
    })
  }
  const untilMs = 3 * sendTimeoutMs
  const { errors } = await world.run(async (peer, index, life) => {
    if (index !== 0) return life.sleep(untilMs + 5_000)
    while (world.nowMs < untilMs) {
      const payload = new Uint8Array(payloadBytes)
      new DataView(payload.buffer).setFloat64(0, world.nowMs)
      const isThere = peer.isConnected(slowId)
      told += 1
      peer.broadcast({ type: 'news', payload }).then(({ failed }) => {
        const error = failed.find(({ peerId }) => peerId === slowId)?.error
        if (isThere && error instanceof RondoError && error.code === 'PEER_SLOW') refused += 1
      })
      await life.sleep(everyMs)
    }
    return life.sleep(5_000)
  })
  tookMs.sort((a, b) => a - b)
  return { p99Ms: tookMs[Math.floor(tookMs.length * 0.99)]!, heard, told, refused, cut, endings, errors }
}

test('a consumer that reads nothing gets 1 MiB, is cut by its deadline, and costs the others nothing', async () => {
  await everySeed(simulationSeeds({ quick: 1, full: 20 }), async (seed) => {
    const calm = await tellEverybody(seed, false)
    const { p99Ms, heard, told, refused, cut, endings, errors } = await tellEverybody(seed, true)
    expect({ endings, errors, cut: cut?.code }).toEqual({ endings: [], errors: [], cut: 'PEER_SLOW' })

    // It stopped reading at once; senders were asked to wait when half was full, and the clock began then.
    const halfFullMs = (sendQueueBytesMax / 2 / payloadBytes) * everyMs
    expect(cut?.atMs).toBeGreaterThan(sendTimeoutMs)
    expect(cut?.atMs).toBeLessThan(halfFullMs + sendTimeoutMs + heartbeatIntervalMs)
    const acceptedBytes = ((cut?.atMs ?? 0) / everyMs - refused) * payloadBytes
    expect(refused).toBeGreaterThan(0)
    expect(acceptedBytes).toBeLessThanOrEqual(sendQueueBytesMax + 2 * payloadBytes)

    expect([...heard.values()]).toEqual(Array.from({ length: receivers - 1 }, () => told))
    expect(p99Ms / calm.p99Ms).toBeLessThanOrEqual(1.1)
  })
})
