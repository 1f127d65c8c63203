import { isAbsent, simulate } from '@rondo/testkit/simulator'
import { describe, expect, test } from 'vitest'
import { aggregateKeys } from '../../src/bip327/key-context.js'
import { createSession } from '../../src/bip327/session.js'
import {
  type Approve,
  defaultMusig2Limits,
  fixedSigners,
  type MessageOptions,
  type Musig2,
  memorySigner,
  musig2,
  type Signer,
  type SigningRound,
} from '../../src/index.js'
import { otherNonce } from '../malice/other-nonce.js'
import { bytesOf, createParty, deadlineMs, keyAt } from '../party.js'

const party = createParty(2)
const messageOf = (name: string): Uint8Array => bytesOf('message', name)

interface Setting {
  /** Of the guest, by the name of what is to be signed. */
  readonly approve: Approve
  readonly signingsPerKeyMax: number
  readonly signer?: (signer: Signer) => Signer
  readonly onRound?: (round: SigningRound) => void
}

/** A host that asks a guest to sign, once and again, and what it says about it. */
async function playGuest<T>(
  { approve, signingsPerKeyMax, signer = (own) => own, onRound }: Setting,
  ask: (sign: (name: string, change?: Partial<MessageOptions>) => Promise<SigningRound>, host: Musig2) => Promise<T>,
): Promise<T> {
  const world = simulate({ seed: 2, peers: 2, network: { latencyMs: [5, 15] } })
  const { outcomes } = await world.run(async (peer, index, life): Promise<T | undefined> => {
    const own = memorySigner(party.secretKeys[index] ?? new Uint8Array(32))
    if (index === 1) {
      musig2(peer, { signer: signer(own), approve, limits: { signingsPerKeyMax } }).serve({ onRound })
      await life.sleep(60_000)
      return undefined
    }
    const host = musig2(peer, { signer: own, approve: () => true, limits: { signingsPerKeyMax: 50 } })
    const signers = fixedSigners(world.others(0).map((peerId) => ({ peerId, publicKey: keyAt(party, 1) })))
    const times = { answerMs: deadlineMs, deadlineMs, lifetimeMs: 600_000 }
    const { publicKeys } = party
    return ask(
      (name, change) => host.signMessage({ message: messageOf(name), publicKeys, signers, ...times, ...change }),
      host,
    )
  })
  const [first] = outcomes
  if (first === undefined || isAbsent(first)) throw new Error('the host has no answer')
  return first
}

const endOf = async (round: Promise<SigningRound>) => (await round).outcome

describe('threat: Wagner’s attack, by many rounds at once', () => {
  test('the nonce of each signer is two points, and what binds them depends on the nonces of all', () => {
    const key = aggregateKeys(party.publicKeys)
    const [mine, theirs] = [otherNonce('mine'), otherNonce('theirs')]
    const session = createSession(key, [mine, theirs], party.message)
    const other = createSession(key, [mine, otherNonce('chosen after')], party.message)
    expect(mine).toHaveLength(66)
    expect(mine.subarray(0, 33)).not.toEqual(mine.subarray(33))
    expect(other.blinding).not.toBe(session.blinding)
  })

  test('no more rounds have a nonce of a key than may use it at once, however many are asked for', async () => {
    const open = { now: 0, most: 0 }
    const counting = (signer: Signer): Signer => ({
      ...signer,
      makeNonce: (request) => {
        open.now += 1
        open.most = Math.max(open.most, open.now)
        return signer.makeNonce(request)
      },
    })
    const setting: Setting = {
      approve: () => true,
      signingsPerKeyMax: 3,
      signer: counting,
      onRound: (round) => {
        void round.outcome.then(() => {
          open.now -= 1
        })
      },
    }
    const outcomes = await playGuest(setting, (sign) =>
      Promise.all(Array.from({ length: 10 }, (_, at) => endOf(sign(`${at}`)))),
    )
    expect(outcomes.filter(({ status }) => status === 'completed')).toHaveLength(3)
    expect(open.most).toBe(3)
    for (const outcome of outcomes) {
      if (outcome.status === 'completed') continue
      expect(outcome).toMatchObject({
        reason: 'NOT_ENOUGH',
        declined: [{ reason: 'as many rounds use a key as may at a time' }],
      })
    }
  })

  test('where nothing is said, it is eight', () => {
    expect(defaultMusig2Limits.signingsPerKeyMax).toBe(8)
  })
})

