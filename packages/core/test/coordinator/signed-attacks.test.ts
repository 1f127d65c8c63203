import { createSeededRandom } from '@rondo/testkit/memory'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import type { Seal } from '../../src/flow/envelope.js'
import { encodeMessageHead } from '../../src/flow/envelope.js'
import { frameKind } from '../../src/flow/frames.js'
import { generateIdentity } from '../../src/identity/identity.js'
import { defineProtocol, message, verifyMessage } from '../../src/index.js'
import type { StatementContext } from '../../src/signing/statement-head.js'
import { FakeAuthor, headFrame, rawSignedFrame, sealFrame, signedFrame } from '../fake-author.js'
import { bodyOf, FakePeer, nameFrame, type RawFrame } from '../fake-peer.js'
import { FakeTown } from '../fake-town.js'

// What a peer may try that writes its signed messages, and the seals behind them, by hand.

const notes = defineProtocol({
  name: 'notes',
  messages: {
    say: message({ payload: v.instance(Uint8Array), signed: true }),
    chat: message({ payload: v.instance(Uint8Array) }),
  },
})

const generous = { messagesPerSecond: 1_000_000, messagesBurst: 1_000_000, bytesPerSecond: 1e9, bytesBurst: 1e9 }

interface Heard {
  readonly text: string
  readonly signature: Uint8Array | undefined
}

async function createScene() {
  const town = new FakeTown()
  const node = town.node({ limits: generous })
  const heard: Heard[] = []
  const hear = (payload: Uint8Array, { signature }: { signature: Uint8Array | undefined }) =>
    void heard.push({ text: Buffer.from(payload).toString(), signature })
  node.registerProtocol(notes.handler({ say: hear, chat: hear }))
  const identity = generateIdentity()
  const peer = await FakePeer.join(node, town.env, { identity })
  const author = new FakeAuthor(identity, town.env, node.peerId)
  const head = author.head()
  peer.send(nameFrame(0, 'notes', 1, 'chat'), headFrame(0, head))
  const send = async (...frames: readonly RawFrame[]): Promise<void> => {
    peer.send(...frames)
    await town.env.settle()
  }
  const refused = () => node.getStats().refused
  const isConnected = () => node.isConnected(peer.peerId)
  const goodbye = () => peer.heardOf('goodbye')[0]?.reason.code
  const texts = () => heard.map(({ text }) => text)
  return { town, node, heard, texts, peer, author, head, send, refused, isConnected, goodbye }
}

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))

const chat = (text: string): RawFrame => [
  frameKind.message,
  (writer) => {
    encodeMessageHead(writer, 0, 0)
    writer.bytes(bytes(text))
  },
]

/** A frame that is too large for one record, in two. */
function inParts([kind, body = new Uint8Array(0)]: RawFrame): readonly RawFrame[] {
  const whole = Uint8Array.of(kind, ...bodyOf(body))
  const half = whole.length >>> 1
  return [
    [frameKind.part, whole.subarray(0, half)],
    [frameKind.last, whole.subarray(half)],
  ]
}

function flipped(signature: Uint8Array): Uint8Array {
  const forged = new Uint8Array(signature)
  forged[7]! ^= 1
  return forged
}

