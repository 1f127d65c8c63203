import { expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { Events } from '../../src/events.js'
import type { Channel } from '../../src/flow/channel.js'
import { WriterPool } from '../../src/flow/writer-pool.js'
import { generateIdentity } from '../../src/identity/identity.js'
import { createCipherState } from '../../src/noise/cipher-state.js'
import { resolveLimits } from '../../src/options.js'
import { PeerRecord } from '../../src/peers/peer-record.js'
import { Session, type SessionNode, type SessionOwner } from '../../src/peers/session.js'
import { Registry } from '../../src/protocol/registry.js'
import { Served } from '../../src/protocol/served.js'
import { VerifiedRoots } from '../../src/signing/verified-roots.js'
import { FakeEnv } from '../fake-env.js'
import { laneCodecs } from '../fake-lane.js'
import { FakeLink } from '../fake-link.js'

const nonceMax = 2 ** 48
const peerId = generateIdentity().peerId

/** A channel without a handshake, whose outgoing counter stands where the test wants it. */
function channelOver(link: FakeLink, nonce: number): Channel {
  const key = new Uint8Array(32)
  return {
    link,
    peerId,
    role: 'dialler',
    ciphers: { send: createCipherState(nativeCrypto, key, nonce), receive: createCipherState(nativeCrypto, key) },
    handshakeHash: new Uint8Array(32).fill(5),
    exportKey: () => new Uint8Array(32).fill(6),
    receive: () => Promise.reject(new Error('nothing comes')),
    attach: (receiver) => link.attach(receiver),
  }
}

/** Nobody signs anything here. */
function noClock(): never {
  throw new Error('nothing was to be signed')
}

/** A session that has begun, and what it told its owner. */
function createSession(nonce: number) {
  const env = new FakeEnv()
  const link = new FakeLink()
  const told: string[] = []
  const events = new Events(({ code }) => told.push(`error ${code}`))
  const identity = generateIdentity()
  const limits = resolveLimits()
  const node: SessionNode = {
    peerId: identity.peerId,
    author: { identity, network: 'main', env, crypto: nativeCrypto, limits, events, clock: noClock },
    roots: new VerifiedRoots(() => false),
    suites: { isKeyChecked: () => false },
    env,
    crypto: nativeCrypto,
    limits,
    codecs: laneCodecs,
    registry: new Registry(),
    events,
    writers: new WriterPool(),
  }
  const owner: SessionOwner = {
    began: () => told.push('began'),
    interrupted: (_, { code }) => told.push(`interrupted ${code}`),
    resumed: () => told.push('resumed'),
    offerChanged: () => {},
    refused: () => {},
    broken: () => {},
    ended: (_, { code }) => told.push(`ended ${code}`),
  }
  const channel = channelOver(link, nonce)
  const record = new PeerRecord(channel, 'fake', 0)
  const served = new Served(node.registry, events, record.info)
  const session = new Session(node, { record, served, offeredGeneration: 0 }, owner)
  session.begin()
  return { env, link, told, session }
}

const send = (session: Session): Promise<void> => session.send({ type: 't' })

test('a channel whose counter is used up closes before the counter could repeat, and the session waits for another', async () => {
  const { env, link, session, told } = createSession(nonceMax - 1)
  await send(session)
  env.endTurn()
  expect([link.sent.length, session.state]).toEqual([1, 'connected'])
  await send(session)
  env.endTurn()
  expect([link.sent.length, link.closedWith, session.state]).toEqual([1, { code: 'RECORD_EXHAUSTED' }, 'recoverable'])
  expect(told).toEqual(['began', 'interrupted RECORD_EXHAUSTED'])
})

test('a session that cannot even say goodbye ends once, for the reason it was given', async () => {
  const { link, session, told } = createSession(nonceMax)
  await session.close({ code: 'PEER_DISCONNECTED' })
  expect([told.filter((what) => what.startsWith('ended')).length, session.hasEnded]).toEqual([1, true])
  expect(link.closedWith).toBeDefined()
})

test('a link that closes ends no session, and a session that is closed then tells of its end once', async () => {
  const { link, session, told } = createSession(0)
  link.end({ code: 'LINK_CLOSED' })
  link.end({ code: 'AGAIN' })
  expect([session.state, session.info.state]).toEqual(['recoverable', 'recoverable'])
  await session.close({ code: 'PEER_DISCONNECTED' })
  expect(session.info.state).toBe('ended')
  expect(told).toEqual(['began', 'interrupted LINK_CLOSED', 'ended PEER_DISCONNECTED'])
})

test('what breaks the rules ends the session, and is reported', async () => {
  const { link, session, told } = createSession(0)
  session.broken('ENVELOPE_MALFORMED')
  session.broken('ENVELOPE_MALFORMED')
  expect(told).toEqual(['began', 'ended ENVELOPE_MALFORMED', 'error ENVELOPE_MALFORMED'])
  expect(link.closedWith).toEqual({ code: 'ENVELOPE_MALFORMED' })
})

test('a session without a link answers no probe, and sends nothing until it has one', async () => {
  const { env, link, session } = createSession(0)
  link.end({ code: 'LINK_CLOSED' })
  expect(await session.probe()).toBe(false)
  await send(session)
  env.endTurn()
  expect(link.sent).toEqual([])
})

test('an ended session does nothing more', async () => {
  const { env, link, session, told } = createSession(0)
  await session.close({ code: 'PEER_DISCONNECTED' })
  const before = [link.sent.length, told.length]
  session.broken('FRAME_MALFORMED')
  session.channelFailed('RECORD_REFUSED')
  session.lose('again')
  session.offerOurs()
  await session.close({ code: 'AGAIN' })
  expect(await session.probe()).toBe(false)
  expect(session.claim(channelOver(new FakeLink(), 0))).toBeUndefined()
  env.endTurn()
  expect([link.sent.length, told.length]).toEqual(before)
})