describe('a key that one round may use at a time is free again', () => {
  const ways: Readonly<Record<string, (sign: Parameters<Parameters<typeof playGuest>[1]>[0]) => Promise<unknown>>> = {
    'after a signature': (sign) => endOf(sign('signed')),
    'after a no': (sign) => endOf(sign('no')),
    'after a reason': (sign) => endOf(sign('reason')),
    'after approve threw': (sign) => endOf(sign('throws')),
    'after approve never answered, and the invitation was off': (sign) => endOf(sign('never')),
    'after the host called it off while a person thought': async (sign) => {
      const controller = new AbortController()
      const round = await sign('never', { signal: controller.signal })
      controller.abort()
      return round.outcome
    },
    'after an abort': async (sign) => {
      const round = await sign('aborted')
      round.on('progress', ({ phase }) => phase === 'nonces' && round.abort())
      return round.outcome
    },
    'after this signer gave up': (sign) => endOf(sign('given up')),
    'after a deadline': (sign) => endOf(sign('slow')),
    'after the signer failed': (sign) => endOf(sign('broken')),
  }
  const isAbout = (message: Uint8Array, name: string): boolean => String(message) === String(messageOf(name))
  const approve: Approve = (request) => {
    const isThis = (name: string): boolean => request.kind === 'message' && isAbout(request.message, name)
    if (isThis('throws')) throw new Error('the window is broken')
    if (isThis('never')) return new Promise(() => {})
    return isThis('reason') ? 'too late' : !isThis('no')
  }
  const signer = (own: Signer): Signer => ({
    ...own,
    makeNonce: (request) => {
      if (isAbout(request.message, 'broken')) throw new Error('unplugged')
      if (isAbout(request.message, 'slow')) return new Promise(() => {})
      return own.makeNonce(request)
    },
  })

  test.each(Object.entries(ways))('%s', async (_, way) => {
    let rounds = 0
    const onRound = (round: SigningRound): void => {
      rounds += 1
      if (way === ways['after this signer gave up'] && rounds === 1) round.abort('no more')
    }
    const after = await playGuest({ approve, signingsPerKeyMax: 1, signer, onRound }, async (sign) => {
      await way(sign)
      return endOf(sign('next'))
    })
    expect(after.status).toBe('completed')
  })

  test('and for the host, after a start that failed and after every end', async () => {
    const world = simulate({ seed: 2, peers: 2, network: { latencyMs: [5, 15] } })
    const { outcomes } = await world.run(async (peer, index) => {
      const own = memorySigner(party.secretKeys[index] ?? new Uint8Array(32))
      const limits = { signingsPerKeyMax: index === 0 ? 1 : 8 }
      const signing = musig2(peer, { signer: own, approve: () => true, limits })
      if (index === 1) return signing.serve().next()
      const signers = fixedSigners(world.others(0).map((peerId) => ({ peerId, publicKey: keyAt(party, 1) })))
      const order = { message: party.message, publicKeys: party.publicKeys, signers, answerMs: deadlineMs, deadlineMs }
      await expect(signing.signMessage({ ...order, deadlineMs: -1 })).rejects.toThrow(TypeError)
      const given = await signing.signMessage(order)
      await expect(signing.signMessage(order)).rejects.toMatchObject({ code: 'SIGNINGS_FULL' })
      given.abort()
      await given.outcome
      return (await signing.signMessage(order)).outcome
    })
    expect(outcomes[0]).toMatchObject({ status: 'completed' })
  })
})
