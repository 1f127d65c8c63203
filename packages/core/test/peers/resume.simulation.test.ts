import { everySeed, simulate, simulationSeeds } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'

// Two peers, links that are cut at any moment: what was sent arrives once, in order, whatever the network does.

interface Story {
  readonly heard: readonly unknown[]
  readonly events: readonly string[]
}

async function tellStory(
  seed: number,
  cuts: number,
): Promise<{ readonly stories: readonly Story[]; readonly sent: number }> {
  const world = simulate({ seed, peers: 2, network: { latencyMs: [1, 40] } })
  const sent = 200
  for (let cut = 0; cut < cuts; cut += 1) world.at(37 + 150 * cut + (seed % 29) * 5).sever(0, 1)
  const { outcomes } = await world.run(async (peer) => {
    const heard: unknown[] = []
    const events: string[] = []
    peer.on('message', ({ payload }) => heard.push(payload))
    for (const name of ['interrupted', 'resumed', 'disconnected'] as const) peer.on(name, () => events.push(name))
    const other = peer.getConnectedPeers()[0]?.peerId
    if (other === undefined) throw new Error('not connected')
    for (let count = 0; count < sent; count += 1) {
      await peer.sendTo(other, { type: 'count', payload: count })
      await world.sleep(5 + (count % 7))
    }
    await world.sleep(20_000)
    return { heard: [...heard], events: [...events] }
  })
  return { stories: outcomes as never, sent }
}

test('whatever is cut, everything arrives once and in order, both ways', async () => {
  await everySeed(simulationSeeds({ quick: 50, full: 10_000 }), async (seed) => {
    const { stories, sent } = await tellStory(seed, 1 + (seed % 6))
    for (const { heard, events } of stories) {
      expect(events).not.toContain('disconnected')
      expect(heard).toEqual(Array.from({ length: sent }, (_, index) => index))
    }
  })
})
