import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js'
import { createCoordinator, createMemoryStore, generateIdentity, type StoreOperation } from '@rondo/core'
import { rounds } from '@rondo/rounds'
import { silent } from '@rondo/rounds/testing'
import * as tiny from 'tiny-secp256k1'
import { describe, expect, test } from 'vitest'
import { aggregateKeys, xOnlyKeyOf } from '../../src/bip327/key-context.js'
import { makeNonce, SecretNonce } from '../../src/bip327/nonces.js'
import { aggregatePartials, signPartially, verifyPartial } from '../../src/bip327/partials.js'
import { createSession, type Session } from '../../src/bip327/session.js'
import { musig2Rounds } from '../../src/index.js'
import { memorySigner } from '../../src/memory-signer.js'
import { resolveMusig2Limits } from '../../src/options.js'
import { SigningDesk } from '../../src/signing/desk.js'
import { KeyUse } from '../../src/signing/key-use.js'
import { SigningTask } from '../../src/signing/task.js'
import { isSigned, namedBy, describe as tell, warnings } from '../judge.js'
import { recordsOf } from '../lives.js'
import { otherNonce } from '../malice/other-nonce.js'
import { twoFaced } from '../malice/two-faced.js'
import { bytesOf, createParty, keyAt, play, restating, type Twist } from '../party.js'

const {
  Point: { Fn },
} = secp256k1

// What went wrong in an earlier system of this kind, one by one.

describe('defect: nonces that were not bound to the index of their signer', () => {
  test('whoever says the nonces of another as its own cannot sign for them, and is convicted', async () => {
    let theirs: readonly Uint8Array[] = []
    const watched: Twist = {
      signer: (signer) => ({
        ...signer,
        async makeNonce(request) {
          const made = await signer.makeNonce(request)
          theirs = [made.publicNonce]
          return made
        },
      }),
    }
    // It is the last to speak, and finds no fault with its own part.
    const shameless = restating('sign', (parts) => parts)
    const copying: Twist = {
      definition: restating('nonces', () => theirs, shameless),
      signer: (signer, life) => ({
        ...signer,
        async makeNonce(request) {
          const made = await signer.makeNonce(request)
          await life.sleep(200)
          return made
        },
      }),
    }
    const played = await play({ peers: 3, twists: { 1: watched, 2: copying } })
    expect(theirs).toHaveLength(1)
    for (const peer of [0, 1]) {
      expect(played.outcomes[peer]).toMatchObject({ status: 'aborted', reason: 'FAULT' })
      expect(namedBy(played, peer).culprits).toEqual([2])
    }
  })

  test('a nonce that was made for one key signs with no other', () => {
    const party = createParty(2)
    const key = aggregateKeys(party.publicKeys)
    const [mine = new Uint8Array(0), theirs = new Uint8Array(0)] = party.secretKeys
    const { publicNonce, secretNonce } = makeNonce({
      ...{ secretKey: mine, publicKey: keyAt(party, 0), aggregateKey: xOnlyKeyOf(key), message: party.message },
      ...{ place: bytesOf('place'), random: bytesOf('random') },
    })
    const session = createSession(key, [publicNonce, otherNonce()], party.message)
    expect(() => signPartially(session, secretNonce.take(), theirs)).toThrow('another key')
  })

  test('nonces in the order of their coming, and not of their signers, would make no signature', async () => {
    // The signers come in one order, and their keys stand in another: everything is by its signer all the same.
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 3, 0, 2],
    ]) {
      const party = createParty(4)
      const publicKeys = order.map((at) => keyAt(party, at))
      const played = await play({ peers: 4, party, terms: { publicKeys } })
      for (const outcome of played.outcomes) {
        expect(isSigned(outcome, party.message)).toBe(true)
        expect(outcome?.signed).toMatchObject({ publicKey: xOnlyKeyOf(aggregateKeys(publicKeys)) })
      }
    }
  })
})

describe('defect: any peer could abort a session', () => {
  test('a peer that was not invited cannot: it is connected, sees nothing of the round, and what it says is nobody’s word', async () => {
    const party = createParty(4)
    const three = { publicKeys: party.publicKeys.slice(0, 3) }
    const played = await play({
      peers: 4,
      party,
      terms: three,
      onRound: (round, index, world) => {
        if (index !== 0) return
        round.on('progress', ({ phase }) => {
          const stranger = world.peers[3]
          if (phase !== 'agreed' || stranger === undefined) return
          const payload = { room: Uint8Array.from(Buffer.from(round.id, 'hex')), articles: [new Uint8Array(64)] }
          for (const peer of world.others(3))
            stranger.sendTo(peer, { protocol: 'rounds', version: 1, type: 'articles', payload }).catch(() => {})
        })
      },
    })
    for (const outcome of played.outcomes.slice(0, 3)) expect(isSigned(outcome, party.message)).toBe(true)
    expect(played.outcomes[3]).toBeUndefined()
  })
})

