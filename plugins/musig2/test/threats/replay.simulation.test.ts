import type { Coordinator, OwnMessageDraft } from '@rondo/core'
import { verifyTranscript } from '@rondo/rounds'
import { type Malice, type World, wrapCoordinator } from '@rondo/testkit/simulator'
import { hex } from '@scure/base'
import { describe, expect, test } from 'vitest'
import { aggregateKeys, applyTweak, type KeyContext } from '../../src/bip327/key-context.js'
import { verifyPartial } from '../../src/bip327/partials.js'
import { createSession, type Session } from '../../src/bip327/session.js'
import { musig2Rounds } from '../../src/index.js'
import { isSigned, namedBy, describe as tell } from '../judge.js'
import { otherNonce } from '../malice/other-nonce.js'
import { bytesOf, createParty, keyAt, type Played, play, restating, type Twist } from '../party.js'

interface Replay {
  readonly malice: Malice
  /** How often something old went out. */
  readonly sent: number
}

/** Peer 2 says in one phase nothing of its own, and sends something old in its place. */
function replaying(phase: string, old: (draft: OwnMessageDraft) => readonly Uint8Array[]): Replay {
  const replay = { sent: 0 }
  const malice: Malice = {
    name: `replays in ${phase}`,
    begin: () => {
      const own = new Set<string>()
      let instead: readonly Uint8Array[] = []
      return {
        coordinator: (coordinator) =>
          wrapCoordinator(coordinator, {
            async signMessage(draft) {
              const bytes = await coordinator.signMessage(draft)
              if (draft.type === phase) {
                own.add(hex.encode(bytes))
                instead = old(draft)
              }
              return bytes
            },
            sendTo(to, message, options) {
              const { payload } = message
              if (typeof payload !== 'object' || payload === null || !('articles' in payload))
                return coordinator.sendTo(to, message, options)
              if (!Array.isArray(payload.articles)) return coordinator.sendTo(to, message, options)
              const articles = payload.articles.flatMap((bytes) => (own.has(hex.encode(bytes)) ? instead : [bytes]))
              if (articles.some((bytes) => instead.includes(bytes))) replay.sent += 1
              return coordinator.sendTo(to, { ...message, payload: { ...payload, articles } }, options)
            },
          }),
      }
    },
  }
  return Object.assign(replay, { malice })
}

interface OwnWord {
  readonly type: string
  readonly bytes: Uint8Array
}

/** Notes what a peer signs. */
function listeningTo(node: Coordinator, said: OwnWord[]): Coordinator {
  return wrapCoordinator(node, {
    async signMessage(draft) {
      const bytes = await node.signMessage(draft)
      said.push({ type: draft.type, bytes })
      return bytes
    },
  })
}

const remembering = (said: OwnWord[]): Malice => ({
  name: 'remembers what it said',
  begin: () => ({ coordinator: (node) => listeningTo(node, said) }),
})

const ofType = (said: readonly OwnWord[], type: string): readonly Uint8Array[] =>
  said.filter((word) => word.type === type).map(({ bytes }) => bytes)

/** A round that was completed, and what signer 2 said in it. */
async function firstRound() {
  const said: OwnWord[] = []
  const played = await play({ peers: 3, twists: { 2: { coordinator: (node) => listeningTo(node, said) } } })
  for (const outcome of played.outcomes) expect(isSigned(outcome, played.party.message)).toBe(true)
  return { played, said: (type: string): Uint8Array => ofType(said, type)[0] ?? new Uint8Array(0) }
}

/** Nobody took it for something that was said here: the one who said nothing else was silent. */
function assertNotHeard(played: Played): void {
  for (const peer of [0, 1]) {
    expect(tell(played.outcomes[peer])).toContain('TIMEOUT')
    expect(namedBy(played, peer)).toEqual({ culprits: [], suspects: [2] })
  }
  expect(played.nonces.complaints()).toEqual([])
}

