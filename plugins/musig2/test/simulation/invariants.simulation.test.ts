import { createBurnLog } from '@rondo/rounds/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { memorySigner, musig2Rounds, type Signer, type SigningOutcome } from '../../src/index.js'
import type { Definition } from './by-hand.js'
import {
  everyAbortIsTrue,
  everyAbortWarns,
  everyRoundEnded,
  everySignatureHolds,
  judgeWorld,
  type Known,
  knownBy,
  noHonestConvicted,
  noStrangerNamed,
  oneSignatureEach,
  transcriptConvinces,
} from './invariants.js'
import { lieNamed } from './lies.js'
import { NonceBook, noNonceTwice } from './nonce-book.js'
import { type Broken, type Played, playWorld } from './play.js'
import type { Recipe } from './recipe.js'
import { noNonceShownTwice, WireTap } from './wire-tap.js'

// That each of the invariants can fail: a signer or a definition that is broken is found out, and so is an outcome that says
// something else than it should.

const quiet: Recipe = {
  ...{ seed: 1, signers: 3, hasStranger: false, isByHand: false, servesFirst: true, givesUp: undefined },
  network: { latencyMs: [5, 40] },
  jobs: [{ host: 0, atMs: 0, retries: 0, inputs: 0, tweaks: [], hasOwnKeys: false }],
  events: [],
  lies: new Map(),
}

/** The first attempt fails after all nonces were shown. */
const twoAttempts: Recipe = {
  ...quiet,
  jobs: quiet.jobs.map((job) => ({ ...job, retries: 2 })),
  events: [{ atMs: 170, kind: 'partition', groups: [[0, 1], [2]], forMs: 1_500 }],
}

describe('a nonce that is used twice is found out', () => {
  /** Has one pair for each message, and gives it out as often as it is asked. */
  const thrifty = (inner: Signer): Signer => {
    const made = new Map<string, ReturnType<Signer['makeNonce']>>()
    return {
      ...inner,
      makeNonce: (request) => {
        const pair = made.get(String(request.message)) ?? inner.makeNonce(request)
        made.set(String(request.message), pair)
        return pair
      },
    }
  }

  test('of a signer that shows the same in every attempt', async () => {
    const played = await playWorld(twoAttempts, { signer: thrifty })
    expect(noNonceTwice(played.nonces)).toContain('has one nonce for')
    expect(noNonceShownTwice(played.tap)).toContain('shows')
    await expect(judgeWorld(twoAttempts, played)).rejects.toThrow('has one nonce for')
  })

  test('of a signer that has one half twice', async () => {
    const halved = (inner: Signer): Signer => ({
      ...inner,
      makeNonce: async (request) => {
        const { publicNonce, secretNonce } = await inner.makeNonce(request)
        const first = publicNonce.subarray(0, 33)
        return { publicNonce: Uint8Array.of(...first, ...first), secretNonce }
      },
    })
    const played = await playWorld(quiet, { signer: halved })
    expect(noNonceTwice(played.nonces)).toContain('has one nonce for')
  })

  test('of a definition that keeps the secret to itself and uses it in every attempt', async () => {
    const kept = new Map<string, Promise<unknown>>()
    const hoarding = (definition: Definition): Definition => {
      const secrets = new Map(definition.secrets)
      const make = secrets.get('noncePairs')!
      const once: typeof make = (view, local) => {
        const made = kept.get(local.me) ?? Promise.resolve(make(view, local))
        kept.set(local.me, made)
        return made as ReturnType<typeof make>
      }
      return { ...definition, secrets: secrets.set('noncePairs', once) }
    }
    const played = await playWorld({ ...twoAttempts, isByHand: true }, { definition: hoarding })
    expect(noNonceShownTwice(played.tap)).toContain('shows')
    await expect(judgeWorld(twoAttempts, played)).rejects.toThrow('signed 2 times')
  })

  test('by a signer that is asked twice, whoever asks', async () => {
    const book = new NonceBook()
    const used = { peer: 0, publicNonce: '02'.repeat(66), place: 'aa', usedFor: ['one', 'another'] }
    book.made.push({ ...used, publicNonce: `${'02'.repeat(33)}${'03'.repeat(33)}` })
    expect(noNonceTwice(book)).toContain('signed 2 times')
    book.made[0] = {
      ...used,
      publicNonce: `${'02'.repeat(33)}${'03'.repeat(33)}`,
      usedFor: ['x, where it does not stand'],
    }
    expect(noNonceTwice(book)).toContain('among nonces that lack it')
    expect(noNonceTwice({ made: [] })).toBe(true)
  })

  test('and the log of what is burned sees the honest definition, too', async () => {
    const played = await playWorld({ ...quiet, isByHand: true })
    expect(played.burns.burned).toHaveLength(3)
    expect(played.burns.noneTwice()).toBe(true)
    expect(createBurnLog().burned).toHaveLength(0)
  })
})

