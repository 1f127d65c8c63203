import { type Outcome, type Round, rounds } from '@rondo/rounds'
import { isAbsent, simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { die } from './protocols.js'

test('what the others complete without a member that restarted is not its own', async () => {
  const world = simulate({ seed: 1, peers: 4, network: { latencyMs: 10 } })
  const definition = die('suspects')
  // After it has joined, and before it has committed.
  world.at(1_045).crash(3).restart(100)
  const terms = { setup: 6, minimum: 2, retries: 1, answerMs: 2_000, deadlineMs: 1_000 }
  const { outcomes } = await world.run(async (peer, index, life): Promise<readonly Outcome[]> => {
    const endings: Outcome[] = []
    const watch = (round: Round): unknown => round.on('outcome', (outcome) => endings.push(outcome))
    const engine = rounds(peer)
    if (life.incarnation > 0) for (const round of await engine.recover(definition)) watch(round)
    engine.serve(definition, (invite) => watch(invite.accept()))
    if (index === 0) await life.sleep(1_000)
    if (index === 0) watch(await engine.start(definition, { with: world.others(0), ...terms }))
    await life.sleep(10_000)
    return endings
  })
  const [host, , , restarted] = outcomes
  expect(host).toMatchObject([{ status: 'completed', account: { attempts: [{}, { roster: [0, 1, 2] }] } }])
  expect(restarted).toMatchObject([{ status: 'aborted', reason: 'RESTARTED', mayBeCompleted: false }])
})

test('whom the host took along in a former life learns that it restarted, and suspects nobody', async () => {
  const world = simulate({ seed: 1, peers: 3, network: { latencyMs: 10 } })
  const definition = die('culprits')
  // Its disk is lost with it: nothing tells the new life that the former one had accepted.
  world.at(45).crash(1, { keepStore: false }).restart(100)
  const terms = { setup: 6, minimum: 2, answerMs: 2_000, deadlineMs: 2_000 }
  const { outcomes } = await world.run(async (peer, index, life): Promise<Outcome | undefined> => {
    if (index === 0) {
      const round = await rounds(peer).start(definition, { with: world.others(0), ...terms })
      await life.sleep(10_000)
      return round.outcome
    }
    if (life.incarnation > 0) await Promise.all([0, 2].map((other) => peer.connectToPeer(world.targetOf(other))))
    const served = rounds(peer).serve(definition, (invite) => invite.accept())
    return Promise.race([served.next(), life.sleep(10_000).then(() => undefined)])
  })
  const [host, restarted] = outcomes
  if (host === undefined || restarted === undefined || isAbsent(host) || isAbsent(restarted))
    throw new Error('both have heard of the round')
  expect(host).toMatchObject({ status: 'aborted', reason: 'TIMEOUT', suspects: [{ peerId: world.targetOf(1).peerId }] })
  expect(restarted).toMatchObject({ status: 'aborted', reason: 'RESTARTED', suspects: [] })
})
