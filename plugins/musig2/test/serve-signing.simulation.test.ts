import { type Coordinator, type Env, RondoError } from '@rondo/core'
import { Declined, rounds } from '@rondo/rounds'
import { isAbsent, simulate, wrapCoordinator } from '@rondo/testkit/simulator'
import { describe, expect, test } from 'vitest'
import { type Approve, memorySigner, musig2, musig2Rounds, type Signer, type SigningOutcome } from '../src/index.js'
import type { Order } from '../src/signing/order.js'
import { isSigned, namedBy, describe as tell } from './judge.js'
import { bytesOf, createParty, deadlineMs, type Played, play, type Twist } from './party.js'

/** What the host knows of why it came to nothing. */
function aborted({ outcomes }: Played, peer = 0): Extract<SigningOutcome, { status: 'aborted' }> {
  const outcome = outcomes[peer]
  if (outcome?.status !== 'aborted') throw new Error(tell(outcome))
  return outcome
}

const guest = (twist: Twist): Promise<Played> => play({ peers: 3, twists: { 1: twist } })

/** Everything that the others have heard of somebody. */
const heard = (outcome: SigningOutcome): string =>
  JSON.stringify(outcome.account) + new TextDecoder().decode(outcome.transcript)

/** What nobody else is to read, whatever goes wrong here. */
const secret = 'the wallet of alice is open'

interface Line {
  readonly level: string
  readonly words: string
  readonly more: unknown
}

/** Writes down what a node logs. */
function logging(node: Coordinator, lines: Line[]): Coordinator {
  const { env } = node
  const changed: Env = {
    monotonicMs: () => env.monotonicMs(),
    wallMs: () => env.wallMs(),
    random: (bytes) => env.random(bytes),
    schedule: (ms, run) => env.schedule(ms, run),
    defer: (run) => env.defer(run),
    jitter: () => env.jitter(),
    log: (level, words, more) => lines.push({ level, words, more }),
  }
  return wrapCoordinator(node, { env: changed })
}

describe('an invitation that approve says no to', () => {
  test.each<[string, Approve, string]>([
    ['no', () => false, 'not approved'],
    ['no, in words', () => 'more than I may sign for', 'more than I may sign for'],
    ['no, later', async () => 'too late', 'too late'],
    ['no, in more words than there is room for', () => 'x'.repeat(1_000), 'x'.repeat(256)],
    ['something that is neither yes nor no', (() => ({ yes: true })) as unknown as Approve, 'not approved'],
    ['nothing', (() => undefined) as unknown as Approve, 'not approved'],
  ])('by %s: the others are told, and nothing is signed', async (_, approve, reason) => {
    const played = await guest({ approve })
    const { culprits, mayBeSigned, declined } = aborted(played)
    expect({ culprits, mayBeSigned, declined }).toEqual({
      culprits: [],
      mayBeSigned: false,
      declined: [{ peerId: played.peerIds[1], reason }],
    })
    expect(played.nonces.made).toEqual([])
  })

  const failures: Readonly<Record<string, Approve>> = {
    'a throw': () => {
      throw new Error(secret)
    },
    'a rejection': () => Promise.reject(new Error(secret)),
    'an error of a store': () => {
      const entry = { layer: 'store', meaning: secret, retryable: false }
      throw new RondoError('STORE_FAILED', entry, { detail: secret, details: { detail: secret } })
    },
    'something that is no error': () => Promise.reject(secret),
  }
  test.each(Object.entries(failures))('by %s: the others are told that it failed, and not why', async (_, approve) => {
    const played = await guest({ approve })
    const outcome = aborted(played)
    expect(outcome.declined).toEqual([{ peerId: played.peerIds[1], reason: 'this member failed' }])
    for (const peer of [0, 2]) {
      const other = played.outcomes[peer]
      if (other !== undefined) expect(heard(other)).not.toContain(secret)
    }
    expect(played.nonces.made).toEqual([])
  })

  test('by never answering: the invitation runs out, approve is told, and a later yes is not heard', async () => {
    const told: AbortSignal[] = []
    let answer = (_: boolean): void => {}
    const approve: Approve = (_, { signal }) => {
      told.push(signal)
      signal.addEventListener('abort', () => answer(true), { once: true })
      return new Promise((resolve) => {
        answer = resolve
      })
    }
    const lines: Line[] = []
    const played = await guest({ approve, coordinator: (node) => logging(node, lines) })
    expect(lines).toEqual([])
    expect(aborted(played)).toMatchObject({ reason: 'NOT_ENOUGH', declined: [], mayBeSigned: false })
    expect(told.map(({ aborted: isOff }) => isOff)).toEqual([true])
    expect(played.endings[1]?.outcomes).toEqual([])
    expect(played.nonces.made).toEqual([])
  })

  test('by not holding the key: who asks cannot tell that from a no', async () => {
    const lines: Line[] = []
    const signer = (own: Signer): Signer => ({ ...own, holds: () => false })
    const played = await guest({ signer, coordinator: (node) => logging(node, lines) })
    expect(aborted(played).declined).toEqual([{ peerId: played.peerIds[1], reason: 'not approved' }])
    // Whoever runs this node can see what it was.
    expect(lines).toMatchObject([
      {
        level: 'info',
        words: 'an invitation to sign was refused',
        more: { from: played.peerIds[0], code: 'ORDER_REFUSED' },
      },
    ])
  })
})

