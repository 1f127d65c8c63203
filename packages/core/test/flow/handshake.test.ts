import { describe, expect, test } from 'vitest'
import { encodeRefusal } from '../../src/flow/handshake.js'
import { generateIdentity, type Identity } from '../../src/identity/identity.js'
import { generateSecp256k1Identity, secp256k1 } from '../../src/secp256k1/secp256k1.js'
import { codeOf, rejectionOf } from '../expect-failure.js'
import { countVerifications, type EndOptions, type Outcome, openEnd, shakeHands } from '../fake-ends.js'
import { FakeEnv } from '../fake-env.js'
import { FakeLink } from '../fake-link.js'
import { FakePeer } from '../fake-peer.js'
import { FakeTown } from '../fake-town.js'
import { joinLinks } from '../fake-wire.js'

const text = new TextEncoder()

function channelOf(outcome: Outcome) {
  if (typeof outcome === 'string') throw new Error(outcome)
  return outcome
}

/** Claims to be somebody else, and signs by its own key. */
function impostorOf({ peerId }: Identity): Identity {
  const own = generateIdentity()
  return { peerId, sign: (bytes) => own.sign(bytes) }
}

/** What a listener says to the first frame that it gets. */
async function answerTo(first: Uint8Array): Promise<readonly [code: string, sent: readonly Uint8Array[]]> {
  const env = new FakeEnv()
  const link = new FakeLink()
  const opening = openEnd(env, 'listener', link)
  link.deliver(first)
  await env.settle()
  return [await codeOf(opening), link.sent]
}

/** What a dialler makes of the second frame. */
async function dialAgainst(second: Uint8Array): Promise<string> {
  const env = new FakeEnv()
  const link = new FakeLink()
  const opening = openEnd(env, 'dialler', link)
  link.deliver(second)
  await env.settle()
  return codeOf(opening)
}

describe('two honest ends', () => {
  test('prove each other, share one handshake hash, and read what the other seals', async () => {
    const [alice, bob] = [generateIdentity(), generateIdentity()]
    const [near, far] = (
      await shakeHands(new FakeEnv(), {
        dialler: { identity: alice, expect: bob.peerId },
        listener: { identity: bob, expect: alice.peerId },
      })
    ).map(channelOf)
    if (near === undefined || far === undefined) throw new Error('no channels')
    expect([near.peerId, far.peerId]).toEqual([bob.peerId, alice.peerId])
    expect(near.handshakeHash).toEqual(far.handshakeHash)
    expect(near.handshakeHash).toHaveLength(32)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      const sealed = from.ciphers.send.seal(new Uint8Array(0), text.encode('hello'))
      expect(to.ciphers.receive.open(new Uint8Array(0), sealed ?? new Uint8Array(0))).toEqual(text.encode('hello'))
    }
  })

  test('two handshakes of the same ends have different hashes', async () => {
    const env = new FakeEnv()
    const ids = [await shakeHands(env), await shakeHands(env)].map(([dialler]) => channelOf(dialler).handshakeHash)
    expect(ids[0]).not.toEqual(ids[1])
  })

  test('a binding that both see is part of it', async () => {
    const env = new FakeEnv()
    const [dialler] = await shakeHands(env, { wire: joinLinks(env, { binding: text.encode('fingerprints') }) })
    expect(channelOf(dialler).handshakeHash).toHaveLength(32)
  })

  test('each end verifies one signature', async () => {
    const [near, far] = [countVerifications(), countVerifications()]
    await shakeHands(new FakeEnv(), { dialler: { crypto: near.crypto }, listener: { crypto: far.crypto } })
    expect([near.verified(), far.verified()]).toEqual([1, 1])
  })

  test('an identity may sign asynchronously', async () => {
    const { peerId, sign } = generateIdentity()
    const slow: Identity = { peerId, sign: async (bytes) => sign(bytes) }
    const [dialler, listener] = await shakeHands(new FakeEnv(), { dialler: { identity: slow } })
    expect(channelOf(listener).peerId).toBe(peerId)
    expect(channelOf(dialler).role).toBe('dialler')
  })
})

