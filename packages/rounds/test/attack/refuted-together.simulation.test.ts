import {
  bytes,
  commitment,
  committed,
  defineRounds,
  fault,
  hashMod,
  opening,
  opens,
  rounds,
  schemaOf,
  verifyEvidence,
  verifyTranscript,
} from '@rondo/rounds'
import { accept, wrongOpening } from '@rondo/rounds/testing'
import { isAbsent, simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'

// Where a phase is judged by one question, who broke the protocol is found only once all of it is there. Whoever reads of a further
// attempt without that member holds no more than what convicts it.

const anything = schemaOf((_): _ is unknown => true, 'anything')

const together = defineRounds({ name: 'together', setup: anything })
  .remember('seed', (view, local) => committed(view, local, local.random(8)))
  .phase('commit', { contribution: commitment, contribute: (_, local) => local.remember('seed').commitment })
  .phase('reveal', {
    contribution: opening(bytes(8)),
    contribute: (_, local) => local.remember('seed').opening,
    check: (view, from, shown) => opens(view, 'commit', from, shown) || fault('it does not open'),
    checkTogether: (view) => view.roster.every((from) => opens(view, 'commit', from, view.said('reveal', from))),
  })
  .result((view) => hashMod(view.all('reveal'), 1_000_000))

test('what was completed without a member whom one question refuted can be shown to anyone', async () => {
  const world = simulate({ seed: 1, peers: 4, network: { latencyMs: [5, 20] } })
  world.malicious(2, wrongOpening('reveal'))
  const terms = { setup: 6, minimum: 2, retries: 2, answerMs: 2_000, deadlineMs: 1_000 }
  const { outcomes } = await world.run(async (peer, index) => {
    if (index > 0) return rounds(peer).serve(together, accept).next()
    return (await rounds(peer).start(together, { with: world.others(0), ...terms })).outcome
  })
  const honest = outcomes.flatMap((outcome, peer) => (peer === 2 || isAbsent(outcome) ? [] : [outcome]))
  expect(honest.length).toBe(3)
  for (const outcome of honest) {
    if (outcome.status !== 'completed') throw new Error(`${outcome.reason}: ${outcome.detail}`)
    const verdict = await verifyTranscript(together, outcome.transcript)
    expect(verdict).toMatchObject({ ok: true, status: 'completed', result: outcome.result, attempt: 2 })
    const [culprit] = verdict.ok ? verdict.culprits : []
    expect(culprit?.peerId).toBe(world.targetOf(2).peerId)
    expect(await verifyEvidence(together, outcome.transcript)).toMatchObject({ ok: true, culprit: culprit?.peerId })
  }
})
