import { createSeededRandom } from '@rondo/testkit/memory'
import { everySeed, simulate, simulationSeeds } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'

// A session changes its link while messages flow both ways: make before break.

/** How many messages each end sends, and how they arrived. */
const count = 150
const inOrder = Array.from({ length: count }, (_, index) => index)

interface Story {
  readonly heard: unknown[]
  readonly endings: string[]
  moves: number
}

test('a session that moves while both ends send loses nothing, repeats nothing and keeps its order', async () => {
  await everySeed(simulationSeeds({ quick: 60, full: 10_000 }), async (seed) => {
    const random = createSeededRandom(seed)
    const world = simulate({ seed, peers: 2, network: { latencyMs: [1, 5 + random() * 200] } })
    const movers = random() < 0.7 ? [0] : [0, 1]
    const stories = [0, 1].map((): Story => ({ heard: [], endings: [], moves: 0 }))
    const { errors } = await world.run(async (peer, index) => {
      const story = stories[index] ?? { heard: [], endings: [], moves: 0 }
      const { heard, endings } = story
      peer.on('message', ({ payload }) => heard.push(payload))
      peer.on('disconnected', (_, { code }) => endings.push(code))
      const target = world.targetOf(1 - index)
      const moving = async (): Promise<void> => {
        while (movers.includes(index) && heard.length < count) {
          await world.sleep(50 + random() * 400)
          await peer.movePeer(target).then(
            () => {
              story.moves += 1
            },
            () => {},
          )
        }
      }
      const sending = async (): Promise<void> => {
        for (const payload of inOrder) {
          await peer.sendTo(target.peerId, { type: 'count', payload })
          await world.sleep(random() * 20)
        }
      }
      await Promise.all([moving(), sending()])
      await world.sleep(20_000)
      expect([seed, endings, heard]).toEqual([seed, [], inOrder])
    })
    expect(errors).toEqual([])
    expect(stories.reduce((sum, { moves }) => sum + moves, 0)).toBeGreaterThan(0)
  })
})
