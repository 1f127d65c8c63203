import type { StoreOperation } from '@rondo/core'
import { decodeTranscript } from '@rondo/rounds'
import { type Life, type World, wrapCoordinator } from '@rondo/testkit/simulator'
import { hex } from '@scure/base'
import { nonceGen } from '@scure/btc-signer/musig2.js'
import { describe, expect, test } from 'vitest'
import { signPartially } from '../../src/bip327/partials.js'
import { publicKeyFor, type Signer } from '../../src/index.js'
import { holds, isSigned } from '../judge.js'
import { createStatementLog, guardedStore, recordsOf, restore, type StatementLog } from '../lives.js'
import { createParty, type Played, type PlayOptions, play, type Twist, unhurried } from '../party.js'

const isFull = process.env['RONDO_TIER'] === 'full'
/** How long a round takes where nothing is in its way, and a little more. */
const roundMs = 160

/** Every so many milliseconds of a round; each in the full tier. */
const moments = (everyMs: number): readonly number[] =>
  Array.from({ length: roundMs }, (_, at) => at).filter((at) => isFull || at % everyMs === 10)

/** Of all peers over all their lives: what they signed, beside what `play` knows. */
interface OnTheRecord {
  readonly statements: StatementLog
  readonly played: Played
}

async function playOnTheRecord(options: PlayOptions, statements = createStatementLog()): Promise<OnTheRecord> {
  const record = (peer: number): [number, Twist] => [
    peer,
    { ...options.twists?.[peer], coordinator: (node, { incarnation }) => statements.watch(node, peer, incarnation) },
  ]
  const twists = Object.fromEntries(Array.from({ length: options.peers }, (_, peer) => record(peer)))
  return { statements, played: await play({ ...options, twists }) }
}

/** What holds whatever happened. */
function assertNothingTwice({ statements, played }: OnTheRecord): void {
  expect(played.nonces.complaints()).toEqual([])
  expect(statements.complaints()).toEqual([])
  for (const outcome of played.endings.flatMap((ending) => [
    ...(ending?.outcomes ?? []),
    ...(ending?.recovered.flat() ?? []),
  ]))
    if (outcome.status === 'aborted') expect(outcome.culprits).toEqual([])
}

const contributionsOf = ({ signed }: StatementLog, peer: number) =>
  signed.filter((each) => each.peer === peer && ['nonces', 'agreed', 'sign', 'confirm'].includes(each.type))

/** Behind the kind of a place and the round stand the 32 bytes of the attempt. */
const attemptIn = (slot: string): string => slot.slice(66, 130)

/** The parts that one peer has signed, by life. */
const partsOf = ({ statements }: OnTheRecord, peer: number): readonly number[] =>
  statements.signed.filter((each) => each.peer === peer && each.type === 'sign').map(({ life }) => life)

describe('threat: a nonce is used again on retry', () => {
  test('each attempt has nonces of its own, also after one in which everybody has signed', async () => {
    // Whoever is cut off when it signs is not heard: the others have signed as well, and it fails; the next attempt is made by all.
    const onRound: PlayOptions['onRound'] = (round, index, world) => {
      if (index !== 2) return
      round.on('progress', ({ phase, attempt }) => {
        if (phase !== 'sign' || attempt > 1) return
        world.at(world.nowMs).partition([0, 1], [2])
        world.at(world.nowMs + 1_800).heal()
      })
    }
    const recorded = await playOnTheRecord({ peers: 3, terms: { retries: 2 }, twists: { 2: unhurried }, onRound })
    assertNothingTwice(recorded)
    const { played } = recorded
    for (const outcome of played.outcomes) expect(isSigned(outcome, played.party.message)).toBe(true)
    // Two nonces of each at least, and two parts.
    for (const peer of [0, 1, 2]) {
      expect(played.nonces.made.filter((each) => each.peer === peer).length).toBeGreaterThan(1)
      const sessions = played.nonces.used.filter((each) => each.peer === peer).map(({ session }) => session)
      expect(sessions.length).toBeGreaterThan(1)
      expect(new Set(sessions).size).toBe(sessions.length)
    }
  })

  test('a round that is begun again for the same message has nothing in common with the first', async () => {
    const first = await play({ peers: 2, seed: 5 })
    const second = await play({ peers: 2, seed: 6, party: first.party })
    const nonces = [...first.nonces.made, ...second.nonces.made]
    expect(new Set(nonces.map(({ nonce }) => nonce)).size).toBe(4)
    expect(new Set(nonces.map(({ place }) => place)).size).toBe(4)
  })
})