describe('what does not match is refused by its name', () => {
  const outcomes = (dialler: EndOptions, listener: EndOptions) => shakeHands(new FakeEnv(), { dialler, listener })

  test('different networks are HANDSHAKE_NETWORK at both ends', async () => {
    expect(await outcomes({ network: 'main' }, { network: 'test' })).toEqual(['HANDSHAKE_NETWORK', 'HANDSHAKE_NETWORK'])
  })

  test('another wire version is HANDSHAKE_VERSION at both ends', async () => {
    const env = new FakeEnv()
    const newer = (frame: Uint8Array): Uint8Array => frame.with(4, 3)
    const wire = joinLinks(env, {
      tamper: (from, index, frame) => [from === 'dialler' && index === 0 ? newer(frame) : frame],
    })
    expect(await shakeHands(env, { wire })).toEqual(['HANDSHAKE_VERSION', 'HANDSHAKE_VERSION'])
  })

  test('somebody else than was dialled is HANDSHAKE_IDENTITY at both ends, and learns nobody’s name', async () => {
    const env = new FakeEnv()
    const wire = joinLinks(env)
    const dialler = { identity: generateIdentity(), expect: generateIdentity().peerId }
    expect(await shakeHands(env, { dialler, wire })).toEqual(['HANDSHAKE_IDENTITY', 'HANDSHAKE_IDENTITY'])
    expect(wire.dialler.sent.slice(1)).toEqual([encodeRefusal('HANDSHAKE_IDENTITY')])
  })

  test('a listener that cannot sign for its id is HANDSHAKE_SIGNATURE at both ends, and learns nobody’s name', async () => {
    const env = new FakeEnv()
    const wire = joinLinks(env)
    let signed = 0
    const { peerId, sign } = generateIdentity()
    const identity: Identity = {
      peerId,
      sign: (bytes) => {
        signed += 1
        return sign(bytes)
      },
    }
    const listener = { identity: impostorOf(generateIdentity()) }
    expect(await shakeHands(env, { dialler: { identity }, listener, wire })).toEqual([
      'HANDSHAKE_SIGNATURE',
      'HANDSHAKE_SIGNATURE',
    ])
    expect(signed).toBe(0)
    expect(wire.dialler.sent.slice(1)).toEqual([encodeRefusal('HANDSHAKE_SIGNATURE')])
  })

  test('a dialler that cannot sign for its id is HANDSHAKE_SIGNATURE at the listener', async () => {
    const [, listener] = await outcomes({ identity: impostorOf(generateIdentity()) }, {})
    expect(listener).toBe('HANDSHAKE_SIGNATURE')
  })

  test('a signature made for the other role is HANDSHAKE_SIGNATURE', async () => {
    // Reflecting a peer's own signature must not prove anything.
    const { peerId, sign } = generateIdentity()
    const swapped: Identity = {
      peerId,
      sign: (bytes) => sign(text.encode(new TextDecoder('latin1').decode(bytes).replace('listener', 'dialler '))),
    }
    const [dialler] = await outcomes({}, { identity: swapped })
    expect(dialler).toBe('HANDSHAKE_SIGNATURE')
  })

  test('different bindings are HANDSHAKE_FAILED: somebody sits in between', async () => {
    const env = new FakeEnv()
    for (const listenerBinding of [text.encode('b'), new Uint8Array(0), text.encode('aa')]) {
      const wire = joinLinks(env, { binding: text.encode('a'), listenerBinding })
      const [dialler, listener] = await shakeHands(env, { wire })
      expect(dialler).toBe('HANDSHAKE_FAILED')
      expect(listener).toBe('LINK_CLOSED')
    }
  })

  test('an id that is none is HANDSHAKE_MALFORMED', async () => {
    const { sign } = generateIdentity()
    for (const text of ['', 'z6Mk', 'zQ3s', 'z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc']) {
      const identity = {
        get peerId() {
          return text as Identity['peerId']
        },
        sign,
      }
      const [dialler] = await outcomes({}, { identity })
      expect(dialler).toBe('HANDSHAKE_MALFORMED')
    }
  })

  test('a key of a suite that this end lacks is SUITE_UNSUPPORTED at both, and nobody verifies anything', async () => {
    const { crypto, verified } = countVerifications()
    const [dialler, listener] = await outcomes({ crypto }, { identity: generateSecp256k1Identity() })
    expect([dialler, listener]).toEqual(['SUITE_UNSUPPORTED', 'SUITE_UNSUPPORTED'])
    const [, refusing] = await outcomes({ identity: generateSecp256k1Identity(), suites: [secp256k1()] }, { crypto })
    expect(refusing).toBe('SUITE_UNSUPPORTED')
    expect(verified()).toBe(0)
  })

  test('a secp256k1 signature that does not hold is HANDSHAKE_SIGNATURE at both ends', async () => {
    const { peerId } = generateSecp256k1Identity()
    const identity = { peerId, sign: generateSecp256k1Identity().sign }
    const [dialler, listener] = await outcomes({ suites: [secp256k1()] }, { identity })
    expect([dialler, listener]).toEqual(['HANDSHAKE_SIGNATURE', 'HANDSHAKE_SIGNATURE'])
  })

  test('a signature of a wrong length is HANDSHAKE_SIGNATURE', async () => {
    const { peerId, sign } = generateIdentity()
    for (const change of [
      (s: Uint8Array) => s.subarray(1),
      (s: Uint8Array) => Uint8Array.of(...s, 0),
      () => new Uint8Array(0),
    ]) {
      const [dialler] = await outcomes({}, { identity: { peerId, sign: async (bytes) => change(await sign(bytes)) } })
      expect(dialler).toBe('HANDSHAKE_SIGNATURE')
    }
  })
})