describe('threat: replay', () => {
  test.each(['nonces', 'agreed', 'sign'])(
    'what a signer said in %s of another session counts for nothing in this one',
    async (phase) => {
      const { said } = await firstRound()
      // The same seed: the same identities, and dice that fall the same.
      const replay = replaying(phase, () => [said(phase)])
      const arrange = (world: World) => world.malicious(2, replay.malice)
      const later = await play({ peers: 3, terms: { message: bytesOf('another') }, arrange })
      expect(replay.sent).toBeGreaterThan(0)
      assertNotHeard(later)
    },
  )

  test('nor does what it said in another attempt of the same round', async () => {
    const said: OwnWord[] = []
    const replay = replaying('nonces', () => ofType(said, 'nonces').slice(0, 1))
    const played = await play({
      peers: 3,
      terms: { retries: 1 },
      arrange: (world) => world.malicious(2, remembering(said), replay.malice),
      onRound: (round, index, world) => {
        if (index !== 0) return
        round.on('progress', ({ phase, attempt }) => {
          if (phase !== 'agreed' || attempt > 1) return
          world.at(world.nowMs).partition([0], [1, 2])
          world.at(world.nowMs + 1_500).heal()
        })
      },
    })
    expect(ofType(said, 'nonces')).toHaveLength(2)
    expect(replay.sent).toBeGreaterThan(0)
    for (const peer of [0, 1]) {
      expect(played.outcomes[peer]).toMatchObject({ status: 'aborted', reason: 'TIMEOUT', culprits: [] })
      const [first, second, ...more] = played.outcomes[peer]?.account.attempts ?? []
      expect(more).toEqual([])
      const speakersIn = (attempt: typeof first) =>
        attempt?.phases.find(({ name }) => name === 'nonces')?.said.map(({ member }) => member)
      // The first attempt has its word, and the second has not.
      expect(speakersIn(first)).toContain(2)
      expect(speakersIn(second)).not.toContain(2)
    }
  })

  test.each([
    ['sign', 'nonces'],
    ['sign', 'agreed'],
    ['agreed', 'nonces'],
  ])('nor, in the place of %s, what it said in %s', async (phase, old) => {
    const said: OwnWord[] = []
    const replay = replaying(phase, () => ofType(said, old))
    assertNotHeard(await play({ peers: 3, arrange: (world) => world.malicious(2, remembering(said), replay.malice) }))
    expect(replay.sent).toBeGreaterThan(0)
  })

  test.each(['agreed', 'sign'])(
    'nor, in the place of %s, what another signer said: that is its own word, whoever brings it',
    async (phase) => {
      const said: OwnWord[] = []
      const replay = replaying(phase, () => ofType(said, 'nonces'))
      assertNotHeard(
        await play({
          peers: 3,
          twists: { 1: { coordinator: (node) => listeningTo(node, said) } },
          arrange: (world) => world.malicious(2, replay.malice),
        }),
      )
      expect(replay.sent).toBeGreaterThan(0)
    },
  )

  test('a transcript is of one network, one round and one definition, and of none where a word was changed', async () => {
    const { played } = await firstRound()
    const [outcome] = played.outcomes
    const transcript = outcome?.transcript ?? new Uint8Array(0)
    const room = outcome?.account.room ?? ''
    const network = played.world.peers[0]?.network ?? ''
    expect(await verifyTranscript(musig2Rounds, transcript, { network, round: room })).toMatchObject({
      ok: true,
      status: 'completed',
    })
    expect(await verifyTranscript(musig2Rounds, transcript, { network: 'another' })).toMatchObject({ ok: false })
    expect(await verifyTranscript(musig2Rounds, transcript, { round: '00'.repeat(32) })).toMatchObject({ ok: false })
    expect(await verifyTranscript({ ...musig2Rounds, version: 2 }, transcript)).toMatchObject({ ok: false })
    const spoiled = transcript.slice()
    spoiled[spoiled.length - 1] = (spoiled.at(-1) ?? 0) ^ 1
    expect(await verifyTranscript(musig2Rounds, spoiled)).toMatchObject({ ok: false })
  })

  test('what another network has signed is no word of this one, though the identity is the same', async () => {
    const { played, said } = await firstRound()
    const network = played.world.peers[0]?.network ?? ''
    const verify = played.world.peers[0]?.verifyMessage
    if (verify === undefined) throw new Error('there is no peer')
    const verdict = await verify(said('nonces'))
    expect(verdict).toMatchObject({ ok: true, network })
    // The network is signed: it cannot be written over.
    const name = new TextEncoder().encode(network)
    const at = indexOf(said('nonces'), name)
    const moved = said('nonces').slice()
    moved[at] = (moved[at] ?? 0) ^ 1
    expect(at).toBeGreaterThan(0)
    expect(await verify(moved)).toMatchObject({ ok: false })
  })
})