describe('threat: a nonce is used again after a crash or a restart', () => {
  test.each([
    ['a guest', 1],
    ['the host', 0],
  ])(
    '%s that is killed at any moment, and comes back with its disk, contributes to nothing that it had begun',
    async (_, victim) => {
      const tally = { signedBefore: 0, unsigned: 0, recovered: 0 }
      for (const at of moments(20)) {
        const recorded = await playOnTheRecord({
          peers: 3,
          seed: 100 + at,
          arrange: (world) => void world.at(at).crash(victim).restart(70),
        })
        assertNothingTwice(recorded)
        const { played, statements } = recorded
        // Before it has joined, a new life may answer in its own name; after that, nothing of an attempt is said by two.
        const lives = new Map<string, number>()
        for (const { slot, life } of contributionsOf(statements, victim)) {
          expect(lives.get(attemptIn(slot)) ?? life).toBe(life)
          lives.set(attemptIn(slot), life)
        }
        const recovered = played.endings[victim]?.recovered.flat() ?? []
        tally.recovered += recovered.length
        if (partsOf(recorded, victim).length > 0) tally.signedBefore += 1
        else tally.unsigned += 1
      }
      expect(Math.min(tally.signedBefore, tally.unsigned, tally.recovered)).toBeGreaterThan(0)
    },
  )

  test('what was signed and kept is sent again as it is, byte for byte, and nothing is signed for it', async () => {
    // Its part is on the disk, and the link is cut before it leaves; the process dies, and the next one passes the part on.
    const statements = createStatementLog()
    const { store, arrange } = dyingWith('sign', statements, { cutOffMs: 40 })
    const recorded = await playOnTheRecord({ peers: 3, arrange, twists: { 1: { store } } }, statements)
    assertNothingTwice(recorded)
    expect(partsOf(recorded, 1)).toEqual([0])
    const { played } = recorded
    const [part] = statements.signed.filter(({ peer, type }) => peer === 1 && type === 'sign')
    for (const peer of [0, 2]) {
      const decoded = decodeTranscript(played.endings[peer]?.transcript ?? new Uint8Array(0))
      expect(decoded.ok && decoded.articles.map((bytes) => hex.encode(bytes))).toContain(part?.bytes)
      const outcome = played.outcomes[peer]
      // It confirms nothing in its new life, and yet everybody has the signature.
      expect(outcome).toMatchObject({ status: 'aborted', reason: 'TIMEOUT', mayBeSigned: true })
      expect(outcome !== undefined && holds(outcome, played.party.message)).toBe(true)
    }
    expect(played.nonces.used.filter(({ peer }) => peer === 1)).toHaveLength(1)
    expect(played.endings[1]?.recovered.flat()).toMatchObject([{ status: 'aborted', mayBeSigned: true }])
  })
})