describe('what is no handshake at all', () => {
  const valid = async (): Promise<Uint8Array> => {
    const link = new FakeLink()
    openEnd(new FakeEnv(), 'dialler', link).catch(() => {})
    return link.sent[0] ?? new Uint8Array(0)
  }

  test('garbage, HTTP and short frames are HANDSHAKE_MALFORMED, and get no answer', async () => {
    const first = await valid()
    for (const frame of [
      new Uint8Array(0),
      Uint8Array.of(0),
      Uint8Array.of(0x52, 0x4e, 0x44, 0x4f),
      text.encode('GET / HTTP/1.1\r\nHost: example.org\r\n\r\n'),
      text.encode('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
      new Uint8Array(65_535).fill(0x52),
      first.subarray(0, 13),
      first.subarray(0, first.length - 1),
    ]) {
      expect(await answerTo(frame)).toEqual(['HANDSHAKE_MALFORMED', []])
    }
  })

  test('an unknown record mode is HANDSHAKE_MALFORMED', async () => {
    expect(await answerTo((await valid()).with(5, 1))).toEqual(['HANDSHAKE_MALFORMED', []])
  })

  test('a key of small order is HANDSHAKE_FAILED', async () => {
    const first = await valid()
    first.fill(0, 14)
    expect(await answerTo(first)).toEqual(['HANDSHAKE_FAILED', []])
  })

  test('a dialler refuses every answer that is none', async () => {
    for (const frame of [
      new Uint8Array(0),
      Uint8Array.of(2),
      Uint8Array.of(0),
      Uint8Array.of(0, 0),
      Uint8Array.of(0, 99),
      Uint8Array.of(0, 1, 1),
      text.encode('HTTP/1.1 400 Bad Request\r\n\r\n'),
    ]) {
      expect(await dialAgainst(frame)).toBe('HANDSHAKE_MALFORMED')
    }
    const forged = new Uint8Array(300).fill(9)
    forged[0] = 2
    expect(await dialAgainst(forged)).toBe('HANDSHAKE_FAILED')
  })

  test('a refusal is told to the dialler as what it says', async () => {
    for (const code of ['HANDSHAKE_VERSION', 'HANDSHAKE_NETWORK', 'LINK_SLOTS_FULL'] as const) {
      expect(await dialAgainst(encodeRefusal(code))).toBe(code)
    }
  })
})

describe('links', () => {
  test('one that loses or reorders frames, or carries only small ones, is LINK_UNSUPPORTED', async () => {
    const env = new FakeEnv()
    for (const capabilities of [{ ordered: false }, { reliable: false }, { frameBytesMax: 1_023 }]) {
      const link = new FakeLink({ capabilities })
      expect(await codeOf(openEnd(env, 'dialler', link))).toBe('LINK_UNSUPPORTED')
      expect(link.sent).toEqual([])
    }
  })

  test('one that closes meanwhile is LINK_CLOSED, with the reason it gave', async () => {
    const link = new FakeLink()
    const opening = openEnd(new FakeEnv(), 'dialler', link)
    link.end({ code: 'LINK_CLOSED', detail: 'cable pulled' })
    expect(await rejectionOf(opening)).toMatchObject({ code: 'LINK_CLOSED', details: { reason: 'LINK_CLOSED' } })
  })

  test('one that was closed before is LINK_CLOSED', async () => {
    const env = new FakeEnv()
    const link = new FakeLink()
    const opening = openEnd(env, 'listener', link)
    link.deliver(text.encode('x'))
    link.end({ code: 'LINK_CLOSED' })
    await env.settle()
    expect(await codeOf(opening)).toBe('HANDSHAKE_MALFORMED')
  })

  test('an abort rejects with its reason, whether it came before or meanwhile', async () => {
    const reason = new Error('changed my mind')
    const early = openEnd(new FakeEnv(), 'dialler', new FakeLink(), { signal: AbortSignal.abort(reason) })
    expect(await rejectionOf(early)).toBe(reason)
    const controller = new AbortController()
    const late = openEnd(new FakeEnv(), 'dialler', new FakeLink(), { signal: controller.signal })
    controller.abort(reason)
    expect(await rejectionOf(late)).toBe(reason)
  })

  test('frames that pile up before the session are few, and each of them small', async () => {
    const manyOf = (count: number, bytes: number) => Array.from({ length: count }, () => new Uint8Array(bytes))
    for (const pile of [manyOf(257, 10), manyOf(5, 65_535), manyOf(1, 65_536)]) {
      const env = new FakeEnv()
      const link = new FakeLink()
      // What a transport has read already comes all the same.
      link.pause = () => {}
      let hasSigned = (): void => {}
      const { peerId, sign } = generateIdentity()
      const signing = new Promise<void>((resolve) => {
        hasSigned = resolve
      })
      // While this end is busy signing, nobody asks for a frame.
      const slow: Identity = { peerId, sign: (bytes) => signing.then(() => sign(bytes)) }
      const opening = openEnd(env, 'listener', link, { identity: slow })
      const dialler = new FakeLink()
      openEnd(env, 'dialler', dialler).catch(() => {})
      link.deliver(dialler.sent[0] ?? new Uint8Array(0))
      await env.settle()
      for (const frame of pile) link.deliver(frame)
      expect(link.closedWith).toEqual({ code: 'HANDSHAKE_MALFORMED' })
      hasSigned()
      await env.settle()
      expect(['LINK_CLOSED', 'HANDSHAKE_MALFORMED']).toContain(await codeOf(opening))
    }
  })
})

describe('a node', () => {
  test('gives a silent link up after the deadline with HANDSHAKE_TIMEOUT, and frees its slot', async () => {
    const town = new FakeTown()
    const node = town.node({ limits: { handshakeTimeoutMs: 5_000 } })
    for (const role of ['dialler', 'listener'] as const) {
      const link = new FakeLink()
      const adopted = node.adoptLink(link, { role })
      adopted.catch(() => {})
      await town.env.advance(4_999)
      expect(node.getStats().connections).toBe(1)
      await town.env.advance(1)
      expect(await codeOf(adopted)).toBe('HANDSHAKE_TIMEOUT')
      expect(link.closedWith).toEqual({ code: 'HANDSHAKE_TIMEOUT' })
      expect(node.getStats().connections).toBe(0)
    }
  })

  test('gives a peer up that never greets', async () => {
    const town = new FakeTown()
    const node = town.node({ limits: { handshakeTimeoutMs: 5_000 } })
    const peer = await FakePeer.join(node, town.env, { offer: undefined })
    await town.env.advance(5_000)
    expect(await codeOf(peer.adopted)).toBe('HANDSHAKE_TIMEOUT')
    expect(node.getConnectedPeers()).toEqual([])
  })

  test('gives up on time even while its own identity is busy signing', async () => {
    const town = new FakeTown()
    const { peerId } = generateIdentity()
    const node = town.node({ identity: { peerId, sign: () => new Promise(() => {}) } })
    const other = await town.house()
    const dialling = node.connectToPeer({ peerId: other.peerId, addresses: town.addressesOf(other) })
    dialling.catch(() => {})
    await town.env.advance(10_000)
    expect(await codeOf(dialling)).toBe('HANDSHAKE_TIMEOUT')
  })

  test('refuses itself as HANDSHAKE_SELF, by name and by link', async () => {
    const town = new FakeTown()
    const node = await town.house()
    const addresses = town.addressesOf(node)
    expect(await codeOf(town.during(node.connectToPeer({ peerId: node.peerId, addresses })))).toBe('HANDSHAKE_SELF')
    const wire = joinLinks(town.env)
    const both = [
      node.adoptLink(wire.dialler, { role: 'dialler' }),
      node.adoptLink(wire.listener, { role: 'listener' }),
    ]
    expect(await town.during(Promise.all(both.map(codeOf)))).toEqual(['HANDSHAKE_SELF', 'HANDSHAKE_SELF'])
    expect(node.getConnectedPeers()).toEqual([])
  })

  test('tells the dialler that was turned away by its last message why', async () => {
    const town = new FakeTown()
    const [dialler, listener] = [town.node(), town.node()]
    const wire = joinLinks(town.env)
    const stranger = generateIdentity().peerId
    const adopted = [
      dialler.adoptLink(wire.dialler, { role: 'dialler' }),
      listener.adoptLink(wire.listener, { role: 'listener', expect: stranger }),
    ]
    expect(await town.during(Promise.all(adopted.map(codeOf)))).toEqual(['HANDSHAKE_IDENTITY', 'HANDSHAKE_IDENTITY'])
  })
})
