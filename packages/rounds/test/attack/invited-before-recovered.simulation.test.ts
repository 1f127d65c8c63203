import type { Coordinator, Store } from '@rondo/core'
import { type Outcome, rounds } from '@rondo/rounds'
import { type Life, simulate, wrapCoordinator } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { die } from '../simulation/protocols.js'

// Whoever comes back is greeted with the invitations of rounds that it is in. Its store may be slow to say that it is in them.

/** Whose store takes a while to read. */
function slowly(peer: Coordinator, life: Life): Coordinator {
  const slow = (store: Store): Store => ({
    ...store,
    durability: store.durability,
    get: (key) => store.get(key),
    batch: (operations, options) => store.batch(operations, options),
    scope: (name) => slow(store.scope(name)),
    async *range(prefix) {
      await life.sleep(500)
      yield* store.range(prefix)
    },
  })
  const { store } = peer
  return store === undefined ? peer : wrapCoordinator(peer, { store: slow(store) })
}

test('who comes back is not asked for a round that a former life of it is in, and learns how that ended', async () => {
  const world = simulate({ seed: 1, peers: 3, network: { latencyMs: 20 } })
  const definition = die('culprits')
  // After it has confirmed, before it has heard that the others did.
  world.at(215).crash(1).restart(100)
  const asked: string[] = []
  const terms = { setup: 6, answerMs: 2_000, deadlineMs: 2_000 }
  const { outcomes } = await world.run(async (peer, index, life): Promise<Outcome | undefined> => {
    if (index === 0) {
      const round = await rounds(peer).start(definition, { with: world.others(0), ...terms })
      await life.sleep(10_000)
      return round.outcome
    }
    if (life.incarnation === 0) {
      const served = rounds(peer).serve(definition, (invite) => invite.accept())
      await life.sleep(10_000)
      return served.next()
    }
    const again = slowly(peer, life)
    rounds(again).serve(definition, (invite) => {
      asked.push(invite.id)
      invite.accept()
    })
    await Promise.all([0, 2].map((other) => peer.connectToPeer(world.targetOf(other))))
    const [round] = await rounds(again).recover(definition)
    if (round === undefined) throw new Error('it was in a round')
    let last: Outcome = await round.outcome
    round.on('outcome', (outcome) => {
      last = outcome
    })
    await life.sleep(8_000)
    return last
  })
  expect(asked).toEqual([])
  for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'completed' })
})
