import { simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'

const limits = { heartbeatIntervalMs: 2_000, heartbeatTimeoutMs: 5_000, sessionRecoverableMs: 5_000 }

test('a session that is lost while its claim is answered stays lost, and the peers come together anew', async () => {
  let lost = 0
  // The moment in question lies between the claim and its answer, a tenth of a second: one of these hits it.
  for (let healMs = 10_000; healMs < 13_000; healMs += 40) {
    const world = simulate({ seed: 1, peers: 2, network: { latencyMs: 50 }, limits })
    world.at(1_000).partition([0], [1]).at(healMs).heal()
    const { outcomes } = await world.run(async (peer, index, life) => {
      const heard: unknown[] = []
      peer.on('message', ({ payload }) => heard.push(payload))
      peer.on('disconnected', (_, { code }) => {
        if (code === 'SESSION_LOST' || code === 'SESSION_RESUME_REFUSED') lost += 1
      })
      await life.sleep(18_000)
      const target = world.targetOf(1 - index)
      await peer.connectToPeer(target)
      await life.sleep(1_000)
      await peer.sendTo(target.peerId, { type: 'note', payload: index })
      await life.sleep(1_000)
      return heard
    })
    expect(outcomes, `healed at ${healMs} ms`).toEqual([[1], [0]])
  }
  expect(lost).toBeGreaterThan(0)
})