describe('threat: a nonce is used again after a backup was restored', () => {
  test('the life that comes out of it signs nothing of what went before, convicts nobody, and does not say that nothing was signed', async () => {
    const tally = { signed: 0, recovered: 0 }
    for (const at of moments(25)) {
      let backup: readonly StoreOperation[] = []
      const recorded = await playOnTheRecord({
        peers: 3,
        seed: 300 + at,
        // It comes back to a network in which nobody can tell it what it had said.
        arrange: (world) => {
          const timetable = world.at(roundMs)
          timetable.partition([0, 2])
          timetable.crash(1).restart(50)
        },
        twists: {
          1: {
            store: (life, owner) => {
              if (life.incarnation > 0) return restore(backup, owner)
              void life.sleep(at).then(async () => {
                backup = await recordsOf(life.store, owner)
              })
              return undefined
            },
          },
        },
      })
      assertNothingTwice(recorded)
      expect(partsOf(recorded, 1).every((life) => life === 0)).toBe(true)
      const recovered = recorded.played.endings[1]?.recovered.flat() ?? []
      tally.recovered += recovered.length
      if (partsOf(recorded, 1).length === 0) continue
      tally.signed += 1
      for (const outcome of recovered)
        if (outcome.status === 'aborted')
          expect({ at, mayBeSigned: outcome.mayBeSigned }).toEqual({ at, mayBeSigned: true })
    }
    expect(Math.min(tally.signed, tally.recovered)).toBeGreaterThan(0)
  })

  test.each([
    ['waits', false],
    ['gives it up', true],
  ])('nor does one that lost everything, is invited once more to what it had signed, and %s', async (_, givesUp) => {
    // Its part is lost on the way to all whom its next life can ask.
    let isKept = false
    const keeping: NonNullable<Twist['coordinator']> = (coordinator, { incarnation }) =>
      wrapCoordinator(coordinator, {
        async sendTo(to, message, options) {
          if (isKept && incarnation === 0) return
          await coordinator.sendTo(to, message, options)
        },
      })
    const { endings, nonces } = await play({
      peers: 3,
      twists: {
        1: {
          coordinator: keeping,
          store: ({ incarnation }, owner) => (incarnation > 0 ? restore([], owner) : undefined),
        },
        2: { coordinator: keeping },
      },
      onRound: (round, index, world, life) => {
        if (index !== 1) return
        // It has learned by now that a former life was in it.
        if (life.incarnation > 0) return givesUp ? life.sleep(200).then(() => round.abort('enough')) : undefined
        round.on('progress', ({ phase }) => {
          if (phase !== 'sign' || isKept) return
          isKept = true
          world
            .at(world.nowMs + 100)
            .crash(1)
            .restart(50)
        })
        return undefined
      },
    })
    expect(nonces.used.filter(({ peer }) => peer === 1)).toMatchObject([{ life: 0 }])
    expect(endings[1]?.outcomes).toMatchObject([{ status: 'aborted', reason: 'RESTARTED', mayBeSigned: true }])
  })

  test('signing the same message anew from a restored disk takes nonces that were never made before', async () => {
    let backup: readonly StoreOperation[] = []
    const before = await play({
      peers: 2,
      seed: 7,
      twists: {
        1: {
          store: (life, owner) => {
            void life.sleep(60).then(async () => {
              backup = await recordsOf(life.store, owner)
            })
            return undefined
          },
        },
      },
    })
    expect(backup.length).toBeGreaterThan(0)
    // The same machine: the same seed, and so the same identities; what it draws is not the same, as nothing of it is stored.
    const after = await play({
      peers: 2,
      seed: 8,
      party: before.party,
      twists: { 1: { store: (_, owner) => restore(backup, owner) } },
    })
    for (const outcome of [...before.outcomes, ...after.outcomes])
      expect(isSigned(outcome, before.party.message)).toBe(true)
    expect(new Set([...before.nonces.made, ...after.nonces.made].map(({ nonce }) => nonce)).size).toBe(4)
  })
})

