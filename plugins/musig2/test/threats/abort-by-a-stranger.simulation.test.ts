import type { Coordinator, OwnMessageDraft, PeerId } from '@rondo/core'
import { isAbsent, simulate, wrapCoordinator } from '@rondo/testkit/simulator'
import { hex } from '@scure/base'
import { describe, expect, test } from 'vitest'
import { fixedSigners, memorySigner, musig2, type SigningOutcome, type SigningRound } from '../../src/index.js'
import { isSigned } from '../judge.js'
import { createParty, deadlineMs, keyAt, type Played, play } from '../party.js'

/** What somebody signs who gives up an attempt, with the place of another attempt in it. */
function closingOf(closing: OwnMessageDraft, attempt: string): OwnMessageDraft {
  const slot = hex.decode(
    hex.encode(closing.position.slot).slice(0, 2) + attempt + hex.encode(closing.position.slot).slice(66),
  )
  return { ...closing, position: { slot } }
}

function tell(from: Coordinator, to: readonly PeerId[], room: string, articles: readonly Uint8Array[]): void {
  const payload = { room: hex.decode(room), articles }
  for (const peer of to)
    from.sendTo(peer, { protocol: 'rounds', version: 1, type: 'articles', payload }).catch(() => {})
}

interface Attack {
  /** What the stranger sends, once the others make their nonces: it has given up a round of its own, and knows all of theirs. */
  readonly articles: (
    stranger: Coordinator,
    closing: OwnMessageDraft,
    round: SigningRound,
  ) => Promise<readonly Uint8Array[]>
  readonly toldBy: 'the stranger' | 'a member'
}

/** Three sign; a fourth, connected to all of them, wants to stop them. */
async function attack({ articles, toldBy }: Attack) {
  const party = createParty(4)
  const world = simulate({ seed: 3, peers: 4, network: { latencyMs: [5, 15] } })
  const told: number[] = []
  let closing: OwnMessageDraft | undefined
  const { outcomes } = await world.run(async (peer, index, life): Promise<SigningOutcome | undefined> => {
    const listening = wrapCoordinator(peer, {
      signMessage(draft) {
        if (index === 3 && draft.type === 'closing') closing = draft
        return peer.signMessage(draft)
      },
    })
    const signing = musig2(listening, {
      signer: memorySigner(party.secretKeys[index] ?? new Uint8Array(32)),
      approve: () => true,
    })
    const times = { answerMs: deadlineMs, deadlineMs, lifetimeMs: 600_000, message: party.message }
    const sourceOf = (members: readonly number[]) =>
      fixedSigners(
        members.map((member) => ({
          peerId: world.peers[member]?.peerId ?? peer.peerId,
          publicKey: keyAt(party, member),
        })),
      )
    if (index === 3) {
      // First it learns how giving up is said.
      const own = await signing.signMessage({
        ...times,
        publicKeys: [keyAt(party, 0), keyAt(party, 3)],
        signers: sourceOf([0]),
      })
      own.on('progress', ({ phase }) => phase === 'nonces' && own.abort('never mind'))
      await own.outcome
      await life.sleep(2_000)
      return undefined
    }
    if (index > 0) return signing.serve().next()
    signing.serve()
    await life.sleep(400)
    const round = await signing.signMessage({
      ...times,
      publicKeys: party.publicKeys.slice(0, 3),
      signers: sourceOf([1, 2]),
    })
    const stranger = world.peers[3]
    round.on('progress', async ({ phase }) => {
      if (phase !== 'nonces' || told.length > 0 || closing === undefined || stranger === undefined) return
      told.push(1)
      const teller = toldBy === 'the stranger' ? stranger : peer
      tell(teller, world.others(toldBy === 'the stranger' ? 3 : 0), round.id, await articles(stranger, closing, round))
    })
    return round.outcome
  })
  expect(told).toEqual([1])
  return { party, outcomes: outcomes.slice(0, 3).map((outcome) => (isAbsent(outcome) ? undefined : outcome)) }
}

const attemptOf = (round: SigningRound): string => round.account().attempts[0]?.id ?? ''

describe('threat: a round is aborted by somebody who only knows its id', () => {
  test.each<[string, Attack]>([
    [
      'its own signed word that it gives the attempt up',
      {
        articles: async (stranger, closing, round) => [
          await stranger.signMessage(closingOf(closing, attemptOf(round))),
        ],
        toldBy: 'the stranger',
      },
    ],
    [
      'the same, in the place of the whole round',
      {
        articles: async (stranger, closing, round) => [await stranger.signMessage(closingOf(closing, round.id))],
        toldBy: 'the stranger',
      },
    ],
    [
      'the same, passed on by a member',
      {
        articles: async (stranger, closing, round) => [
          await stranger.signMessage(closingOf(closing, attemptOf(round))),
        ],
        toldBy: 'a member',
      },
    ],
    [
      'what it had signed for a round of its own, passed on by a member',
      { articles: async (stranger, closing) => [await stranger.signMessage(closing)], toldBy: 'a member' },
    ],
    ['bytes that are nothing', { articles: async () => [new Uint8Array(300).fill(1)], toldBy: 'the stranger' }],
  ])('%s stops nobody', async (_, how) => {
    const { party, outcomes } = await attack(how)
    for (const outcome of outcomes) expect(isSigned(outcome, party.message)).toBe(true)
  })
})

describe('an abort by a member', () => {
  const abortIn = (at: string, reason: string) =>
    play({
      peers: 3,
      onRound: (round, index) => {
        if (index === 1) round.on('progress', ({ phase }) => phase === at && round.abort(reason))
      },
    })
  const words = ({ outcomes }: Played, peer: number) => {
    const outcome = outcomes[peer]
    return outcome?.status === 'aborted' ? outcome : undefined
  }

  test.each(['nonces', 'agreed', 'sign'])(
    'in %s is signed, tells everybody who and why, and convicts nobody',
    async (phase) => {
      const played = await abortIn(phase, 'the offer was withdrawn')
      const by = played.peerIds[1]
      for (const peer of [0, 2])
        expect(words(played, peer)).toMatchObject({
          reason: 'DECLINED',
          culprits: [],
          declined: [{ peerId: by, reason: 'the offer was withdrawn' }],
        })
      expect(words(played, 1)).toMatchObject({ reason: 'STOPPED', mayBeSigned: false })
      const [closing] = words(played, 0)?.account.closings ?? []
      expect(closing).toMatchObject({ member: 1, reason: 'cancelled', detail: 'the offer was withdrawn' })
    },
  )
})
