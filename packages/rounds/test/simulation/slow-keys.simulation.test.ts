import type { Coordinator } from '@rondo/core'
import { type Outcome, type Round, rounds } from '@rondo/rounds'
import { noConflictingResults } from '@rondo/rounds/testing'
import { type Life, simulate, wrapCoordinator } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { die } from './protocols.js'

/** A key that takes longer to confirm than a phase may take, as one does that asks a person. */
function slowToConfirm(peer: Coordinator, life: Life, signed: string[]): Coordinator {
  return wrapCoordinator(peer, {
    async signMessage(draft) {
      if (draft.type === 'confirm') await life.sleep(1_500)
      signed.push(draft.type)
      return peer.signMessage(draft)
    },
  })
}

test('whoever is about to confirm follows nobody: its confirmation may complete the attempt that it would leave', async () => {
  const world = simulate({ seed: 1, peers: 3, network: { latencyMs: 10 } })
  const definition = die('suspects')
  const terms = { setup: 6, minimum: 2, retries: 2, answerMs: 2_000, deadlineMs: 1_000 }
  const { outcomes } = await world.run(async (peer, index, life) => {
    const signed: string[] = []
    const endings: Outcome[] = []
    const engine = rounds(slowToConfirm(peer, life, signed))
    const watch = (round: Round): unknown => round.on('outcome', (outcome) => endings.push(outcome))
    if (index > 0) engine.serve(definition, (invite) => watch(invite.accept()))
    else watch(await engine.start(definition, { with: world.others(0), ...terms }))
    await life.sleep(20_000)
    return { signed, endings }
  })
  for (const outcome of outcomes) {
    if ('status' in outcome) throw new Error('all are honest, and none has crashed')
    const { signed, endings } = outcome
    expect(signed.filter((type) => type === 'join')).toHaveLength(1)
    expect(endings[0]).toMatchObject({ status: 'aborted', reason: 'TIMEOUT', mayBeCompleted: true })
    expect(endings[1]).toMatchObject({ status: 'completed' })
  }
  const lasts = outcomes.flatMap((outcome) => ('status' in outcome ? [] : (outcome.endings.at(-1) ?? [])))
  expect(noConflictingResults(lasts)).toBe(true)
})
