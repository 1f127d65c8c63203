import {
  type Coordinator,
  createCoordinator,
  createSystemEnv,
  type Env,
  generateIdentity,
  RondoError,
} from '@rondo/core'
import { describe, expect, test } from 'vitest'
import type { Approve, SigningRequest } from '../../src/approval.js'
import { memorySigner } from '../../src/memory-signer.js'
import { type Musig2LimitsOption, resolveMusig2Limits } from '../../src/options.js'
import type { Signer } from '../../src/signer.js'
import { type Admission, SigningDesk } from '../../src/signing/desk.js'
import { KeyUse } from '../../src/signing/key-use.js'
import { SigningTask } from '../../src/signing/task.js'
import { createParty, keyAt } from '../party.js'

const party = createParty(2)
const { publicKeys, message, secretKeys } = party
const coordinator = createCoordinator({ identity: generateIdentity(), transports: [] })
const other = generateIdentity().peerId
const { peerId: me } = coordinator

const nodeOf = (env: Partial<Env>): Coordinator =>
  createCoordinator({ identity: generateIdentity(), transports: [], env: { ...createSystemEnv(), ...env } })

interface Setting {
  readonly approve?: Approve
  readonly signer?: Signer
  readonly limits?: Musig2LimitsOption
  readonly node?: Coordinator
}

const mine = memorySigner(secretKeys[1] ?? new Uint8Array(32))

function createDesk({ approve = () => true, signer = mine, limits, node = coordinator }: Setting = {}) {
  const desk = new SigningDesk(node, signer, approve, new KeyUse(resolveMusig2Limits(limits)), 'mainnet')
  /** As a guest in the second seat. */
  const admit = (signal = new AbortController().signal, task = taskOf()): Promise<Admission> =>
    desk.admit(task, [other, node.peerId], signal)
  return { desk, admit }
}

function taskOf(tweaks: readonly { tweak: Uint8Array; isXOnly: boolean }[] = []): SigningTask {
  const seats = publicKeys.map((key) => [key])
  return new SigningTask({ seats, request: { kind: 'message', message, publicKeys, tweaks } })
}

const taken = async (admission: Promise<Admission>) => {
  const settled = await admission
  if (!settled.ok) throw settled.error
  return settled
}
const refused = async (admission: Promise<Admission>) => {
  const settled = await admission
  if (settled.ok) throw new Error('it was admitted')
  return { code: settled.error.code, told: settled.told, message: settled.error.message }
}

describe('what is asked before anything is signed', () => {
  test('who asks, who signs, with which keys, and what', async () => {
    const asked: SigningRequest[] = []
    const { desk, admit } = createDesk({ approve: (request) => asked.push(request) > 0 })
    await admit()
    await desk.admit(taskOf(), [other, me], new AbortController().signal)
    const signers = [
      { peerId: other, publicKeys: [keyAt(party, 0)] },
      { peerId: me, publicKeys: [keyAt(party, 1)] },
    ]
    expect(asked[0]).toMatchObject({ kind: 'message', from: other, isMine: false, signers, message, publicKeys })
    expect(asked).toHaveLength(2)
  })

  test('what this node asks for itself is said to be its own', async () => {
    const asked: SigningRequest[] = []
    const signer = memorySigner(secretKeys[0] ?? new Uint8Array(32))
    const { desk } = createDesk({ signer, approve: (request) => asked.push(request) > 0 })
    await desk.admit(taskOf(), [me, other], new AbortController().signal)
    expect(asked).toMatchObject([{ from: me, isMine: true }])
  })
})

describe('what is shown', () => {
  test('is a copy: what was asked for is signed, whatever a program does to what it shows', async () => {
    const task = taskOf([{ tweak: new Uint8Array(32).fill(1), isXOnly: true }])
    const before = JSON.stringify(task.order)
    const { admit } = createDesk({
      approve: (request) => {
        if (request.kind !== 'message') return false
        const shown = [request.message, ...request.publicKeys, ...request.tweaks.map(({ tweak }) => tweak)]
        // As explorers write it.
        for (const bytes of [...shown, ...request.signers.flatMap((signer) => signer.publicKeys)]) bytes.reverse()
        return true
      },
    })
    await taken(admit(undefined, task))
    expect(JSON.stringify(task.order)).toBe(before)
  })

  test('is worked out piece by piece, one of all requests at a time', async () => {
    let [pending, most] = [0, 0]
    const defer: Env['defer'] = (run) => {
      pending += 1
      most = Math.max(most, pending)
      createSystemEnv().defer(() => {
        pending -= 1
        run()
      })
    }
    const { admit } = createDesk({ node: nodeOf({ defer }), limits: { signingsPerKeyMax: 20 } })
    const admissions = await Promise.all(Array.from({ length: 20 }, () => admit()))
    expect(admissions.every(({ ok }) => ok)).toBe(true)
    expect(most).toBe(1)
  })
})