describe('a listener of the rounds that a node takes part in', () => {
  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error(secret)
      },
    ],
    ['rejects', () => Promise.reject(new Error(secret))],
  ])('that %s harms nothing', async (_, fail) => {
    const stray: unknown[] = []
    const note = (cause: unknown): void => void stray.push(cause)
    process.on('unhandledRejection', note)
    const played = await play({
      peers: 2,
      onRound: (_round, index) => (index === 1 ? fail() : undefined),
    })
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(isSigned(played.outcomes[0], played.party.message)).toBe(true)
    expect(stray).toEqual([])
  })
})

describe('a signer', () => {
  const makeNonce = (change: (made: { publicNonce: Uint8Array; secretNonce: unknown }) => unknown): Twist => ({
    signer: (own) => ({ ...own, makeNonce: async (request) => change(await own.makeNonce(request)) as never }),
  })
  const sign = (change: (part: Uint8Array) => unknown): Twist => ({
    signer: (own) => ({ ...own, sign: async (request) => change(await own.sign(request)) as never }),
  })
  const throwing = (name: keyof Signer): Twist => ({
    signer: (own) => ({
      ...own,
      [name]: () => {
        throw new Error(secret)
      },
    }),
  })

  test('that fails when it is asked what it holds takes no part, and the others do not learn why', async () => {
    const played = await guest(throwing('holds'))
    expect(aborted(played).declined).toEqual([{ peerId: played.peerIds[1], reason: 'this member failed' }])
    expect(heard(aborted(played))).not.toContain(secret)
  })

  const rubbish: Readonly<Record<string, Twist>> = {
    'throws as it makes a nonce': throwing('makeNonce'),
    'makes nothing of it': makeNonce(() => undefined),
    'makes a nonce of 65 bytes': makeNonce(({ publicNonce, ...made }) => ({
      ...made,
      publicNonce: publicNonce.subarray(1),
    })),
    'makes a nonce that is no two points': makeNonce((made) => ({ ...made, publicNonce: new Uint8Array(66).fill(5) })),
    'makes a text': makeNonce((made) => ({ ...made, publicNonce: secret })),
    'throws as it signs': throwing('sign'),
    'signs with nothing': sign(() => undefined),
    'signs with zeros': sign(() => new Uint8Array(32)),
    'signs with 33 bytes': sign((part) => Uint8Array.of(...part, 0)),
    'signs with a number above the order': sign(() => new Uint8Array(32).fill(255)),
    'signs with a text': sign(() => secret),
    'signs for something else': sign((part) => part.map((byte, at) => (at === 31 ? byte ^ 1 : byte))),
  }
  test.each(Object.entries(rubbish))('that %s: nothing of it is said, and nobody is convicted', async (_, twist) => {
    const played = await guest(twist)
    for (const peer of [0, 1, 2]) {
      expect(aborted(played, peer).culprits).toEqual([])
      expect(aborted(played, peer).signed).toBeUndefined()
    }
    expect(aborted(played, 1)).toMatchObject({ reason: 'FAILED' })
    for (const peer of [0, 2]) {
      expect(['DECLINED', 'CLOSED']).toContain(aborted(played, peer).reason)
      expect(heard(aborted(played, peer))).not.toContain(secret)
    }
    const phase = _.includes('sign') ? 'sign' : 'nonces'
    const said = aborted(played).account.attempts[0]?.phases.find(({ name }) => name === phase)?.said
    expect(said?.map(({ member }) => member)).not.toContain(1)
    // The others have signed where it came to that, and know it.
    expect(aborted(played).mayBeSigned).toBe(phase === 'sign')
  })

  test('that is slower than the deadline is a suspect for the others, and what it makes too late is not said', async () => {
    for (const name of ['makeNonce', 'sign'] as const) {
      let isMade = false
      const slow: Twist = {
        signer: (own, life) => ({
          ...own,
          async [name](request: never) {
            await life.sleep(3_000)
            isMade = true
            return own[name](request) as never
          },
        }),
      }
      const played = await guest(slow)
      expect(isMade).toBe(true)
      for (const peer of [0, 2]) {
        expect(aborted(played, peer)).toMatchObject({ reason: 'TIMEOUT', mayBeSigned: name === 'sign' })
        expect(namedBy(played, peer)).toEqual({ culprits: [], suspects: [1] })
      }
      // Nothing of its own has left.
      expect(aborted(played, 1)).toMatchObject({ reason: 'TIMEOUT', mayBeSigned: false })
    }
  })

  test('that is slow, but not too slow, signs', async () => {
    const slow: Twist = {
      signer: (own, life) => ({
        holds: (key) => life.sleep(200).then(() => own.holds(key)),
        makeNonce: (request) => life.sleep(500).then(() => own.makeNonce(request)),
        sign: (request) => life.sleep(500).then(() => own.sign(request)),
      }),
    }
    const played = await play({ peers: 3, twists: { 0: slow, 1: slow } })
    for (const outcome of played.outcomes) expect(isSigned(outcome, played.party.message)).toBe(true)
  })

  test('on which a person says no, at its last screen, has signed nothing, and says why in its own words', async () => {
    const refusing: Twist = {
      signer: (own) => ({
        ...own,
        sign: () => {
          throw new Declined('rejected on the device')
        },
      }),
    }
    const played = await guest(refusing)
    expect(aborted(played, 1)).toMatchObject({ reason: 'DECLINED', mayBeSigned: false })
    expect(aborted(played, 0)).toMatchObject({
      reason: 'DECLINED',
      declined: [{ peerId: played.peerIds[1], reason: 'rejected on the device' }],
    })
  })

  test('is told when nothing is wanted any more', async () => {
    const signals: AbortSignal[] = []
    const stuck: Twist = {
      signer: (own) => ({
        ...own,
        sign: ({ signal }) => {
          signals.push(signal)
          return new Promise(() => {})
        },
      }),
    }
    await guest(stuck)
    expect(signals.map((signal) => signal.aborted)).toEqual([true])
  })

  test('is asked with what all have agreed to: the keys, the message and every nonce', async () => {
    const asked: unknown[] = []
    const watching: Twist = {
      signer: (own) => ({
        ...own,
        sign: (request) => {
          asked.push(request.session)
          return own.sign(request)
        },
      }),
    }
    const played = await play({
      peers: 3,
      twists: { 1: watching },
      terms: { tweaks: [{ tweak: bytesOf('t'), isXOnly: true }] },
    })
    const { publicKeys, message } = played.party
    expect(asked).toMatchObject([{ message, key: { publicKeys } }])
    expect(asked).toMatchObject([{ publicNonces: { length: 3 } }])
  })
})

