import { rounds } from '@rondo/rounds'
import { endedWell, everyHonestPeer } from '@rondo/rounds/testing'
import { isAbsent, simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { die } from './protocols.js'

const lifetimeMs = 60_000

/** Peer 1's clock is ahead by so much when peer 0 invites it. */
async function playAhead(aheadMs: number): Promise<readonly string[]> {
  const world = simulate({ seed: 1, peers: 3, network: { latencyMs: 100 } })
  world.at(0).jumpClock(1, aheadMs)
  const definition = die('culprits')
  const terms = { setup: 6, minimum: 2, answerMs: 2_000, deadlineMs: 1_000, lifetimeMs }
  const { outcomes } = await world.run(async (peer, index, life) => {
    if (index > 0) {
      const never = life.sleep(30_000).then(() => undefined)
      const served = rounds(peer).serve(definition, (invite) => invite.accept())
      return Promise.race([served.next(), never])
    }
    await life.sleep(100)
    const round = await rounds(peer).start(definition, { with: world.others(0), ...terms })
    return round.outcome
  })
  expect(everyHonestPeer(outcomes, (outcome) => outcome === undefined || endedWell(outcome))).toBe(true)
  return outcomes.map((outcome) => {
    if (outcome === undefined || isAbsent(outcome)) return 'nothing'
    return outcome.status === 'completed' ? 'completed' : outcome.reason
  })
}

test('a clock that is ahead by less than a round is good for does no harm', async () => {
  expect(await playAhead(lifetimeMs / 2)).toEqual(['completed', 'completed', 'completed'])
  expect(await playAhead(-lifetimeMs * 10)).toEqual(['completed', 'completed', 'completed'])
})

test('to a clock that is far ahead the invitation has expired: that member takes no part', async () => {
  expect(await playAhead(lifetimeMs * 2)).toEqual(['completed', 'nothing', 'completed'])
})

test('a round that expires here before it is over ends here', async () => {
  const [, ahead] = await playAhead(lifetimeMs - 700)
  expect(ahead).not.toBe('nothing')
})