describe('an outcome that is not true is found out', () => {
  let signed: Played
  let wronged: Played
  const liar: Recipe = { ...quiet, lies: new Map([[2, [lieNamed('wrong part')]]]) }
  beforeAll(async () => {
    signed = await playWorld(quiet)
    wronged = await playWorld(liar)
  })

  /** What they know, with something else in every ending. */
  const changed = (known: readonly Known[], change: (ending: SigningOutcome) => SigningOutcome): readonly Known[] =>
    known.map((each) => ({ ...each, endings: each.endings.map(change) }))

  test('none of this was wrong', async () => {
    expect(await judgeWorld(quiet, signed)).toHaveLength(3)
    expect(await judgeWorld(liar, wronged)).toHaveLength(2)
  })

  test('a round that does not end, or ends twice', () => {
    const known = knownBy(signed, quiet)
    expect(everyRoundEnded(known.map((each) => ({ ...each, endings: [] })))).toContain('has not ended')
    const twice = known.map((each) => ({ ...each, endings: [...each.endings, ...each.endings] }))
    expect(everyRoundEnded(twice)).toContain('for good')
  })

  test('a signature of another message, by another key, or with a bit flipped', () => {
    const known = knownBy(signed, quiet)
    for (const name of ['message', 'publicKey', 'signature'] as const) {
      const forged = changed(known, (ending) => {
        if (ending.status !== 'completed' || ending.signed.kind !== 'message') throw new Error('not signed')
        const bytes = ending.signed[name].map((byte, at) => (at === 5 ? byte ^ 1 : byte))
        return { ...ending, signed: { ...ending.signed, [name]: bytes } }
      })
      expect(everySignatureHolds(forged, signed)).toContain('does not hold')
      const oneOfThem = [...known.slice(1), ...forged.slice(0, 1)]
      if (name === 'signature') expect(oneSignatureEach(oneOfThem)).toContain('another signature')
    }
  })

  test('a signature that was approved by nobody', () => {
    const nobody = { ...signed, requests: [], approved: signed.approved.map(() => []) }
    expect(everySignatureHolds(knownBy(signed, quiet), nobody)).toContain('does not hold')
  })

  test('a transcript that says something else, or nothing', async () => {
    const known = knownBy(signed, quiet)
    expect(await transcriptConvinces(known)).toBe(true)
    const cut = changed(known, (ending) => ({ ...ending, transcript: ending.transcript.subarray(0, -7) }))
    expect(await transcriptConvinces(cut)).toContain('is refused')
    const unfinished = knownBy(wronged, liar)[0]!.endings[0]!.transcript
    expect(await transcriptConvinces(changed(known, (ending) => ({ ...ending, transcript: unfinished })))).toContain(
      'is ',
    )
    const other = changed(known, (ending) => {
      if (ending.status !== 'completed' || ending.signed.kind !== 'message') throw new Error('not signed')
      return { ...ending, signed: { ...ending.signed, signature: new Uint8Array(64) } }
    })
    expect(await transcriptConvinces(other)).toContain('another signature')
  })

  test('a conviction without evidence, with evidence against another, or of somebody honest', async () => {
    const known = knownBy(wronged, liar)
    const honest = wronged.peerIds.filter((_, peer) => peer !== 2)
    const without = changed(known, (ending) => {
      if (ending.status !== 'aborted') throw new Error('not aborted')
      return { ...ending, culprits: ending.culprits.map((culprit) => ({ ...culprit, evidence: undefined })) }
    })
    expect(await everyAbortIsTrue(without)).toContain('nothing shows')
    const cut = changed(known, (ending) => {
      if (ending.status !== 'aborted') throw new Error('not aborted')
      const culprits = ending.culprits.map((each) => ({ ...each, evidence: each.evidence?.subarray(0, -9) }))
      return { ...ending, culprits }
    })
    expect(await everyAbortIsTrue(cut)).toContain('evidence is refused')
    const another = changed(known, (ending) => {
      if (ending.status !== 'aborted') throw new Error('not aborted')
      return {
        ...ending,
        culprits: ending.culprits.map((each) => ({ ...each, peerId: ending.account.members[0]!.peerId as never })),
      }
    })
    expect(await everyAbortIsTrue(another)).toContain('is against')
    expect(noHonestConvicted(another, honest)).toContain('who is honest')
    expect(noHonestConvicted(known, honest)).toBe(true)
    expect(noStrangerNamed(known, honest)).toContain('no member')
  })

  test('an abort that does not warn of a part that left, or of a signature that exists', () => {
    const silent = changed(knownBy(wronged, liar), (ending) => ({ ...ending, mayBeSigned: false }) as SigningOutcome)
    expect(everyAbortWarns(silent, wronged)).toContain('its part left')
    const [{ id } = { id: '' }] = silent
    const unseen = { tap: new WireTap({ isHeard: false }), signedByLiars: new Set([id]) }
    expect(everyAbortWarns(silent, unseen)).toContain('there is a signature')
    expect(everyAbortWarns(silent, { ...unseen, signedByLiars: new Set() })).toBe(true)
  })

  test('a signer that signs with another key convicts itself, and is found out', async () => {
    const other: Broken = {
      signer: (inner) => ({ ...inner, sign: async (request) => (await inner.sign(request)).map((byte) => byte ^ 1) }),
    }
    const played = await playWorld(quiet, other)
    const known = knownBy(played, quiet)
    // It says nothing that would convict it: the round fails where the part is made.
    expect(known.every(({ endings }) => endings[0]?.status === 'aborted')).toBe(true)
    expect(noHonestConvicted(known, played.peerIds)).toBe(true)
  })

  test('a nonce that is shown twice', () => {
    const payload = [new Uint8Array(32), [new Uint8Array(66)]]
    const shown = { peer: 0, type: 'nonces', payload, room: undefined, hasLeft: false }
    expect(
      noNonceShownTwice({
        said: [
          { ...shown, slot: '01' },
          { ...shown, slot: '02' },
        ],
      }),
    ).toContain('shows')
    expect(noNonceShownTwice({ said: [{ ...shown, slot: '01', payload: [1, []] }] })).toContain('no nonces')
    expect(noNonceShownTwice({ said: [{ ...shown, slot: '01' }] })).toBe(true)
  })
})

test('what is watched is what is signed with', () => {
  const secretKey = new Uint8Array(32).fill(1)
  const watched = new NonceBook().watch(0, memorySigner(secretKey))
  expect(watched.holds(new Uint8Array(33))).toBe(false)
  expect(musig2Rounds.secrets.has('noncePairs')).toBe(true)
})
