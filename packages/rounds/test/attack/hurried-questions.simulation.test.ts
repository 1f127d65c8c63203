import { rounds } from '@rondo/rounds'
import { accept, withholdLast } from '@rondo/rounds/testing'
import { simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { die } from '../simulation/protocols.js'

// Whoever has confirmed goes on to ask, for as long as the round is good for. A host that gives phases a few milliseconds would have
// it ask all that time as fast as its clock rings.

test('who waits for the end of a hurried round asks at its own pace', async () => {
  const world = simulate({ seed: 1, peers: 3, network: { latencyMs: 5 } })
  world.malicious(2, withholdLast())
  const definition = die('culprits')
  const terms = { setup: 6, answerMs: 500, deadlineMs: 40, lifetimeMs: 60_000 }
  const { outcomes } = await world.run(async (peer, index, life) => {
    const outcome =
      index > 0
        ? await rounds(peer).serve(definition, accept).next()
        : await (await rounds(peer).start(definition, { with: world.others(0), ...terms })).outcome
    if (index === 2) await peer.stop()
    await life.sleep(1_000)
    const before = world.trace.length
    await life.sleep(10_000)
    return { outcome, events: world.trace.length - before }
  })
  const [host] = outcomes
  expect(host).toMatchObject({ outcome: { status: 'aborted', mayBeCompleted: true } })
  expect(host !== undefined && 'events' in host && host.events).toBeLessThan(300)
})
