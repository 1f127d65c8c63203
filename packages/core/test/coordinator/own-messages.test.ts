import { describe, expect, test } from 'vitest'
import { bytesCodec } from '../../src/codec/bytes-codec.js'
import { createCborCodec } from '../../src/codec/cbor-codec.js'
import type { PayloadCodec } from '../../src/codec/payload-codec.js'
import type { OwnMessageDraft } from '../../src/coordinator/coordinator.js'
import { createCoordinator } from '../../src/coordinator/create-coordinator.js'
import { generateIdentity, type Identity } from '../../src/identity/identity.js'
import { generateSecp256k1Identity, secp256k1 } from '../../src/secp256k1/secp256k1.js'
import { conflicts } from '../../src/signing/evidence.js'
import type { VerifiedMessage } from '../../src/signing/verified-message.js'
import { createMessageVerifier, type MessageVerifier, verifyMessage } from '../../src/signing/verify-message.js'
import { createMemoryStore } from '../../src/store/memory-store.js'
import { FakeEnv } from '../fake-env.js'

// What a node signs outside of sessions, and judges.

const slot = new Uint8Array([1, 2, 3])
const draft: OwnMessageDraft = {
  protocol: 'game',
  version: 1,
  type: 'move',
  audience: 'anyone',
  position: { slot },
  createdMs: 1,
  expiresMs: 2,
  payload: { to: 'e4' },
}

async function verified(bytes: Uint8Array, verify: MessageVerifier = verifyMessage): Promise<VerifiedMessage> {
  const verdict = await verify(bytes)
  if (!verdict.ok) throw new Error(verdict.code)
  return verdict
}

/** Takes everything, and writes it down in a form of its own. */
const shouting: PayloadCodec = {
  id: 64,
  name: 'shouting',
  accepts: () => true,
  encode: (value, writer) => void writer.utf8(JSON.stringify(value).toUpperCase()),
  decode: (bytes) => ({ ok: true, value: JSON.parse(new TextDecoder().decode(bytes)) }),
}

describe('a node signs', () => {
  test('as itself, in its network, before it has started', async () => {
    const identity = generateIdentity()
    const node = createCoordinator({ identity, network: 'club' })
    expect(await verified(await node.signMessage(draft))).toMatchObject({
      author: identity.peerId,
      network: 'club',
      protocol: 'game',
      type: 'move',
      position: { slot },
      payload: { ok: true, value: { to: 'e4' } },
    })
    expect(node.state).toBe('idle')
  })

  test('as nobody else and in no other network, whatever the draft says', async () => {
    const [node, other] = [createCoordinator({ identity: generateIdentity() }), generateIdentity()]
    const forged: OwnMessageDraft & { author: string; network: string } = {
      ...draft,
      author: other.peerId,
      network: 'bank',
    }
    expect(await verified(await node.signMessage(forged))).toMatchObject({ author: node.peerId, network: node.network })
  })

  test('nothing that stands in the sequence of what it sends', () => {
    const node = createCoordinator({ identity: generateIdentity() })
    const numbered = { ...draft, position: { epoch: 1, sequence: 1 } }
    expect(() => node.signMessage(numbered as never)).toThrow(/stands in a slot/)
    expect(() => node.signMessage({ ...draft, position: undefined } as never)).toThrow(TypeError)
  })

  test('in its own codecs, and reads them', async () => {
    const node = createCoordinator({ identity: generateIdentity(), codecs: [shouting] })
    const bytes = await node.signMessage(draft)
    expect(await verified(bytes, node.verifyMessage)).toMatchObject({ codecId: 64, payload: { value: { TO: 'E4' } } })
    expect(await verified(bytes)).toMatchObject({ payload: { ok: false, code: 'CODEC_UNKNOWN' } })
  })

  test('in the codec that the draft asks for, whatever its own would take', async () => {
    const node = createCoordinator({ identity: generateIdentity(), codecs: [shouting], limits: { cborDepthMax: 1 } })
    const deep = { ...draft, payload: [[['deep']]], codec: createCborCodec() }
    const bytes = await node.signMessage(deep)
    expect(await verified(bytes)).toMatchObject({ codecId: 1, payload: { ok: true, value: [[['deep']]] } })
    expect(await verified(await node.signMessage({ ...draft, payload: slot, codec: bytesCodec }))).toMatchObject({
      codecId: 0,
      payloadBytes: slot,
    })
  })

  test('within its own limits', () => {
    const node = createCoordinator({ identity: generateIdentity(), limits: { cborDepthMax: 1 } })
    expect(() => node.signMessage({ ...draft, payload: [[1]] })).toThrow(/CODEC_VALUE_UNSUPPORTED/)
  })

  test('many, each with a salt and a place of its own', async () => {
    const node = createCoordinator({ identity: generateIdentity() })
    const messages: VerifiedMessage[] = []
    for (let index = 0; index < 100; index += 1) {
      const bytes = await node.signMessage({ ...draft, position: { slot: new Uint8Array([index]) }, payload: index })
      messages.push(await verified(bytes))
    }
    expect(messages.map(({ payload }) => payload)).toEqual(messages.map((_, value) => ({ ok: true, value })))
    expect(new Set(messages.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).size).toBe(100)
    const again = await verified(
      await node.signMessage({ ...draft, position: { slot: new Uint8Array([0]) }, payload: 0 }),
    )
    expect(again.bytes).not.toEqual(messages[0]?.bytes)
    expect(again.statement).toEqual(messages[0]?.statement)
  })

  test('at the salts of its environment', async () => {
    const identity = generateIdentity()
    const [one, two] = [new FakeEnv(5), new FakeEnv(5)].map((env) => createCoordinator({ identity, env }))
    expect(await one?.signMessage(draft)).toEqual(await two?.signMessage(draft))
  })

  test('two things in one place, and is convicted', async () => {
    const node = createCoordinator({ identity: generateIdentity() })
    const [one, two] = [await node.signMessage(draft), await node.signMessage({ ...draft, payload: { to: 'e5' } })]
    expect(conflicts(await verified(one), await verified(two))).toBe(true)
  })
})

