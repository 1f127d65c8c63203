import { rounds } from '@rondo/rounds'
import { accept } from '@rondo/rounds/testing'
import { simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { otherStatement } from '../../src/testing/malice/alter.js'
import { createOnce } from '../../src/testing/malice/once.js'
import { roundMalice } from '../../src/testing/malice/round-malice.js'
import { die } from '../simulation/protocols.js'

// Two statements in one place convict, and a third is not kept. Who gives each of two members another pair has each lack what the other
// holds, for good: they would ask each other for as long as the round is kept, and in the end hear each other no more.

/** Another pair for everybody. */
const pairs = () =>
  roundMalice('pairs', ({ random, note }) => {
    const others = createOnce<readonly Uint8Array[]>()
    return {
      async say(said, peer, desk) {
        const { article } = said
        if (said.type !== 'confirm' || article.author !== desk.me) return undefined
        note('paired', peer)
        return others(`${article.hash} ${peer}`, async () => [
          await desk.sign(otherStatement(said, random)),
          await desk.sign(otherStatement(said, random)),
        ])
      },
    }
  })

test('members that hold what the others refuse ask each other a few times, and then no more', async () => {
  const world = simulate({ seed: 1, peers: 3, network: { latencyMs: 60 } })
  world.malicious(2, pairs())
  const definition = die('culprits')
  const terms = { setup: 6, minimum: 2, answerMs: 2_000, deadlineMs: 1_000 }
  const { outcomes } = await world.run(async (peer, index, life) => {
    const mine =
      index > 0
        ? rounds(peer).serve(definition, accept).next()
        : (await rounds(peer).start(definition, { with: world.others(0), ...terms })).outcome
    const outcome = await mine
    await life.sleep(5_000)
    // The liar is gone: what follows is between the two others.
    if (index === 2) await peer.stop()
    await life.sleep(1_000)
    const before = world.trace.length
    await life.sleep(10_000)
    return { status: outcome.status, events: world.trace.length - before }
  })
  for (const outcome of outcomes.slice(0, 2)) expect(outcome).toMatchObject({ status: 'aborted' })
  for (const outcome of outcomes.slice(0, 2)) expect('events' in outcome && outcome.events).toBeLessThan(200)
})