describe('a host that would do with fewer than all who hold a key', () => {
  test('is declined: without one of its signers a group has another key', async () => {
    const party = createParty(3)
    const world = simulate({ seed: 1, peers: 3, network: { latencyMs: 10 } })
    let asked = 0
    const approve: Approve = () => asked++ >= 0
    const { outcomes } = await world.run(async (peer, index, life) => {
      const signer = memorySigner(party.secretKeys[index] ?? new Uint8Array(32))
      if (index > 0) {
        musig2(peer, { signer, approve }).serve()
        return undefined
      }
      const { message, publicKeys } = party
      const setup: Order = {
        seats: publicKeys.map((key) => [key]),
        request: { kind: 'message', message, publicKeys, tweaks: [] },
      }
      const local = { signer, pause: () => life.sleep(0), signs: () => {} }
      const terms = { with: world.others(0), setup, local, answerMs: deadlineMs, deadlineMs }
      const fewer = await (await rounds(peer).start(musig2Rounds, { ...terms, minimum: 2 })).outcome
      // A seat more than there are members, or less.
      const two = await (await rounds(peer).start(musig2Rounds, { ...terms, with: world.others(0).slice(0, 1) }))
        .outcome
      return [fewer, two]
    })
    const [ends] = outcomes
    if (ends === undefined || isAbsent(ends)) throw new Error('the host is not there')
    for (const outcome of ends) {
      const declined = outcome.status === 'aborted' ? outcome.declined : []
      expect(declined.length).toBeGreaterThan(0)
      for (const { reason } of declined) expect(reason).toBe('everybody who holds a key signs, and nobody else')
    }
    expect(asked).toBe(0)
  })
})