describe('an identity that takes its time', () => {
  /** Signs when the test says so, the last first. */
  function slow() {
    const { peerId, sign } = generateIdentity()
    const waiting: (() => void)[] = []
    const identity: Identity = {
      peerId,
      sign: (bytes) => new Promise((resolve) => void waiting.unshift(() => resolve(sign(bytes)))),
    }
    return { identity, signAll: () => void waiting.splice(0).map((settle) => settle()) }
  }

  test('signs what was asked for, though more was asked for meanwhile', async () => {
    const { identity, signAll } = slow()
    const node = createCoordinator({ identity })
    const asked = Array.from({ length: 40 }, (_, index) =>
      node.signMessage({ ...draft, position: { slot: new Uint8Array([index]) }, payload: `move ${index}` }),
    )
    signAll()
    const messages = await Promise.all((await Promise.all(asked)).map((bytes) => verified(bytes)))
    expect(messages.map(({ payload }) => payload)).toEqual(
      asked.map((_, index) => ({ ok: true, value: `move ${index}` })),
    )
  })

  test('and fails is heard of, and signs the next', async () => {
    const { peerId, sign } = generateIdentity()
    const answers: (() => Promise<Uint8Array>)[] = [
      () => Promise.reject(new Error('no key in the slot')),
      () => Promise.resolve(new Uint8Array(63)),
    ]
    const identity: Identity = { peerId, sign: (bytes) => answers.shift()?.() ?? sign(bytes) }
    const node = createCoordinator({ identity })
    await expect(node.signMessage(draft)).rejects.toThrow('no key in the slot')
    await expect(node.signMessage(draft)).rejects.toThrow(TypeError)
    expect(await verified(await node.signMessage(draft))).toMatchObject({ author: peerId })
  })
})

describe('a node judges', () => {
  test('by the suites that it has', async () => {
    const suites = [secp256k1()]
    const author = createCoordinator({ identity: generateSecp256k1Identity(), suites })
    const bytes = await author.signMessage(draft)
    const [able, unable] = [{ suites }, {}].map((more) => createCoordinator({ identity: generateIdentity(), ...more }))
    expect(await able?.verifyMessage(bytes)).toMatchObject({ ok: true, author: author.peerId })
    expect(await unable?.verifyMessage(bytes)).toMatchObject({ ok: false })
    const tampered = bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1)
    expect(await able?.verifyMessage(tampered)).toMatchObject({ ok: false, code: 'SIGNATURE_REFUSED' })
  })

  test('what is tampered with, wherever, without throwing', async () => {
    const node = createCoordinator({ identity: generateIdentity() })
    const bytes = await node.signMessage(draft)
    for (let index = 0; index < bytes.length; index += 1) {
      const tampered = bytes.with(index, (bytes[index] ?? 0) ^ 1)
      expect((await node.verifyMessage(tampered)).ok).toBe(false)
    }
    expect((await node.verifyMessage(new Uint8Array(0))).ok).toBe(false)
  })

  test('for what it was written, where that is asked', async () => {
    const node = createCoordinator({ identity: generateIdentity(), network: 'club' })
    const bytes = await node.signMessage(draft)
    expect(await node.verifyMessage(bytes, { expect: { network: 'club', protocol: 'game' } })).toMatchObject({
      ok: true,
    })
    expect(await node.verifyMessage(bytes, { expect: { network: 'bank' } })).toMatchObject({
      code: 'SIGNATURE_UNEXPECTED',
    })
  })

  test('nothing larger than what its messages may be', async () => {
    const node = createCoordinator({ identity: generateIdentity(), limits: { messageBytesMax: 1_024 } })
    const verify = createMessageVerifier()
    for (const [length, ok] of [
      [900, true],
      [6_000, false],
    ] as const) {
      const bytes = await node.signMessage({ ...draft, payload: new Uint8Array(length) })
      expect((await node.verifyMessage(bytes)).ok).toBe(ok)
      expect((await verify(bytes)).ok).toBe(true)
    }
  })
})

test('a node shows what a protocol stands on: its clock, its network, its store', () => {
  const [env, store] = [new FakeEnv(), createMemoryStore()]
  const node = createCoordinator({ identity: generateIdentity(), env, store, network: 'club' })
  expect(node).toMatchObject({ network: 'club' })
  expect([node.env, node.store]).toEqual([env, store])
  const plain = createCoordinator({ identity: generateIdentity() })
  expect(plain.store).toBeUndefined()
  expect(plain.network).toBe('main')
})