describe('of a batch', () => {
  test('whose signature does not hold nothing is heard; the session goes on, and so does what is behind it', async () => {
    const { author, head, send, refused, isConnected, heard, texts } = await createScene()
    const [batch, signature] = await author.batch(head, ['a', 'b', 'c'].map(bytes))
    const [good, truth] = await author.batch(head, [bytes('d')])
    await send(
      ...batch.entries.map((entry) => signedFrame(head, entry)),
      chat('between'),
      sealFrame({ count: 3, signature: flipped(signature) }),
      ...good.entries.map((entry) => signedFrame(head, entry)),
      sealFrame({ count: 1, signature: truth }),
    )
    expect(texts()).toEqual(['between', 'd'])
    expect([refused(), isConnected()]).toEqual([{ SIGNATURE_REFUSED: 3 }, true])
    expect(await verifyMessage(heard[1]?.signature ?? bytes(''))).toMatchObject({ ok: true })
  })

  test('of which one payload was changed nothing is heard', async () => {
    const { author, head, send, refused, isConnected, texts } = await createScene()
    const [batch, signature] = await author.batch(head, ['a', 'b', 'c'].map(bytes))
    const frames = batch.entries.map((entry, index) =>
      signedFrame(head, entry, index === 1 ? { payload: bytes('x') } : {}),
    )
    await send(...frames, sealFrame({ count: 3, signature }), chat('behind'))
    expect([texts(), refused(), isConnected()]).toEqual([['behind'], { SIGNATURE_PAYLOAD: 3 }, true])
  })

  test.each<[string, (signature: Uint8Array) => Partial<Seal>]>([
    ['of another epoch', (signature) => ({ signature, epoch: 2 })],
    ['that is too short', (signature) => ({ signature: signature.subarray(0, 63) })],
    ['that is too long', (signature) => ({ signature: new Uint8Array([...signature, 0]) })],
  ])('with a seal %s nothing is heard', async (_, lie) => {
    const { author, head, send, refused, isConnected, texts } = await createScene()
    const [batch, signature] = await author.batch(head, [bytes('a')])
    await send(...batch.entries.map((entry) => signedFrame(head, entry)), sealFrame(lie(signature)), chat('behind'))
    expect([texts(), refused(), isConnected()]).toEqual([['behind'], { SIGNATURE_MALFORMED: 1 }, true])
  })

  test('that is sealed in two halves nothing is heard', async () => {
    const { author, head, send, refused, isConnected, texts } = await createScene()
    const [batch, signature] = await author.batch(head, ['a', 'b'].map(bytes))
    const half = sealFrame({ count: 1, signature })
    await send(...batch.entries.map((entry) => signedFrame(head, entry)), half, half, chat('behind'))
    expect([texts(), refused(), isConnected()]).toEqual([['behind'], { SIGNATURE_REFUSED: 2 }, true])
  })
})

describe('a message that was said to many', () => {
  const toMany = { audience: 'anyone' } as const

  test('comes with its path, whatever else was in its batch', async () => {
    const { author, send, heard, texts } = await createScene()
    const head = author.head(toMany)
    const [batch, signature] = await author.batch(head, ['a', 'b', 'c'].map(bytes))
    const entry = batch.entries[1]!
    const seal = { isAlone: true, index: 1, count: 3, signature, path: batch.pathOf(1) }
    await send(headFrame(1, head), signedFrame(head, entry, { headId: 1, isAlone: true }), sealFrame(seal))
    expect(texts()).toEqual(['b'])
    expect(await verifyMessage(heard[0]?.signature ?? bytes(''))).toMatchObject({ ok: true, audience: 'anyone' })
  })

  test.each<[string, Partial<Seal>, string]>([
    ['another leaf', { index: 0 }, 'SIGNATURE_REFUSED'],
    ['no leaf of its batch', { index: 3 }, 'SIGNATURE_MALFORMED'],
    ['a batch of none', { index: 0, count: 0 }, 'SIGNATURE_MALFORMED'],
    ['a batch too large', { count: 65_535 }, 'SIGNATURE_MALFORMED'],
    ['no path', { path: new Uint8Array(0) }, 'SIGNATURE_MALFORMED'],
    ['a path too long', { path: new Uint8Array(60_000) }, 'SIGNATURE_MALFORMED'],
    ['a signature of 255 bytes', { signature: new Uint8Array(255) }, 'SIGNATURE_MALFORMED'],
    ['another signature', { signature: new Uint8Array(64) }, 'SIGNATURE_REFUSED'],
    ['another epoch', { epoch: 0xffff_ffff_ffff }, 'SIGNATURE_MALFORMED'],
  ])('is refused where its seal names %s, and nothing else is', async (_, lie, code) => {
    const { author, send, refused, isConnected, texts } = await createScene()
    const head = author.head(toMany)
    const [batch, signature] = await author.batch(head, ['a', 'b', 'c'].map(bytes))
    const alone = { headId: 1, isAlone: true }
    const seal = { isAlone: true, index: 1, count: 3, signature, path: batch.pathOf(1) }
    await send(headFrame(1, head))
    await send(signedFrame(head, batch.entries[1]!, alone), sealFrame({ ...seal, ...lie }))
    await send(
      signedFrame(head, batch.entries[2]!, alone),
      sealFrame({ ...seal, index: 2, path: batch.pathOf(2) }),
      chat('behind'),
    )
    expect([texts(), refused(), isConnected()]).toEqual([['c', 'behind'], { [code]: 1 }, true])
  })
})