describe('a nonce is spent on the disk before its part leaves', () => {
  test('when the signer is asked, the marker is there', async () => {
    const found: number[] = []
    let owner = ''
    const played = await play({
      peers: 2,
      twists: {
        1: {
          store: (_, peerId) => {
            owner = peerId
            return undefined
          },
          signer: (signer, life) => ({
            ...signer,
            async sign(request) {
              const records = await recordsOf(life.store, owner)
              found.push(records.filter(({ key }) => key.startsWith('spent/')).length)
              return signer.sign(request)
            },
          }),
        },
      },
    })
    expect(found).toEqual([1])
    for (const outcome of played.outcomes) expect(isSigned(outcome, played.party.message)).toBe(true)
  })

  test.each([
    ['fails', false],
    ['was made, and is said to have failed', true],
  ])('where writing it %s, nothing is signed', async (_, isWritten) => {
    let hits = 0
    const recorded = await playOnTheRecord({
      peers: 3,
      twists: {
        1: {
          store: (life) =>
            guardedStore(life.store, async (write, keys) => {
              const isMarker = keys.some((key) => key.startsWith('spent/'))
              if (!isMarker || isWritten) await write()
              if (!isMarker) return
              hits += 1
              throw new Error('the disk is full')
            }),
        },
      },
    })
    const { played } = recorded
    expect(hits).toBe(1)
    expect(played.nonces.used.filter(({ peer }) => peer === 1)).toEqual([])
    expect(partsOf(recorded, 1)).toEqual([])
    expect(played.outcomes[1]).toMatchObject({ status: 'aborted', reason: 'FAILED', mayBeSigned: false })
    assertNothingTwice(recorded)
  })

  test('where the part cannot be kept it is not said, whatever was signed', async () => {
    const statements = createStatementLog()
    let hits = 0
    const store = (life: Life) =>
      guardedStore(life.store, async (write) => {
        if (statements.signed.some(({ peer, type }) => peer === 1 && type === 'sign')) {
          hits += 1
          throw new Error('the disk is full')
        }
        return write()
      })
    const recorded = await playOnTheRecord({ peers: 3, twists: { 1: { store } } }, statements)
    const { played } = recorded
    expect(hits).toBeGreaterThan(0)
    const [part] = statements.signed.filter(({ peer, type }) => peer === 1 && type === 'sign')
    for (const peer of [0, 2]) {
      const decoded = decodeTranscript(played.endings[peer]?.transcript ?? new Uint8Array(0))
      expect(decoded.ok && decoded.articles.map((bytes) => hex.encode(bytes))).not.toContain(part?.bytes)
    }
    expect(played.outcomes[1]).toMatchObject({ status: 'aborted', reason: 'FAILED', mayBeSigned: true })
    assertNothingTwice(recorded)
  })

  test('no secret nonce is ever written', async () => {
    const secrets: Uint8Array[] = []
    let written: readonly StoreOperation[] = []
    const played = await play({
      peers: 2,
      twists: {
        1: {
          signer: () => bareSigner(secrets),
          store: (life, owner) => {
            void life.sleep(roundMs * 2).then(async () => {
              written = await recordsOf(life.store, owner)
            })
            return undefined
          },
        },
      },
    })
    for (const outcome of played.outcomes) expect(isSigned(outcome, played.party.message)).toBe(true)
    expect(secrets).toHaveLength(1)
    const everything = written.map((record) => record.key + ('value' in record ? hex.encode(record.value) : '')).join()
    // What was said is found in there, and so would be what must not.
    expect(everything).toContain(hex.encode(played.party.message))
    for (const secret of secrets)
      for (const part of [secret.slice(0, 32), secret.slice(32, 64)]) expect(everything).not.toContain(hex.encode(part))
  })
})

/** The first life of a peer dies when it has kept something that nobody has heard, and its next one comes to a whole network. */
function dyingWith(type: string, statements: StatementLog, { cutOffMs }: { readonly cutOffMs: number }) {
  let world: World | undefined
  let isDying = false
  return {
    arrange: (made: World): void => {
      world = made
    },
    store: (life: Life) =>
      guardedStore(life.store, async (write) => {
        await write()
        const hasSigned = statements.signed.some((each) => each.peer === 1 && each.type === type)
        if (!hasSigned || isDying || world === undefined) return
        isDying = true
        const { nowMs } = world
        world.at(nowMs).partition([0, 2], [1])
        world
          .at(nowMs + 4)
          .crash(1)
          .restart(2 * cutOffMs)
        world.at(nowMs + cutOffMs).heal()
        // Not before the link is cut.
        await life.sleep(1)
      }),
  }
}

/** A signer that keeps a copy of every secret nonce, which no signer should. */
function bareSigner(secrets: Uint8Array[]): Signer<Uint8Array> {
  const secretKey = createParty(2).secretKeys[1] ?? new Uint8Array(32)
  return {
    holds: (key) => hex.encode(key) === hex.encode(publicKeyFor(secretKey)),
    makeNonce: ({ publicKey, aggregateKey, message, place, random }) => {
      const made = nonceGen(publicKey, secretKey, aggregateKey, message, place, random)
      secrets.push(made.secret.slice())
      return { publicNonce: made.public, secretNonce: made.secret }
    },
    sign: ({ session, secretNonce }) => signPartially(session, secretNonce, secretKey),
  }
}
