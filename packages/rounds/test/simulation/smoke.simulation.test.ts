import { describeRound, rounds } from '@rondo/rounds'
import { dice } from '@rondo/rounds/examples'
import { simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'

test('five roll dice', async () => {
  const world = simulate({ seed: 1, peers: 5, network: { latencyMs: [5, 80] } })
  const run = await world.run(async (peer, index) => {
    if (index > 0)
      return rounds(peer)
        .serve(dice, (invite) => invite.accept())
        .next()
    const round = await rounds(peer).start(dice, { with: world.others(0), setup: { sides: 6 } })
    return round.outcome
  })
  for (const outcome of run.outcomes)
    console.log(
      outcome.status === 'aborted' || outcome.status === 'completed' ? describeRound(outcome.account) : outcome,
    )
  console.log(run.errors, world.nowMs)
  expect(run.outcomes.every((outcome) => outcome.status === 'completed')).toBe(true)
})
