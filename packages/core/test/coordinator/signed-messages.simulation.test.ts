import { createSeededRandom } from '@rondo/testkit/memory'
import { everySeed, simulate, simulationSeeds, type World } from '@rondo/testkit/simulator'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { defineProtocol, message, request, verifyMessage } from '../../src/index.js'

// Signed and unsigned messages, broadcasts and questions among peers whose links are cut at any moment: a message may be here and
// its signature not yet.

const talk = defineProtocol({
  name: 'talk',
  messages: {
    vow: message({ payload: v.number(), signed: true }),
    chat: message({ payload: v.number() }),
    ask: request({ payload: v.number(), reply: v.number() }),
  },
})

interface Heard {
  readonly number: number
  readonly signature: Uint8Array | undefined
}

interface Story {
  /** By whom, in the order in which it came. */
  readonly heard: Map<string, Heard[]>
  readonly answers: number[]
  cuts: number
}

const sent = 40

function listen(world: World, index: number): Story {
  const story: Story = { heard: new Map(), answers: [], cuts: 0 }
  const peer = world.peers[index]
  const hear = (from: string, number: number, signature?: Uint8Array): void => {
    const heard = story.heard.get(from) ?? []
    story.heard.set(from, heard)
    heard.push({ number, signature })
  }
  peer?.registerProtocol(
    talk.handler({
      vow: (number, { from, signature }) => hear(from.peerId, number, signature),
      chat: (number, { from }) => hear(from.peerId, number),
      ask(number, { from }) {
        hear(from.peerId, number)
        return number
      },
    }),
  )
  peer?.on('interrupted', () => {
    story.cuts += 1
  })
  return story
}

test('whatever is cut between a message and its seal, each comes once, in order, and shows its signature', async () => {
  let cuts = 0
  await everySeed(simulationSeeds({ quick: 60, full: 3_000 }), async (seed) => {
    const random = createSeededRandom(seed)
    const peers = random() < 0.7 ? 2 : 3
    const minMs = random() * 10
    const world = simulate({ seed, peers, network: { latencyMs: [minMs, minMs + random() * 40] } })
    const pauseMs = 1 + random() * 10
    for (let cut = 0; cut < 2 + random() * 6; cut += 1) world.at(random() * sent * pauseMs).sever()
    const stories = world.peers.map((_, index) => listen(world, index))
    const { errors } = await world.run(async (peer, index) => {
      const client = talk.client(peer)
      const others = world.others(index)
      const asked: Promise<number>[] = []
      for (let number = 0; number < sent; number += 1) {
        const how = random()
        for (const to of how < 0.8 ? others : []) {
          if (how < 0.4) void client.send(to, 'vow', number)
          else if (how < 0.6) void client.send(to, 'chat', number)
          else asked.push(client.request(to, 'ask', number, { timeoutMs: 600_000 }))
        }
        if (how >= 0.8) void client.broadcast('vow', number, { to: others })
        if (random() < 0.5) await world.sleep(pauseMs)
      }
      stories[index]?.answers.push(...(await Promise.all(asked)))
      await world.sleep(60_000)
    })
    expect(errors).toEqual([])
    const numbers = Array.from({ length: sent }, (_, number) => number)
    for (const [index, { heard }] of stories.entries()) {
      for (const from of world.others(index)) {
        const story = heard.get(from) ?? []
        expect(story.map(({ number }) => number)).toEqual(numbers)
        for (const { number, signature } of story.slice(0, 10)) {
          if (signature === undefined) continue
          const verdict = await verifyMessage(signature, { expect: { author: from, protocol: 'talk', type: 'vow' } })
          expect(verdict).toMatchObject({ ok: true, payload: { value: number } })
        }
      }
    }
    cuts += stories.reduce((sum, story) => sum + story.cuts, 0)
  })
  expect(cuts).toBeGreaterThan(0)
})