function indexOf(whole: Uint8Array, part: Uint8Array): number {
  return whole.findIndex((_, at) => part.every((byte, index) => whole[at + index] === byte))
}

describe('threat: what belongs to one session is used in another', () => {
  const party = createParty(3)
  const { publicKeys, message } = party
  const tweak = { tweak: bytesOf('tweak'), isXOnly: true }
  const nonces = [0, 1, 2].map((at) => otherNonce(at))
  const key = (keys: readonly Uint8Array[] = publicKeys): KeyContext => applyTweak(aggregateKeys(keys), tweak)
  const session = createSession(key(), nonces, message)
  const others: Readonly<Record<string, Session>> = {
    'another message': createSession(key(), nonces, bytesOf('another')),
    'another tweak': createSession(
      applyTweak(aggregateKeys(publicKeys), { ...tweak, tweak: bytesOf('b') }),
      nonces,
      message,
    ),
    'the other kind of tweak': createSession(
      applyTweak(aggregateKeys(publicKeys), { ...tweak, isXOnly: false }),
      nonces,
      message,
    ),
    'no tweak': createSession(aggregateKeys(publicKeys), nonces, message),
    'another key': createSession(key([keyAt(party, 0), keyAt(party, 1), keyAt(createParty(1, 2), 0)]), nonces, message),
    'another order of the keys': createSession(key(publicKeys.toReversed()), nonces.toReversed(), message),
    'another nonce of another signer': createSession(key(), [...nonces.slice(0, 2), otherNonce('late')], message),
  }

  test.each(Object.entries(others))('%s makes another challenge, and another binding of the nonces', (_, other) => {
    expect(other.challenge).not.toBe(session.challenge)
    if (_ !== 'another order of the keys') expect(other.blinding).not.toBe(session.blinding)
  })

  const terms = { tweaks: [tweak] }
  const changes: Readonly<Record<string, (given: Session) => Session>> = {
    'another message': (given) => createSession(given.key, given.publicNonces, bytesOf('another')),
    'another tweak': (given) =>
      createSession(
        applyTweak(aggregateKeys(publicKeys), { ...tweak, isXOnly: false }),
        given.publicNonces,
        given.message,
      ),
    'other nonces of the others': (given) =>
      createSession(
        given.key,
        [...given.publicNonces.slice(0, 1), otherNonce('x'), ...given.publicNonces.slice(2)],
        given.message,
      ),
    'another order of the keys': (given) =>
      createSession(key(publicKeys.toReversed()), given.publicNonces, given.message),
  }
  test.each(Object.entries(changes))(
    'a part that was made for %s is no part here, and convicts who brings it',
    async (_, change) => {
      const made: { readonly session: Session; readonly part: Uint8Array }[] = []
      const played = await play({
        peers: 3,
        party,
        terms,
        twists: {
          2: {
            definition: restating('sign', (parts) => parts),
            signer: (signer) => ({
              ...signer,
              async sign(request) {
                const changed = change(request.session)
                const part = await signer.sign({ ...request, session: changed })
                made.push({ session: request.session, part })
                return part
              },
            }),
          },
        },
      })
      const [one] = made
      if (one === undefined) throw new Error('nothing was signed')
      expect(verifyPartial(one.session, 2, one.part)).toBe(false)
      for (const peer of [0, 1]) {
        expect(played.outcomes[peer]).toMatchObject({ status: 'aborted', reason: 'FAULT' })
        expect(namedBy(played, peer).culprits).toEqual([2])
      }
    },
  )

  test('a part of one signer is no part of another', async () => {
    const parts = new Map<number, { readonly session: Session; readonly part: Uint8Array }>()
    const taking = (peer: number): Twist => ({
      signer: (signer) => ({
        ...signer,
        async sign(request) {
          const part = await signer.sign(request)
          parts.set(peer, { session: request.session, part })
          return part
        },
      }),
    })
    await play({ peers: 3, party, terms, twists: { 0: taking(0), 1: taking(1), 2: taking(2) } })
    for (const [peer, { session: made, part }] of parts)
      expect([0, 1, 2].map((signer) => verifyPartial(made, signer, part))).toEqual(
        [0, 1, 2].map((each) => each === peer),
      )
    expect(parts.size).toBe(3)
  })
})
