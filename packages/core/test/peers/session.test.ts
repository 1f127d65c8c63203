import { expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { Events } from '../../src/events.js'
import { WriterPool } from '../../src/flow/outbox.js'
import { generateIdentity } from '../../src/identity/identity.js'
import { createCipherState } from '../../src/noise/cipher-state.js'
import { resolveLimits } from '../../src/options.js'
import { Session } from '../../src/peers/session.js'
import { Registry } from '../../src/protocol/registry.js'
import type { CloseReason, LinkReceiver } from '../../src/transport/transport.js'
import { codeOf } from '../expect-failure.js'
import { FakeEnv } from '../fake-env.js'
import { laneCodecs } from '../fake-lane.js'
import { FakeLink } from '../fake-link.js'

const nonceMax = 2 ** 48

/** A session whose outgoing counter is nearly used up. */
function createSession(nonce: number) {
  const env = new FakeEnv()
  const link = new FakeLink()
  const reported: string[] = []
  const events = new Events(({ code }) => reported.push(code))
  const ended: CloseReason[] = []
  const key = new Uint8Array(32)
  const channel = {
    link,
    peerId: generateIdentity().peerId,
    role: 'dialler' as const,
    ciphers: { send: createCipherState(nativeCrypto, key, nonce), receive: createCipherState(nativeCrypto, key) },
    sessionId: '0011223344556677',
    attach: (receiver: LinkReceiver) => link.attach(receiver),
  }
  const node = {
    peerId: generateIdentity().peerId,
    env,
    limits: resolveLimits(),
    codecs: laneCodecs,
    registry: new Registry(),
    events,
    writers: new WriterPool(),
  }
  const owner = {
    ready: () => {},
    offerChanged: () => {},
    refused: () => {},
    broken: () => {},
    ended: (_: Session, reason: CloseReason) => ended.push(reason),
  }
  return { env, link, reported, ended, session: new Session(node, channel, 'fake', owner) }
}

test('a session ends with RECORD_EXHAUSTED before its counter could repeat', () => {
  const { env, link, session, ended, reported } = createSession(nonceMax - 1)
  session.greet()
  env.endTurn()
  expect([link.sent.length, session.hasEnded]).toEqual([1, false])
  session.greet()
  env.endTurn()
  expect([link.sent.length, link.closedWith]).toEqual([1, { code: 'RECORD_EXHAUSTED' }])
  // Nobody is connected yet, so it is a handshake that failed, and no error to report.
  expect([ended, reported]).toEqual([[{ code: 'RECORD_EXHAUSTED' }], []])
})

test('a session that cannot even say goodbye ends once, for the reason it was given', async () => {
  const { link, session, ended } = createSession(nonceMax)
  await session.close({ code: 'PEER_DISCONNECTED' })
  expect(ended).toHaveLength(1)
  expect(link.closedWith).toBeDefined()
  expect(session.hasEnded).toBe(true)
})

test('a session that ends before it is greeted says so, by a code of its own or as a closed link', async () => {
  for (const [code, told] of [
    ['HANDSHAKE_DUPLICATE', 'HANDSHAKE_DUPLICATE'],
    ['COORDINATOR_STOPPED', 'LINK_CLOSED'],
    ['toString', 'LINK_CLOSED'],
  ] as const) {
    const { link, session } = createSession(0)
    link.end({ code })
    expect(await codeOf(session.greeted)).toBe(told)
  }
})

test('an ended session does nothing more', async () => {
  const { env, link, session, ended } = createSession(0)
  await session.close({ code: 'PEER_DISCONNECTED' })
  const sent = link.sent.length
  session.greet()
  session.closed({ code: 'LINK_CLOSED' })
  session.frame(new Uint8Array(5))
  session.broken('RECORD_REFUSED')
  await session.close({ code: 'AGAIN' })
  expect(await session.probe()).toBe(false)
  env.endTurn()
  expect([link.sent.length, ended.length]).toEqual([sent, 1])
})
