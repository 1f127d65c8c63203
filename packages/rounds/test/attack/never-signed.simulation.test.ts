import type { Coordinator } from '@rondo/core'
import { type Outcome, rounds } from '@rondo/rounds'
import { type Life, simulate, wrapCoordinator } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { die } from '../simulation/protocols.js'

// A key that lies in another device may never answer, and a disk may hang: the round ends all the same.

/** From the so-manieth signature on, none comes any more. */
function silentKey(peer: Coordinator, from: number): Coordinator {
  let signed = 0
  return wrapCoordinator(peer, {
    signMessage(draft) {
      signed += 1
      return signed < from ? peer.signMessage(draft) : new Promise(() => {})
    },
  })
}

async function play(who: number, from: number): Promise<readonly unknown[]> {
  const world = simulate({ seed: 1, peers: 3, network: { latencyMs: 10 } })
  const definition = die('culprits')
  const terms = { setup: 6, answerMs: 1_000, deadlineMs: 1_000 }
  const { outcomes } = await world.run(async (peer, index, life: Life) => {
    const own = index === who ? silentKey(peer, from) : peer
    const ending = async (): Promise<Outcome> => {
      if (index > 0)
        return rounds(own)
          .serve(definition, (invite) => invite.accept())
          .next()
      return (await rounds(own).start(definition, { with: world.others(0), ...terms })).outcome
    }
    return Promise.race([ending(), life.sleep(20_000).then(() => 'nothing')])
  })
  return outcomes
}

// The host signs the invitation first, a guest its answer; the join comes second for both.
test.each([
  ['host', 0],
  ['guest', 1],
])('a %s whose signatures stop ends its round in time, whatever it was about to sign', async (_, who) => {
  for (const from of [2, 3, 4, 5]) {
    for (const outcome of await play(who, from)) expect(outcome).toMatchObject({ status: 'aborted', culprits: [] })
  }
})

test('a guest that cannot sign its answer is not there, and ends its own round', async () => {
  const [host, guest, other] = await play(1, 1)
  expect([host, guest, other]).toMatchObject([
    { status: 'aborted', reason: 'NOT_ENOUGH' },
    { status: 'aborted' },
    { status: 'aborted' },
  ])
})