describe('an answer', () => {
  test('that is true admits, and nothing has been signed so far', async () => {
    const { hasSigned, local } = await taken(createDesk().admit())
    expect(hasSigned()).toBe(false)
    local.signs()
    expect(hasSigned()).toBe(true)
  })

  test('that is a text is the reason, for this node and for whoever asked', async () => {
    const { admit } = createDesk({ approve: async () => 'too much in fees' })
    expect(await refused(admit())).toMatchObject({
      code: 'SIGNING_REFUSED',
      told: 'too much in fees',
      message: expect.stringContaining('too much in fees'),
    })
  })

  test.each([[false], [undefined], [null], [1], [{}], [[true]]])('that is %o is a no', async (answer) => {
    const approve = (() => answer) as unknown as Approve
    expect(await refused(createDesk({ approve }).admit())).toMatchObject({
      code: 'SIGNING_REFUSED',
      told: 'not approved',
    })
  })

  test('that is a throw is no answer, and what was thrown stays here', async () => {
    const fault = new RondoError(
      'STORE_FAILED',
      { layer: 'store', meaning: 'x', retryable: false },
      { detail: '/home' },
    )
    for (const approve of [
      () => Promise.reject(fault),
      () => {
        throw fault
      },
    ])
      await expect(createDesk({ approve }).admit()).rejects.toBe(fault)
  })

  test('that never comes is waited for until nobody wants it any more', async () => {
    const controller = new AbortController()
    let seen: AbortSignal | undefined
    const { admit } = createDesk({
      approve: (_, { signal }) => {
        seen = signal
        return new Promise(() => {})
      },
      limits: { signingsPerKeyMax: 1 },
    })
    const admission = admit(controller.signal)
    await expect.poll(() => seen).toBeDefined()
    controller.abort(new Error('off'))
    await expect(admission).rejects.toThrow('off')
    expect(seen?.aborted).toBe(true)
  })
})

describe('what is refused unasked', () => {
  const never: Approve = () => {
    throw new Error('it was asked')
  }

  test('a key that this signer does not hold: whoever asks learns nothing of which keys lie here', async () => {
    const { admit } = createDesk({ approve: never, signer: memorySigner(...secretKeys.slice(0, 1)) })
    expect(await refused(admit())).toMatchObject({ code: 'ORDER_REFUSED', told: 'not approved' })
  })

  test('a signer that says something else than true holds no key', async () => {
    const signer: Signer = { ...mine, holds: (() => 'yes') as unknown as Signer['holds'] }
    expect(await refused(createDesk({ approve: never, signer }).admit())).toMatchObject({ code: 'ORDER_REFUSED' })
  })

  test('keys that make no key, and whoever asks is not told that the key it guessed is here', async () => {
    const { admit } = createDesk({ approve: never })
    const mad = taskOf([{ tweak: new Uint8Array(32).fill(255), isXOnly: true }])
    expect(await refused(admit(undefined, mad))).toMatchObject({ code: 'KEYS_MISMATCH', told: 'not approved' })
  })

  test('a signer that throws when it is asked for its keys admits nothing, and what it threw stays here', async () => {
    const signer: Signer = {
      ...mine,
      holds: () => {
        throw new Error('unplugged')
      },
    }
    await expect(createDesk({ approve: never, signer }).admit()).rejects.toThrow('unplugged')
  })

  test('what nobody wants any more, also while it is read: no key of it is worked out after that', async () => {
    const controller = new AbortController()
    const defer: Env['defer'] = (run) => {
      controller.abort(new Error('off'))
      createSystemEnv().defer(run)
    }
    let aggregated = 0
    class Counting extends SigningTask {
      override aggregateOf(item: Parameters<SigningTask['aggregateOf']>[0]) {
        aggregated += 1
        return super.aggregateOf(item)
      }
    }
    const { admit } = createDesk({ approve: never, node: nodeOf({ defer }) })
    await expect(admit(controller.signal, new Counting(taskOf().order))).rejects.toThrow('off')
    expect(aggregated).toBe(0)
  })

  test('what nobody wants from the beginning', async () => {
    await expect(createDesk({ approve: never }).admit(AbortSignal.abort(new Error('off')))).rejects.toThrow('off')
  })
})

describe('a key that is in use as often as it may be', () => {
  test('is refused unasked, and told', async () => {
    let asked = 0
    const { admit } = createDesk({ approve: () => asked++ >= 0, limits: { signingsPerKeyMax: 1 } })
    const { release } = await taken(admit())
    expect(await refused(admit())).toMatchObject({ code: 'SIGNINGS_FULL', told: expect.stringContaining('key') })
    expect(asked).toBe(1)
    release()
    await taken(admit())
  })

  test('is given to one of many that are approved at once', async () => {
    const { admit } = createDesk({
      approve: async () => {
        await new Promise((resolve) => setImmediate(resolve))
        return true
      },
      signer: { ...mine, holds: async (key) => mine.holds(key) },
      limits: { signingsPerKeyMax: 1 },
    })
    const admissions = await Promise.all(Array.from({ length: 12 }, () => admit()))
    expect(admissions.filter(({ ok }) => ok)).toHaveLength(1)
  })

  test('is not used up by requests that nobody has answered yet', async () => {
    const [waiting, controller] = [new Promise<boolean>(() => {}), new AbortController()]
    let asked = 0
    const approve: Approve = () => (asked++ < 5 ? waiting : true)
    const { admit } = createDesk({ approve, limits: { signingsPerKeyMax: 1 } })
    const unanswered = Array.from({ length: 5 }, () => admit(controller.signal))
    await expect.poll(() => asked).toBe(5)
    await taken(admit())
    controller.abort()
    await Promise.allSettled(unanswered)
  })

  test.each<[string, Approve]>([
    ['a no', () => false],
    ['a reason', () => 'no'],
    [
      'a throw',
      () => {
        throw new Error('no')
      },
    ],
  ])('is free after %s', async (_, approve) => {
    let isFirst = true
    const { admit } = createDesk({
      approve: (...asked) => {
        if (!isFirst) return true
        isFirst = false
        return approve(...asked)
      },
      limits: { signingsPerKeyMax: 1 },
    })
    await Promise.allSettled([admit()])
    await taken(admit())
  })
})