describe('defect: what should happen once somebody fails never happened for index 0, which tested false', () => {
  test('the signer at index 0 who cheats is convicted, who is silent is suspected', async () => {
    const cheated = await play({
      peers: 3,
      twists: { 0: { definition: restating('sign', () => [new Uint8Array(32)]) } },
    })
    for (const peer of [1, 2]) expect(namedBy(cheated, peer)).toMatchObject({ culprits: [0] })
    const muted = await play({ peers: 3, arrange: (world) => world.malicious(0, silent('agreed')) })
    for (const peer of [1, 2]) expect(namedBy(muted, peer)).toEqual({ culprits: [], suspects: [0] })
  })

  test('after an attempt in which the signer at index 0 was not heard there is another one, with it', async () => {
    const played = await play({
      peers: 3,
      terms: { retries: 2 },
      onRound: (round, index, world) => {
        if (index !== 0) return
        round.on('progress', ({ phase, attempt }) => {
          if (phase !== 'nonces' || attempt > 1) return
          world.at(world.nowMs).partition([0], [1, 2])
          world.at(world.nowMs + 1_500).heal()
        })
      },
    })
    for (const outcome of played.outcomes) {
      expect(isSigned(outcome, played.party.message)).toBe(true)
      expect(outcome?.account.attempts).toHaveLength(2)
      expect(outcome?.account.attempts.map(({ roster }) => roster)).toEqual([
        [0, 1, 2],
        [0, 1, 2],
      ])
    }
    expect(played.nonces.complaints()).toEqual([])
  })
})

describe('defect: a lock that let three holders in at once', () => {
  test('of many that ask for one key in the same moment, each waiting for others in between, one has it', async () => {
    const party = createParty(2)
    const [, own = new Uint8Array(32)] = party.secretKeys
    const node = createCoordinator({ identity: generateIdentity(), transports: [] })
    const signer = memorySigner(own)
    const slow = { ...signer, holds: (key: Uint8Array) => turns(3).then(() => signer.holds(key)) }
    const approve = (): Promise<boolean> => turns(5).then(() => true)
    const desk = new SigningDesk(
      node,
      slow,
      approve,
      new KeyUse(resolveMusig2Limits({ signingsPerKeyMax: 1 })),
      'mainnet',
    )
    const { publicKeys, message } = party
    const order = {
      seats: publicKeys.map((key) => [key]),
      request: { kind: 'message', message, publicKeys, tweaks: [] },
    } as const
    const roster = [generateIdentity().peerId, node.peerId]
    const ask = () => desk.admit(new SigningTask(order), roster, new AbortController().signal)
    const first = await Promise.all(Array.from({ length: 20 }, ask))
    const holders = first.filter((each) => each.ok)
    expect(holders).toHaveLength(1)
    // Nor do those who were refused give back what they never had.
    for (const each of holders) each.release()
    expect((await Promise.all(Array.from({ length: 20 }, ask))).filter((each) => each.ok)).toHaveLength(1)
  })
})

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('defect: a coordinator that could be foretold, and was the same for each group', () => {
  test('nobody is elected: any signer may ask the others, and the signature is for the same key', async () => {
    const party = createParty(4)
    const key = xOnlyKeyOf(aggregateKeys(party.publicKeys))
    for (const host of [0, 1, 2, 3]) {
      const played = await play({ peers: 4, party, host })
      for (const outcome of played.outcomes) {
        expect(isSigned(outcome, party.message)).toBe(true)
        expect(outcome?.signed).toMatchObject({ publicKey: key })
        expect(outcome?.account.members[0]?.peerId).toBe(played.peerIds[host])
      }
    }
  })

  test('whoever asks has no say over anything else: its words are judged as those of all others', async () => {
    const lies: readonly Twist[] = [
      { definition: restating('nonces', () => []) },
      { definition: restating('sign', (parts) => parts.map((part) => Fn.toBytes(Fn.add(Fn.fromBytes(part), 1n)))) },
    ]
    for (const lie of lies) {
      const played = await play({ peers: 3, twists: { 0: lie } })
      for (const peer of [1, 2]) {
        expect(tell(played.outcomes[peer])).toContain('FAULT')
        expect(namedBy(played, peer).culprits).toEqual([0])
      }
    }
  })

  test('a round has an id of its own, that nobody could have foretold: the same order by the same host has another each time', async () => {
    const party = createParty(2)
    const ids: string[] = []
    for (const seed of [1, 2, 3]) {
      const { outcomes } = await play({ peers: 2, seed, party })
      ids.push(outcomes[0]?.account.room ?? '', outcomes[0]?.account.round ?? '')
    }
    expect(new Set(ids).size).toBe(6)
  })
})

