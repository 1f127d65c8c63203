import { describe, expect, test } from 'vitest'
import { createCoordinator } from '../src/coordinator/create-coordinator.js'
import { generateIdentity } from '../src/identity/identity.js'
import { type CoordinatorOptions, defaultLimits, resolveLimits, resolveNetwork } from '../src/options.js'
import { generateSecp256k1Identity } from '../src/secp256k1/secp256k1.js'

type GivenLimits = NonNullable<CoordinatorOptions['limits']>
const names = Object.keys(defaultLimits)

describe('limits', () => {
  test('are the defaults where nothing is given, finite and above zero', () => {
    const limits = resolveLimits()
    expect(limits).toEqual(defaultLimits)
    expect(Object.isFrozen(limits)).toBe(true)
    for (const value of Object.values(limits)) expect(value).toBeGreaterThan(0)
  })

  test.each(names)('%s takes a whole number from 1 up, and nothing else', (name) => {
    expect(resolveLimits({ [name]: undefined })).toEqual(defaultLimits)
    const besides = {
      connectionsMax: { connectionsReservedOutbound: 1 },
      heartbeatTimeoutMs: { heartbeatIntervalMs: 1 },
    }
    const needed = new Map(Object.entries(besides)).get(name)
    expect(resolveLimits({ ...needed, [name]: 2 })).toMatchObject({ [name]: 2 })
    const bad: readonly unknown[] = [0, -1, 0.5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null, 5n, 2 ** 53]
    for (const value of bad) {
      expect(() => resolveLimits({ [name]: value } as GivenLimits), String(value)).toThrow(TypeError)
    }
  })

  test('a heartbeat that gives up before it has asked throws a TypeError', () => {
    expect(() => resolveLimits({ heartbeatTimeoutMs: 15_000 })).toThrow(TypeError)
    expect(() => resolveLimits({ heartbeatIntervalMs: 45_000 })).toThrow(TypeError)
  })

  test('a name that is none throws a TypeError', () => {
    for (const name of ['connectionMax', 'toString', 'constructor', '']) {
      expect(() => resolveLimits({ [name]: 5 } as GivenLimits)).toThrow(TypeError)
    }
    expect(() => resolveLimits(JSON.parse('{ "__proto__": 5 }'))).toThrow(TypeError)
  })

  test('what the wire cannot say is refused', () => {
    expect(resolveLimits({ namesMax: 65_536, requestTimeoutMsMax: 2 ** 32 - 1 })).toMatchObject({ namesMax: 65_536 })
    expect(() => resolveLimits({ namesMax: 65_537 })).toThrow(TypeError)
    expect(() => resolveLimits({ requestTimeoutMsMax: 2 ** 32 })).toThrow(TypeError)
  })

  test('slots reserved for outbound links follow a small connectionsMax, unless they are given', () => {
    expect(resolveLimits({ connectionsMax: 8 })).toMatchObject({ connectionsReservedOutbound: 2 })
    expect(resolveLimits({ connectionsMax: 1 })).toMatchObject({ connectionsReservedOutbound: 0 })
    expect(resolveLimits({ connectionsMax: 8, connectionsReservedOutbound: 7 })).toMatchObject({ connectionsMax: 8 })
    expect(() => resolveLimits({ connectionsMax: 8, connectionsReservedOutbound: 8 })).toThrow(TypeError)
    expect(() => resolveLimits({ connectionsReservedOutbound: 1_024 })).toThrow(TypeError)
  })
})

describe('the network', () => {
  test('is main where it is left out, and any text of up to 255 bytes', () => {
    expect(resolveNetwork()).toBe('main')
    expect(resolveNetwork('ü'.repeat(127))).toHaveLength(127)
  })

  test('is no empty text, no longer one, and nothing else', () => {
    for (const network of ['', 'x'.repeat(256), 'ü'.repeat(128)])
      expect(() => resolveNetwork(network)).toThrow(TypeError)
    for (const network of [5, null, {}] as unknown[]) expect(() => resolveNetwork(network as string)).toThrow(TypeError)
  })
})

describe('a coordinator', () => {
  const identity = generateIdentity()

  test('checks all of its options when it is made', () => {
    expect(() => createCoordinator({ identity, network: '' })).toThrow(TypeError)
    expect(() => createCoordinator({ identity, limits: { connectionsMax: 0 } })).toThrow(TypeError)
    expect(() => createCoordinator({ identity, limits: { cborDepthMax: 257 } })).toThrow(TypeError)
    const { id, ...codec } = { id: 63, name: 'mine', accepts: () => false, encode: () => {}, decode: () => never }
    expect(() => createCoordinator({ identity, codecs: [{ id, ...codec }] })).toThrow(TypeError)
    expect(() =>
      createCoordinator({
        identity,
        codecs: [
          { id: 64, ...codec },
          { id: 64, ...codec },
        ],
      }),
    ).toThrow(TypeError)
    expect(() => createCoordinator(undefined as unknown as CoordinatorOptions)).toThrow(TypeError)
  })

  test('takes no identity whose id is none, or of a key that is not loaded', () => {
    const withId = (peerId: string): unknown => {
      try {
        return createCoordinator({ identity: { ...identity, peerId: peerId as typeof identity.peerId } })
      } catch (error) {
        return error
      }
    }
    expect(withId('me')).toMatchObject({ code: 'PEER_ID_INVALID' })
    expect(withId(generateSecp256k1Identity().peerId)).toMatchObject({ code: 'SUITE_UNSUPPORTED' })
  })
})

const never = { ok: false, code: 'CODEC_MALFORMED' } as const
