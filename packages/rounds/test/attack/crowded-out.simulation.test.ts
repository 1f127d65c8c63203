import { identityFromSeed } from '@rondo/core'
import { rounds } from '@rondo/rounds'
import { accept } from '@rondo/rounds/testing'
import { simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { die } from '../simulation/protocols.js'

// A node holds so many rounds and no more. Whoever invites it to many decides which of them it can still show, and whether there is
// room for its own.

const limits = { roundsMax: 8, roundsInvitedMax: 6, roundsPerHostMax: 8 }
const terms = { setup: 6, answerMs: 60_000, deadlineMs: 1_000 }

test('invitations that were declined do not have a completed round forgotten', async () => {
  const world = simulate({ seed: 1, peers: 3, network: { latencyMs: 10 } })
  const definition = die('culprits')
  let completed = 'none'
  const { outcomes } = await world.run(async (peer, index, life) => {
    if (index === 0) {
      rounds(peer, { limits }).serve(definition, (invite) => invite.decline('no'))
      const round = await rounds(peer).start(definition, { with: [world.targetOf(1).peerId], ...terms })
      completed = round.id
      const { status } = await round.outcome
      await life.sleep(5_000)
      const kept: string[] = []
      const { store = life.store } = peer
      for await (const { key } of store.scope('rounds').scope(peer.peerId).range('room/')) kept.push(key)
      return [status, kept.includes(`room/${completed}`)]
    }
    if (index === 1) {
      rounds(peer).serve(definition, accept)
      await life.sleep(6_000)
      return undefined
    }
    await life.sleep(1_000)
    for (let round = 0; round < 20; round += 1)
      await rounds(peer).start(definition, { with: [world.targetOf(0).peerId], ...terms })
    await life.sleep(5_000)
    return undefined
  })
  expect(outcomes[0]).toEqual(['completed', true])
})

test('who accepts whatever it is invited to has room for rounds of its own', async () => {
  const world = simulate({ seed: 1, peers: 3, network: { latencyMs: 10 } })
  const definition = die('culprits')
  const { outcomes } = await world.run(async (peer, index, life) => {
    if (index === 0) {
      rounds(peer, { limits }).serve(definition, accept)
      await life.sleep(2_000)
      return (await (await rounds(peer).start(definition, { with: [world.targetOf(1).peerId], ...terms })).outcome)
        .status
    }
    if (index === 1) {
      rounds(peer).serve(definition, accept)
      await life.sleep(5_000)
      return 'served'
    }
    // Rounds that do not begin for a long time: somebody is invited who will not answer.
    const nobody = identityFromSeed(new Uint8Array(32).fill(9)).peerId
    for (let round = 0; round < 20; round += 1)
      await rounds(peer).start(definition, { with: [world.targetOf(0).peerId, nobody], ...terms })
    await life.sleep(5_000)
    return 'flooded'
  })
  expect(outcomes).toEqual(['completed', 'served', 'flooded'])
})