describe('defect: nonces that contradict each other, upon which everybody only waited', () => {
  test('they convict at once, long before any deadline, and nobody has signed', async () => {
    const lie = twoFaced('nonces', (payload) => (Array.isArray(payload) ? [payload[0], [otherNonce()]] : payload))
    const deadlineMs = 60_000
    const played = await play({ peers: 3, terms: { deadlineMs }, arrange: (world) => world.malicious(2, lie) })
    for (const peer of [0, 1]) {
      const outcome = played.outcomes[peer]
      expect(outcome).toMatchObject({ status: 'aborted', reason: 'EQUIVOCATION' })
      expect(namedBy(played, peer).culprits).toEqual([2])
      expect(outcome?.account.durationMs).toBeLessThan(deadlineMs / 10)
    }
    expect(warnings(played).slice(0, 2)).toEqual([false, false])
  })
})

describe('defect: the nonces that were used were remembered in memory alone', () => {
  test('what was spent is on the disk of each signer, and outlasts it', async () => {
    const kept: (readonly StoreOperation[])[] = []
    const keeping: Twist = {
      store: (life, owner) => {
        void life.sleep(400).then(async () => {
          kept.push(await recordsOf(life.store, owner))
        })
        return undefined
      },
    }
    const played = await play({ peers: 3, twists: { 0: keeping, 1: keeping, 2: keeping } })
    for (const outcome of played.outcomes) expect(isSigned(outcome, played.party.message)).toBe(true)
    expect(kept).toHaveLength(3)
    const attempt = played.outcomes[0]?.account.attempts[0]?.id ?? 'none'
    for (const records of kept) {
      const spent = records.map(({ key }) => key).filter((key) => key.startsWith('spent/'))
      expect(spent).toHaveLength(1)
      expect(spent[0]).toContain(attempt)
    }
  })

  test('a node without a durable store takes no part', async () => {
    for (const store of [undefined, createMemoryStore()]) {
      const node = createCoordinator({ identity: generateIdentity(), transports: [], store })
      expect(() => rounds(node).serve(musig2Rounds, (invite) => invite.decline())).toThrow(
        expect.objectContaining({ code: 'ROUND_STORE_VOLATILE' }),
      )
    }
  })
})

describe('defect: a challenge that was not that of BIP-340', () => {
  test('what a round makes holds for two other implementations, and the challenge is theirs', async () => {
    const played = await play({ peers: 3 })
    const { message } = played.party
    for (const outcome of played.outcomes) {
      expect(isSigned(outcome, message)).toBe(true)
      const signed = outcome?.signed
      if (signed?.kind !== 'message') throw new Error('it is a message')
      expect(tiny.verifySchnorr(message, signed.publicKey, signed.signature)).toBe(true)
      const other = message.slice()
      other[0] = (other[0] ?? 0) ^ 1
      expect(tiny.verifySchnorr(other, signed.publicKey, signed.signature)).toBe(false)
    }
  })

  test('it is the tagged hash of R, P and the message', () => {
    const { publicKeys, message } = createParty(2)
    const key = aggregateKeys(publicKeys)
    const session = createSession(key, [otherNonce(1), otherNonce(2)], message)
    const r = session.nonce.toBytes(true).subarray(1)
    const hash = schnorr.utils.taggedHash('BIP0340/challenge', r, xOnlyKeyOf(key), message)
    expect(session.challenge).toBe(Fn.create(BigInt(`0x${Buffer.from(hash).toString('hex')}`)))
  })
})

