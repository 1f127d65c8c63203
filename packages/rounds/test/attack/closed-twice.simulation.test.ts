import { rounds } from '@rondo/rounds'
import { accept } from '@rondo/rounds/testing'
import { simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { die } from '../simulation/protocols.js'

test('who closes what it served a second time does not close what is served since then', async () => {
  const world = simulate({ seed: 1, peers: 2, network: { latencyMs: 10 } })
  const definition = die('culprits')
  const { outcomes } = await world.run(async (peer, index) => {
    if (index === 1) {
      const before = rounds(peer).serve(definition, accept)
      before.close()
      const served = rounds(peer).serve(definition, accept)
      before.close()
      return (await served.next()).status
    }
    const terms = { with: world.others(0), setup: 6, answerMs: 1_000, deadlineMs: 1_000 }
    return (await (await rounds(peer).start(definition, terms)).outcome).status
  })
  expect(outcomes).toEqual(['completed', 'completed'])
})
