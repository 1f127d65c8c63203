import { decodeTranscript, type Round, rounds } from '@rondo/rounds'
import { simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { bytesOfHex } from '../../src/hex.js'
import { die } from '../simulation/protocols.js'

// An answer stands in a place that one life fills once. Whoever can have a member asked again for a round that it has let go of has
// it say two things there, and has it convicted.

const terms = { setup: 6, answerMs: 500, deadlineMs: 500 }

/** Who has room for two is invited to four, and then to the first once more. */
async function inviteAgain(isAccepting: boolean) {
  const world = simulate({ seed: 1, peers: 2, network: { latencyMs: 10 } })
  const definition = die('culprits')
  const asked: string[] = []
  const { outcomes } = await world.run(async (peer, index, life) => {
    if (index === 1) {
      rounds(peer, { limits: { roundsMax: 2 } }).serve(definition, (invite) => {
        asked.push(invite.id)
        return isAccepting ? invite.accept() : invite.decline('no')
      })
      await life.sleep(15_000)
      return undefined
    }
    const played: Round[] = []
    for (let round = 0; round < 4; round += 1) {
      played.push(await rounds(peer).start(definition, { with: world.others(0), ...terms }))
      await life.sleep(2_000)
    }
    for (const round of played.slice(0, 1)) {
      const decoded = decodeTranscript(round.transcript())
      // The invitation comes first.
      const payload = { room: bytesOfHex(round.id), articles: decoded.ok ? decoded.articles.slice(0, 1) : [] }
      await peer.sendTo(world.targetOf(1).peerId, { protocol: 'rounds', type: 'articles', payload })
    }
    await life.sleep(2_000)
    return played.flatMap((round) => round.account().convictions)
  })
  return { asked, convictions: outcomes[0] }
}

test.each([
  ['accepted', true],
  ['declined', false],
])('who has %s and let go of the round is not asked a second time', async (_, isAccepting) => {
  const { asked, convictions } = await inviteAgain(isAccepting)
  expect(convictions).toEqual([])
  expect(asked.length).toBe(4)
})

test('who stops and starts again is the same life, and is not asked a second time', async () => {
  const world = simulate({ seed: 1, peers: 2, network: { latencyMs: 10 } })
  const definition = die('culprits')
  const asked: string[] = []
  const { outcomes, errors } = await world.run(async (peer, index, life) => {
    if (index === 1) {
      rounds(peer).serve(definition, (invite) => {
        asked.push(invite.id)
        return invite.accept()
      })
      await life.sleep(30)
      await peer.stop()
      await peer.start()
      await peer.connectToPeer(world.targetOf(0))
      await life.sleep(10_000)
      return undefined
    }
    const round = await rounds(peer).start(definition, { with: world.others(0), ...terms })
    await life.sleep(8_000)
    return round.account().convictions
  })
  expect(outcomes[0]).toEqual([])
  expect(asked.length).toBe(1)
  expect(errors.filter(({ error }) => error.code === 'HANDLER_FAILED')).toEqual([])
})