describe('defect: commitments to nonces, taken for a cure of their reuse', () => {
  const party = createParty(2)
  const [secretKey = new Uint8Array(0), otherSecret = new Uint8Array(0)] = party.secretKeys
  const key = aggregateKeys(party.publicKeys)
  const purpose = (at: number, secret: Uint8Array) => ({
    ...{ secretKey: secret, publicKey: keyAt(party, at), aggregateKey: xOnlyKeyOf(key), message: party.message },
    ...{ place: bytesOf('place', at), random: bytesOf('random', at) },
  })

  /** What everybody would have opened as it was committed to, each time: the nonces are the same. */
  const secretBytes = (): Uint8Array => makeNonce(purpose(0, secretKey)).secretNonce.take()

  test('a nonce that is used three times, honestly opened each time, gives the key away', () => {
    const { publicNonce } = makeNonce(purpose(0, secretKey))
    const sessions = [1, 2, 3].map((at) =>
      createSession(key, [publicNonce, makeNonce(purpose(1, otherSecret)).publicNonce], bytesOf('m', at)),
    )
    const parts = sessions.map((session) => signPartially(session, secretBytes(), secretKey))
    expect(sessions.map((session, at) => verifyPartial(session, 0, parts[at] ?? new Uint8Array(0)))).toEqual([
      true,
      true,
      true,
    ])
    expect(solve(sessions, parts)).toEqual(secretKey)
  })

  test('here a nonce is handed out once', () => {
    const { secretNonce } = makeNonce(purpose(0, secretKey))
    expect(secretNonce).toBeInstanceOf(SecretNonce)
    const bytes = secretNonce.take()
    expect(() => secretNonce.take()).toThrow('this nonce was used')
    const session = createSession(key, [makeNonce(purpose(0, secretKey)).publicNonce, otherNonce()], party.message)
    signPartially(session, bytes, secretKey)
    // And what was handed out is gone when it has signed.
    expect(bytes.every((byte) => byte === 0)).toBe(true)
    expect(() => signPartially(session, bytes, secretKey)).toThrow('used')
  })

  test('and a signer that wants to sign twice in one attempt gets no nonce for it', async () => {
    const thrown: unknown[] = []
    const sign = musig2Rounds.phases.find(({ name }) => name === 'sign')
    if (sign?.kind !== 'said') throw new Error('there is a phase in which they sign')
    const phases = musig2Rounds.phases.map((phase): (typeof musig2Rounds.phases)[number] =>
      phase === sign
        ? {
            ...sign,
            contribute: async (view, local, context) => {
              const parts = await sign.contribute(view, local, context)
              await Promise.resolve(sign.contribute(view, local, context)).catch((cause: unknown) => thrown.push(cause))
              return parts
            },
          }
        : phase,
    )
    const played = await play({ peers: 2, twists: { 1: { definition: { ...musig2Rounds, phases } } } })
    expect(isSigned(played.outcomes[0], played.party.message)).toBe(true)
    expect(thrown).toMatchObject([{ code: 'SECRET_SPENT' }])
    expect(played.nonces.complaints()).toEqual([])
  })
})

/** Three parts with one nonce are three equations in k1, k2 and the key: s = ±(k1 + b·k2) + e·a·g·x. */
function solve(sessions: readonly Session[], parts: readonly Uint8Array[]): Uint8Array {
  const rows = sessions.map((session, at) => {
    const sign = isEven(session.nonce) ? 1n : Fn.neg(1n)
    const weight = Fn.mul(session.challenge, session.key.coefficients[0] ?? 0n)
    const keySign = isEven(session.key.point) ? session.key.sign : Fn.neg(session.key.sign)
    return [
      sign,
      Fn.mul(sign, session.blinding),
      Fn.mul(weight, keySign),
      Fn.fromBytes(parts[at] ?? new Uint8Array(32)),
    ]
  })
  for (let column = 0; column < 3; column++) {
    const pivot = rows[column]
    if (pivot === undefined) throw new Error('there are three')
    const inverse = Fn.inv(pivot[column] ?? 0n)
    const scaled = pivot.map((value) => Fn.mul(value, inverse))
    rows[column] = scaled
    for (const [at, row] of rows.entries())
      if (at !== column)
        rows[at] = row.map((value, index) => Fn.sub(value, Fn.mul(row[column] ?? 0n, scaled[index] ?? 0n)))
  }
  return Fn.toBytes(rows[2]?.[3] ?? 0n)
}

const isEven = (point: Session['nonce']): boolean => point.toAffine().y % 2n === 0n

describe('what one part tells', () => {
  test('is nothing that makes a signature without the others', () => {
    const party = createParty(2)
    const key = aggregateKeys(party.publicKeys)
    const session = createSession(key, [otherNonce(1), otherNonce(2)], party.message)
    const alone = aggregatePartials(session, [new Uint8Array(32).fill(1), new Uint8Array(32)])
    expect(schnorr.verify(alone, party.message, xOnlyKeyOf(key))).toBe(false)
  })
})
