import { expect, test } from 'vitest'
import { openChannel } from '../../src/flow/channel.js'
import { encodeRefusal, type HandshakeGuard } from '../../src/flow/handshake.js'
import { createEd25519 } from '../../src/identity/ed25519.js'
import { generateIdentity } from '../../src/identity/identity.js'
import { createSuites } from '../../src/identity/suite.js'
import { codeOf } from '../expect-failure.js'
import { countVerifications, openEnd } from '../fake-ends.js'
import { FakeEnv } from '../fake-env.js'
import { joinLinks } from '../fake-wire.js'

/** A listener behind a guard, and a dialler that comes. */
function meet(guard: HandshakeGuard) {
  const env = new FakeEnv()
  const wire = joinLinks(env)
  const { crypto, verified } = countVerifications()
  const own = generateIdentity()
  let signed = 0
  const sign: typeof own.sign = (bytes) => {
    signed += 1
    return own.sign(bytes)
  }
  const listening = openChannel(wire.listener, {
    env,
    crypto,
    suites: createSuites([createEd25519(crypto.ed25519)]),
    identity: { peerId: own.peerId, sign },
    network: 'main',
    noiseSecret: env.random(32),
    guard,
    role: 'listener',
    signal: new AbortController().signal,
    closed: () => {},
  })
  listening.catch(() => {})
  const identity = generateIdentity()
  const dialling = openEnd(env, 'dialler', wire.dialler, { identity })
  dialling.catch(() => {})
  return { env, wire, identity, dialling, listening, spent: () => ({ signed, verified: verified() }) }
}

test('a guard that refuses at the beginning has the node spend no signature and no verification', async () => {
  const scene = meet({ begin: () => 'HANDSHAKE_RATE', verify: () => undefined })
  await scene.env.settle()
  expect(await codeOf(scene.listening)).toBe('HANDSHAKE_RATE')
  expect(await codeOf(scene.dialling)).toBe('HANDSHAKE_RATE')
  expect(scene.spent()).toEqual({ signed: 0, verified: 0 })
})

test('a guard that refuses a key has the node verify nothing by it', async () => {
  const asked: string[] = []
  const verify = (peerId: string) => {
    asked.push(peerId)
    return 'HANDSHAKE_RATE' as const
  }
  const scene = meet({ begin: () => undefined, verify })
  await scene.env.settle()
  expect(await codeOf(scene.listening)).toBe('HANDSHAKE_RATE')
  expect(scene.wire.listener.sent.at(-1)).toEqual(encodeRefusal('HANDSHAKE_RATE'))
  expect(asked).toEqual([scene.identity.peerId])
  expect(scene.spent()).toEqual({ signed: 1, verified: 0 })
})

test('a guard that lets a stranger through is asked once at each step', async () => {
  const asked: string[] = []
  const ask = (step: string) => () => {
    asked.push(step)
    return undefined
  }
  const scene = meet({ begin: ask('begin'), verify: ask('verify') })
  await scene.env.settle()
  expect((await scene.listening).peerId).toBe(scene.identity.peerId)
  expect(asked).toEqual(['begin', 'verify'])
  expect(scene.spent()).toEqual({ signed: 1, verified: 1 })
})
