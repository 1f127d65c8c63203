import { rounds } from '@rondo/rounds'
import { simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { die } from '../simulation/protocols.js'

// Invitations beyond what one peer may have verified are not looked at. Whoever lacks an article asks for it; but who does not know of
// a round does not know what to ask.

test('an invitation that was not looked at is asked for later', async () => {
  const world = simulate({ seed: 1, peers: 2, network: { latencyMs: 10 } })
  const definition = die('culprits')
  const terms = { setup: 6, answerMs: 20_000, deadlineMs: 5_000 }
  const { outcomes } = await world.run(async (peer, index, life) => {
    if (index === 1) {
      const limits = { invitationsPerSecond: 2, invitationsBurst: 2 }
      rounds(peer, { limits }).serve(definition, (invite) => invite.accept())
      await life.sleep(30_000)
      return []
    }
    const played = await Promise.all(
      Array.from({ length: 6 }, () => rounds(peer).start(definition, { with: world.others(0), ...terms })),
    )
    const ended = await Promise.all(played.map(({ outcome }) => outcome))
    return ended.map(({ status }) => status)
  })
  expect(outcomes[0]).toEqual(Array.from({ length: 6 }, () => 'completed'))
})
