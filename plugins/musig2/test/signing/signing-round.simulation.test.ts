import { describeRound, verifyTranscript } from '@rondo/rounds'
import type { Life, World } from '@rondo/testkit/simulator'
import { describe, expect, test } from 'vitest'
import { musig2Rounds, type SigningOutcome, type SigningRound } from '../../src/index.js'
import { holds, isSigned } from '../judge.js'
import { guardedStore } from '../lives.js'
import { deadlineMs, type PlayOptions, play, unhurried } from '../party.js'

/** Something happens once, when a peer enters a phase. */
function entering(
  peer: number,
  phase: string,
  happen: (world: World, round: SigningRound) => void,
): PlayOptions['onRound'] {
  let hasHappened = false
  return (round, index, world) => {
    if (index !== peer) return
    round.on('progress', (progress) => {
      if (hasHappened || progress.phase !== phase) return
      hasHappened = true
      happen(world, round)
    })
  }
}

/** Cut off for longer than any deadline, and back then. */
const cutOff =
  (alone: number, others: readonly number[]) =>
  (world: World): void => {
    world.at(world.nowMs).partition(others, [alone])
    world.at(world.nowMs + 2 * deadlineMs).heal()
  }

describe('a signature that is there though the round is not complete', () => {
  test('is in the abort, and the completion comes with the event', async () => {
    let isConfirming = false
    // What it confirms is kept when the link is cut already, and nobody hears it for long.
    const store = (life: Life) =>
      guardedStore(life.store, async (write) => {
        if (isConfirming) await life.sleep(1)
        return write()
      })
    const onRound = entering(1, 'confirm', (world) => {
      isConfirming = true
      cutOff(1, [0, 2])(world)
    })
    const played = await play({ peers: 3, onRound, twists: { 1: { store } } })
    for (const ending of played.endings) {
      const [first, second, ...more] = ending?.outcomes ?? []
      expect(more).toEqual([])
      expect(first).toMatchObject({ status: 'aborted', reason: 'TIMEOUT', mayBeSigned: true, mayBeCompleted: true })
      expect(first !== undefined && holds(first, played.party.message)).toBe(true)
      expect(isSigned(second, played.party.message)).toBe(true)
      expect(second?.signed).toEqual(first?.signed)
    }
  })

  test('an abort before all parts are there has none', async () => {
    for (const phase of ['nonces', 'agreed', 'sign']) {
      const played = await play({ peers: 3, onRound: entering(1, phase, (_, round) => round.abort()) })
      for (const outcome of played.outcomes) {
        expect(outcome).toMatchObject({ status: 'aborted', mayBeCompleted: false })
        expect(outcome?.signed).toBeUndefined()
      }
    }
  })
})

describe('whether it may be signed', () => {
  const maySign = ({ outcomes }: { readonly outcomes: readonly (SigningOutcome | undefined)[] }) =>
    outcomes.map((outcome) => outcome?.status === 'aborted' && outcome.mayBeSigned)

  test('is said to those alone whose parts have left', async () => {
    const before = await play({ peers: 3, onRound: entering(1, 'nonces', cutOff(1, [0, 2])) })
    expect(maySign(before)).toEqual([false, false, false])
    // Whoever is cut off as it begins to sign has signed, and nobody has heard it.
    const after = await play({ peers: 3, twists: { 1: unhurried }, onRound: entering(1, 'sign', cutOff(1, [0, 2])) })
    expect(maySign(after)).toEqual([true, true, true])
  })

  test('is said of an earlier attempt, whatever becomes of the next', async () => {
    const played = await play({
      peers: 3,
      terms: { retries: 1 },
      twists: { 1: unhurried },
      onRound: (round, index, world) => {
        if (index !== 1) return
        round.on('progress', ({ phase, attempt }) => {
          if (phase === 'sign' && attempt === 1) {
            world.at(world.nowMs).partition([0, 2], [1])
            world.at(world.nowMs + 1_500).heal()
          }
          if (phase === 'nonces' && attempt === 2) round.abort('enough')
        })
      },
    })
    expect(played.outcomes.map((outcome) => outcome?.account.attempts.length)).toEqual([2, 2, 2])
    expect(maySign(played)).toEqual([true, true, true])
    // In the second attempt nobody has signed anything.
    expect(played.nonces.used).toHaveLength(3)
  })

  test('is true for whoever stops while its part is on its way', async () => {
    const played = await play({
      peers: 3,
      onRound: (round, index) => {
        if (index !== 1) return
        round.on('progress', ({ phase, waitingFor }) => {
          const isSaid =
            phase === 'sign' && waitingFor.length < 3 && !waitingFor.includes(round.signers[1] ?? round.signers[0]!)
          if (isSaid) round.abort('too late')
        })
      },
    })
    expect(played.nonces.used.some(({ peer }) => peer === 1)).toBe(true)
    const mine = played.outcomes[1]
    if (mine?.status === 'aborted') expect(mine.mayBeSigned).toBe(true)
  })
})

describe('a round, as a signer sees it', () => {
  test('says who signs, where it is, and shows it to anybody', async () => {
    const phases: string[] = []
    const told: SigningOutcome[] = []
    let seen: SigningRound | undefined
    const played = await play({
      peers: 2,
      onRound: (round, index) => {
        if (index !== 0) return
        seen = round
        round.on('progress', ({ phase }) => phases.push(phase))
        const off = round.on('outcome', () => {
          throw new Error('it was taken off')
        })
        off()
        round.on('outcome', (outcome) => told.push(outcome))
      },
    })
    expect(seen?.signers).toEqual(played.peerIds)
    expect([...new Set(phases)]).toEqual(['join', 'nonces', 'agreed', 'sign', 'confirm'])
    expect(told).toHaveLength(1)
    expect(await seen?.outcome).toEqual(told[0])
    expect(seen?.account().room).toBe(seen?.id)
    expect(describeRound(seen?.account() as never)).toContain('sign')
    const verdict = await verifyTranscript(musig2Rounds, seen?.transcript() ?? new Uint8Array(0))
    if (!verdict.ok || verdict.status !== 'completed') throw new Error('it was completed')
    expect(verdict.result).toMatchObject([{ message: played.party.message }])
    expect(Object.isFrozen(seen)).toBe(true)
  })

  test('a former life’s is recovered with its signature, where the others have completed it', async () => {
    const played = await play({
      peers: 3,
      arrange: (world) => world.at(300).crash(1).restart(100),
    })
    const [first] = played.outcomes
    expect(isSigned(first, played.party.message)).toBe(true)
    const [recovered, ...more] = played.endings[1]?.recovered.flat() ?? []
    expect(more).toEqual([])
    expect(isSigned(recovered, played.party.message)).toBe(true)
    expect(recovered?.signed).toEqual(first?.signed)
  })

  test('a former life’s that nobody can complete is aborted, and may be signed for all that is known', async () => {
    for (const phase of ['nonces', 'agreed', 'sign']) {
      const dies = entering(1, phase, (world) => world.at(world.nowMs).crash(1).restart(100))
      const played = await play({ peers: 3, onRound: dies })
      expect(played.endings[1]?.recovered.flat()).toMatchObject([
        { status: 'aborted', reason: 'RESTARTED', mayBeSigned: true, culprits: [] },
      ])
      for (const peer of [0, 2]) expect(played.outcomes[peer]).toMatchObject({ status: 'aborted', culprits: [] })
    }
  })

  test('what was not joined is no former round', async () => {
    const played = await play({ peers: 3, arrange: (world) => world.at(12).crash(1).restart(50) })
    expect(played.endings[1]?.recovered).toEqual([])
  })
})