describe('a session ends', () => {
  test.each<[string, Partial<Seal>]>([
    ['nothing', {}],
    ['nothing that was said to many', { isAlone: true }],
    ['none', { count: 0 }],
  ])('by a seal for %s', async (_, seal) => {
    const { send, goodbye, isConnected } = await createScene()
    await send(sealFrame({ signature: new Uint8Array(64), ...seal }), chat('behind'))
    expect([goodbye(), isConnected()]).toEqual(['ENVELOPE_MALFORMED', false])
  })

  test('by a seal for more than came', async () => {
    const { author, head, send, goodbye, texts } = await createScene()
    const [batch, signature] = await author.batch(head, ['a', 'b'].map(bytes))
    await send(signedFrame(head, batch.entries[0]!), sealFrame({ count: 2, signature }), chat('behind'))
    expect([goodbye(), texts()]).toEqual(['ENVELOPE_MALFORMED', []])
  })

  test.each<[string, Partial<StatementContext>]>([
    ['another author, as a relay would replay him', { author: generateIdentity().peerId }],
    ['another network', { network: 'test' }],
    ['another addressee', { audience: { to: generateIdentity().peerId } }],
    ['the followers of a topic', { audience: { topic: 'news' } }],
  ])('by a head of %s', async (_, context) => {
    const { author, send, goodbye, isConnected } = await createScene()
    await send(headFrame(1, author.head(context)))
    expect([goodbye(), isConnected()]).toEqual(['ENVELOPE_MALFORMED', false])
  })

  test.each<[string, number, (head: Uint8Array) => Uint8Array]>([
    ['out of turn', 2, (head) => head],
    ['declared twice', 0, (head) => head],
    ['with something behind it', 1, (head) => new Uint8Array([...head, 0])],
    ['that is cut short', 1, (head) => head.subarray(0, -1)],
    ['of nothing', 1, () => new Uint8Array(0)],
  ])('by a head %s', async (_, id, change) => {
    const { head, send, goodbye } = await createScene()
    await send(headFrame(id, { bytes: change(head.bytes) }))
    expect(goodbye()).toBe('ENVELOPE_MALFORMED')
  })

  test('by a signed message under a head that was not declared, or with more of a statement than there is', async () => {
    for (const frame of [
      rawSignedFrame(1, false, new Uint8Array(16), new Uint8Array(60), bytes('a')),
      [frameKind.signed, new Uint8Array(20)] as const,
      [frameKind.signed, new Uint8Array([0, 0, 0, ...new Uint8Array(16), 0xff, 0xff])] as const,
      [frameKind.signed, new Uint8Array([0, 0, 2, ...new Uint8Array(18)])] as const,
    ]) {
      const { send, goodbye } = await createScene()
      await send(frame)
      expect(goodbye()).toBe('ENVELOPE_MALFORMED')
    }
  })
})

