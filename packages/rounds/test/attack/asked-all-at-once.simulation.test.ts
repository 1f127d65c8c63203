import { defineRounds, rounds, schemaOf } from '@rondo/rounds'
import { accept } from '@rondo/rounds/testing'
import { simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { bytesOfHex } from '../../src/hex.js'

// A question takes 55 bytes, and its answer may be all that was said in a round.

const anything = schemaOf((_): _ is unknown => true, 'anything')
const large = defineRounds({ name: 'large', setup: anything })
  .phase('say', { contribution: anything, bytesMax: 524_288, contribute: () => new Uint8Array(400_000) })
  .result((view) => view.all('say').length)

test('many questions at once are answered once, and the answer is whole', async () => {
  const world = simulate({ seed: 1, peers: 5, network: { latencyMs: 20 } })
  const terms = { setup: 6, answerMs: 5_000, deadlineMs: 20_000 }
  const { outcomes } = await world.run(async (peer, index, life) => {
    if (index > 0) {
      const outcome = await rounds(peer).serve(large, accept).next()
      await life.sleep(2_000)
      if (index > 1) return outcome.status
      const room = bytesOfHex(outcome.account.room)
      const payload = { room, offset: 0, held: new Uint8Array(0) }
      const before = world.trace.length
      for (let ask = 0; ask < 20; ask += 1)
        await peer.sendTo(world.targetOf(0).peerId, { protocol: 'rounds', type: 'ask', payload })
      await life.sleep(5_000)
      const tail = world.trace.tail.slice(-Math.min(256, world.trace.length - before))
      return tail.filter((event) => event.peer === 1 && event.detail.startsWith('rounds articles')).length
    }
    const round = await rounds(peer).start(large, { with: world.others(0), ...terms })
    const { status } = await round.outcome
    await life.sleep(10_000)
    return status
  })
  const [host, answers] = outcomes
  expect(host).toBe('completed')
  // Two megabytes, a contribution each: more than a session takes at once.
  expect(answers).toBe(5)
})