/** Sixteen bits cannot say how long the first of them is with its head: written down again, it must not be read as another. */
test.each([0xffff, 1_000, 0])('a statement of %i bytes is refused, and nothing else is', async (size) => {
  const { send, refused, isConnected, texts } = await createScene()
  const parts = (isAlone: boolean) => {
    const frame = rawSignedFrame(0, isAlone, new Uint8Array(16), new Uint8Array(size), bytes('a'))
    return inParts(frame)
  }
  for (const isAlone of [false, true]) {
    for (const part of parts(isAlone)) await send(part)
    await send(sealFrame({ isAlone, signature: new Uint8Array(64) }))
  }
  await send(chat('behind'))
  expect([texts(), refused(), isConnected()]).toEqual([['behind'], { SIGNATURE_MALFORMED: 2 }, true])
})

describe('what is never sealed', () => {
  const unsealed = rawSignedFrame(0, false, new Uint8Array(16), new Uint8Array(60), bytes('a'))
  const perRecord = 400

  async function flood(frame: RawFrame, recordsMax: number) {
    const scene = await createScene()
    await scene.send(unsealed)
    let records = 0
    const record = Array.from({ length: perRecord }, () => frame)
    while (scene.isConnected() && records < recordsMax) {
      await scene.send(...record)
      records += 1
    }
    return { ...scene, records }
  }

  test('ends the session when it is more than an honest peer leaves so', async () => {
    const { records, goodbye, node } = await flood(unsealed, 100)
    expect([goodbye(), node.getStats().refused]).toEqual(['SIGNATURE_LIMIT', {}])
    expect(records * perRecord).toBeLessThanOrEqual(8_192 + perRecord)
  })

  test('ends the session when it is too many bytes', async () => {
    const { send, isConnected, goodbye } = await createScene()
    const large = rawSignedFrame(0, false, new Uint8Array(16), new Uint8Array(60), new Uint8Array(60_000))
    let count = 0
    for (; count < 1_000 && isConnected(); count += 1) await send(large)
    expect(goodbye()).toBe('SIGNATURE_LIMIT')
    expect(count * 60_000).toBeLessThanOrEqual(16_777_216 + 60_000)
  })

  test('holds up a bounded number of unsigned messages behind it, and none of them is handled', async () => {
    const { records, goodbye, texts } = await flood(chat('behind'), 1_000)
    expect([goodbye(), texts()]).toEqual(['SIGNATURE_LIMIT', []])
    expect(records * perRecord).toBeLessThanOrEqual(20_000)
  })

  test('holds up nobody else, and is forgotten with its session', async () => {
    const { town, node, peer, send, texts } = await createScene()
    await send(unsealed, chat('held up'))
    const other = await FakePeer.join(node, town.env)
    other.send(nameFrame(0, 'notes', 1, 'chat'), chat('by another'))
    await town.env.settle()
    expect(texts()).toEqual(['by another'])
    await town.during(node.disconnectFromPeer(peer.peerId))
    expect([texts(), node.getConnectedPeers().length]).toEqual([['by another'], 1])
  })
})

test('whatever bytes stand in the place of statements and seals, nothing is thrown and nothing is believed', async () => {
  const random = createSeededRandom(7)
  const below = (end: number): number => Math.floor(random() * end)
  const junk = (max: number): Uint8Array => Uint8Array.from({ length: below(max) }, () => below(256))
  for (let round = 0; round < 60; round += 1) {
    const { send, isConnected, texts, town } = await createScene()
    for (let turn = 0; turn < 10 && isConnected(); turn += 1) {
      await send(
        rawSignedFrame(0, random() < 0.5, town.env.random(16), junk(200), junk(50)),
        sealFrame({
          isAlone: random() < 0.5,
          index: below(4),
          count: below(3),
          epoch: below(4),
          signature: random() < 0.5 ? town.env.random(64) : junk(255),
          path: junk(100),
        }),
      )
    }
    expect(texts()).toEqual([])
  }
})
