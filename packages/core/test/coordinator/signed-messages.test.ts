import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { generateIdentity, type Identity } from '../../src/identity/identity.js'
import { type CoordinatorOptions, defineProtocol, type Message, message, verifyMessage } from '../../src/index.js'
import { FakeTown } from '../fake-town.js'

const votes = defineProtocol({
  name: 'votes',
  messages: {
    cast: message({ payload: v.object({ choice: v.number() }), signed: true }),
    chat: message({ payload: v.string() }),
  },
})

type Limits = NonNullable<CoordinatorOptions['limits']>

/** Rates that hold nobody. */
const unhurried = { messagesPerSecond: 1_000_000, messagesBurst: 1_000_000 }

interface Heard {
  readonly type: string
  readonly payload: unknown
  readonly signature: Uint8Array | undefined
}

async function createScene(identity: Identity = generateIdentity()) {
  const town = new FakeTown()
  const to = await town.house()
  const from = town.node({ identity })
  const heard: Heard[] = []
  const hear = (
    payload: unknown,
    { message: { type }, signature }: { message: Message; signature: Uint8Array | undefined },
  ) => void heard.push({ type, payload, signature })
  to.registerProtocol(votes.handler({ cast: hear, chat: hear }))
  from.registerProtocol(votes.handler({}))
  await town.join(from, to)
  return { town, from, to, heard, client: votes.client(from) }
}

/** An identity whose key takes as long as the test likes. */
function slowIdentity() {
  const { peerId, sign } = generateIdentity()
  const waiting: (() => void)[] = []
  const state = { isSlow: false, signatures: 0 }
  const identity: Identity = {
    peerId,
    sign(bytes) {
      state.signatures += 1
      if (!state.isSlow) return sign(bytes)
      return new Promise((resolve) => waiting.push(() => resolve(sign(bytes))))
    },
  }
  return { identity, state, signNext: () => waiting.shift()?.() }
}

describe('a type that is declared signed', () => {
  test('arrives with proof that anybody can check, without the two peers', async () => {
    const { town, from, to, heard, client } = await createScene()
    await town.during(client.send(to.peerId, 'cast', { choice: 3 }))
    await town.env.settle()
    expect(heard).toMatchObject([{ type: 'cast', payload: { choice: 3 } }])
    const verdict = await verifyMessage(heard[0]?.signature ?? new Uint8Array(0), {
      expect: { network: 'main', protocol: 'votes', type: 'cast', author: from.peerId, audience: { to: to.peerId } },
    })
    expect(verdict).toMatchObject({ ok: true, payload: { ok: true, value: { choice: 3 } } })
  })

  test('shares one signature with all that one turn says, and keeps its place among what is not signed', async () => {
    const { identity, state } = slowIdentity()
    const { town, to, heard, client } = await createScene(identity)
    const before = state.signatures
    for (let choice = 0; choice < 50; choice += 1) {
      void client.send(to.peerId, 'cast', { choice })
      void client.send(to.peerId, 'chat', `after ${choice}`)
    }
    await town.env.settle()
    expect(state.signatures - before).toBe(1)
    expect(heard.map(({ payload }) => payload)).toEqual(
      Array.from({ length: 50 }, (_, choice) => [{ choice }, `after ${choice}`]).flat(),
    )
    for (const { type, signature } of heard) {
      if (type !== 'cast') expect(signature).toBeUndefined()
      else expect(await verifyMessage(signature ?? new Uint8Array(0))).toMatchObject({ ok: true })
    }
  })

  test('waits for a key that takes its time, as does all behind it, and grows into larger batches', async () => {
    const { identity, state, signNext } = slowIdentity()
    const { town, to, heard, client } = await createScene(identity)
    state.isSlow = true
    const before = state.signatures
    void client.send(to.peerId, 'cast', { choice: 1 })
    await town.env.settle()
    for (let choice = 2; choice <= 20; choice += 1) {
      void client.send(to.peerId, 'cast', { choice })
      await town.env.settle()
    }
    void client.send(to.peerId, 'chat', 'last')
    await town.env.settle()
    expect(heard).toEqual([])
    signNext()
    await town.env.settle()
    expect(heard).toHaveLength(1)
    signNext()
    await town.env.settle()
    expect([heard.length, heard.at(-1)?.payload, state.signatures - before]).toEqual([21, 'last', 2])
  })

  test('that the key does not sign is dropped by its receiver, reported here, and holds up nothing behind it', async () => {
    const own = generateIdentity()
    let isBroken = false
    const identity: Identity = {
      peerId: own.peerId,
      sign: (bytes) => {
        if (isBroken) throw new Error('the device was unplugged')
        return own.sign(bytes)
      },
    }
    const { town, from, to, heard, client } = await createScene(identity)
    isBroken = true
    void client.send(to.peerId, 'cast', { choice: 1 })
    void client.send(to.peerId, 'chat', 'behind it')
    await town.env.settle()
    expect(heard.map(({ payload }) => payload)).toEqual(['behind it'])
    expect(town.errors.get(from)).toMatchObject([{ code: 'SIGNING_FAILED' }])
    expect(to.getStats().refused).toEqual({ SIGNATURE_REFUSED: 1 })
  })

  test('is refused unsigned', async () => {
    const { town, from, to, heard } = await createScene()
    await town.during(from.sendTo(to.peerId, { protocol: 'votes', type: 'cast', payload: { choice: 1 } }))
    await town.env.settle()
    expect([heard, to.getStats().refused]).toEqual([[], { SIGNATURE_MISSING: 1 }])
  })

  test('that has expired by the receiver’s clock is refused', async () => {
    const town = new FakeTown()
    const to = await town.house({ limits: { clockSkewMs: 1 } })
    const from = town.node({ limits: { signedLifetimeMs: 1 } })
    to.registerProtocol(votes.handler({}))
    await town.join(from, to)
    void votes.client(from).send(to.peerId, 'cast', { choice: 1 })
    town.env.nowMs += 5
    await town.env.settle()
    expect(to.getStats().refused).toEqual({ SIGNATURE_EXPIRED: 1 })
  })
})

describe('a signed message to many', () => {
  test('is signed once, and each of them can show the same words', async () => {
    const { identity, state } = slowIdentity()
    const town = new FakeTown()
    const from = await town.house({ identity })
    const proofs: (Uint8Array | undefined)[] = []
    const nodes = [town.node(), town.node(), town.node()]
    for (const node of nodes) {
      node.registerProtocol(votes.handler({ cast: (_, { signature }) => void proofs.push(signature) }))
      await town.join(node, from)
    }
    const before = state.signatures
    const { sent } = await town.during(votes.client(from).broadcast('cast', { choice: 7 }))
    await town.during(votes.client(from).broadcast('cast', { choice: 8 }))
    await town.env.settle()
    expect([sent.length, proofs.length]).toEqual([3, 6])
    expect(state.signatures - before).toBeLessThanOrEqual(2)
    const verdicts = await Promise.all(proofs.map((proof) => verifyMessage(proof ?? new Uint8Array(0))))
    for (const verdict of verdicts) expect(verdict).toMatchObject({ ok: true, audience: 'anyone' })
    const statements = verdicts.map((verdict) => (verdict.ok ? Buffer.from(verdict.statement).toString('hex') : ''))
    expect(new Set(statements).size).toBe(2)
  })

  test('keeps its place among what goes to one of them', async () => {
    const { town, to, from, heard, client } = await createScene()
    void client.send(to.peerId, 'cast', { choice: 1 })
    void votes.client(from).broadcast('cast', { choice: 2 })
    void client.send(to.peerId, 'chat', 'third')
    void client.send(to.peerId, 'cast', { choice: 4 })
    await town.env.settle()
    expect(heard.map(({ payload }) => payload)).toEqual([{ choice: 1 }, { choice: 2 }, 'third', { choice: 4 }])
  })
})

test('no position is ever taken twice, whoever it goes to', async () => {
  const { town, to, from, heard, client } = await createScene()
  for (let turn = 0; turn < 5; turn += 1) {
    void client.send(to.peerId, 'cast', { choice: turn })
    void votes.client(from).broadcast('cast', { choice: turn })
    await town.env.settle()
  }
  const verdicts = await Promise.all(heard.map(({ signature }) => verifyMessage(signature ?? new Uint8Array(0))))
  const positions = verdicts.map((verdict) => (verdict.ok ? JSON.stringify(verdict.position) : 'refused'))
  expect(new Set(positions).size).toBe(10)
})

test('a signed message for a peer that was away is kept until its seal has arrived, too', async () => {
  const { identity, state, signNext } = slowIdentity()
  const town = new FakeTown()
  const to = await town.house()
  const from = town.node({ identity })
  const heard: unknown[] = []
  to.registerProtocol(votes.handler({ cast: (payload) => void heard.push(payload) }))
  await town.during(votes.client(from).send(to.peerId, 'cast', { choice: 5 }, { queueMs: 600_000 }))
  from.on('connected', () => {
    state.isSlow = true
  })
  await town.join(from, to)
  await town.env.advance(20_000)
  expect([heard, from.getStats().mailbox.messages]).toEqual([[], 1])
  signNext()
  await town.env.advance(20_000)
  expect([heard, from.getStats().mailbox.messages]).toEqual([[{ choice: 5 }], 0])
})

test('a signed message for a peer that is away is signed when it comes', async () => {
  const town = new FakeTown()
  const to = await town.house()
  const from = town.node()
  const proofs: (Uint8Array | undefined)[] = []
  to.registerProtocol(votes.handler({ cast: (_, { signature }) => void proofs.push(signature) }))
  await town.during(votes.client(from).send(to.peerId, 'cast', { choice: 5 }, { queueMs: 60_000 }))
  await town.join(from, to)
  await town.env.settle()
  expect(await verifyMessage(proofs[0] ?? new Uint8Array(0))).toMatchObject({ ok: true, author: from.peerId })
})

describe('however much an honest peer signs, its session goes on', () => {
  const blobs = defineProtocol({
    name: 'blobs',
    messages: {
      push: message({ payload: v.instance(Uint8Array), signed: true }),
      plain: message({ payload: v.any() }),
    },
  })

  async function createBlobs(identity: Identity, limits: Limits = {}, limitsOfReceiver: Limits = {}) {
    const town = new FakeTown()
    const to = await town.house({ limits: { ...unhurried, ...limitsOfReceiver } })
    const from = town.node({ identity, limits })
    const heard: unknown[] = []
    to.registerProtocol(blobs.handler({ push: ({ length }) => heard.push(length), plain: (what) => heard.push(what) }))
    from.registerProtocol(blobs.handler({}))
    await town.join(from, to)
    return { town, to, from, heard, client: blobs.client(from) }
  }

  test('a payload as large as payloads may be', async () => {
    const { town, to, from, heard, client } = await createBlobs(generateIdentity(), { messageBytesMax: 100_000 })
    for (const size of [100_000, 99_990, 99_900])
      await town.during(client.send(to.peerId, 'push', new Uint8Array(size)))
    await town.env.settle()
    expect([heard, from.isConnected(to.peerId)]).toEqual([[100_000, 99_990, 99_900], true])
  })

  test('one that is too large costs its sender an error, and those beside it nothing', async () => {
    const { town, to, from, heard, client } = await createBlobs(generateIdentity(), { messageBytesMax: 1_000 })
    void client.send(to.peerId, 'push', new Uint8Array(1))
    await expect(client.send(to.peerId, 'push', new Uint8Array(1_001))).rejects.toMatchObject({
      code: 'MESSAGE_OVERSIZED',
    })
    void client.send(to.peerId, 'push', new Uint8Array(2))
    await town.env.settle()
    expect([heard, from.isConnected(to.peerId)]).toEqual([[1, 2], true])
  })

  test('more in one turn than one signature serves, to one or to many', async () => {
    for (const how of ['send', 'broadcast', 'plain'] as const) {
      const { town, to, from, heard, client } = await createBlobs(generateIdentity(), { sendQueueBytesMax: 16_777_216 })
      void client.send(to.peerId, 'push', new Uint8Array(0))
      for (let count = 0; count < 9_000; count += 1) {
        if (how === 'send') void client.send(to.peerId, 'push', new Uint8Array(0))
        else if (how === 'plain') void client.send(to.peerId, 'plain', count)
        else void client.broadcast('push', new Uint8Array(0))
      }
      await town.env.settle()
      expect([how, heard.length, from.isConnected(to.peerId)]).toEqual([how, 9_001, true])
    }
  })

  test('more than the inbox of its receiver holds, before the seal', async () => {
    const { town, to, from, heard, client } = await createBlobs(generateIdentity(), {}, { inboxMessagesMax: 2 })
    for (let count = 0; count < 200; count += 1) void client.send(to.peerId, 'push', new Uint8Array(count))
    await town.env.settle()
    expect([heard.length, from.isConnected(to.peerId)]).toEqual([200, true])
  })

  test.each(['push', 'plain'] as const)('a key that takes long: senders of %s wait, or are refused', async (type) => {
    const { identity, state, signNext } = slowIdentity()
    const { town, to, from, heard, client } = await createBlobs(identity)
    state.isSlow = true
    void client.send(to.peerId, 'push', new Uint8Array(0))
    await town.env.settle()
    const story = { sent: 1, accepted: 1, refused: 0 }
    const accept = (): void => {
      story.accepted += 1
    }
    const refuse = (): void => {
      story.refused += 1
    }
    for (let turn = 0; turn < 80; turn += 1) {
      for (let count = 0; count < 250; count += 1) {
        story.sent += 1
        client.send(to.peerId, type, new Uint8Array(0)).then(accept, refuse)
      }
      await town.env.settle()
    }
    expect([story.accepted, story.refused]).toEqual([4_095, 20_001 - 8_192])
    for (let key = 0; key < 20; key += 1) {
      signNext()
      await town.env.settle()
    }
    expect([story.accepted, heard.length, from.isConnected(to.peerId)]).toEqual([8_192, 8_192, true])
  })

  test.each(['send', 'broadcast'] as const)('the last words before it leaves, by %s, are signed', async (how) => {
    for (const leave of ['stop', 'disconnect'] as const) {
      const { town, to, from, heard, client } = await createBlobs(generateIdentity())
      void (how === 'send'
        ? client.send(to.peerId, 'push', new Uint8Array(4))
        : client.broadcast('push', new Uint8Array(4)))
      await town.during(leave === 'stop' ? from.stop() : from.disconnectFromPeer(to.peerId))
      await town.env.settle()
      expect(heard).toEqual([4])
    }
  })

  test('a broadcast of which one receiver is gone before it is signed', async () => {
    const { identity, state, signNext } = slowIdentity()
    const { town, to, from, heard, client } = await createBlobs(identity)
    const gone = await town.house()
    gone.registerProtocol(blobs.handler({}))
    await town.join(from, gone)
    state.isSlow = true
    void client.broadcast('push', new Uint8Array(3))
    await town.env.settle()
    void gone.stop()
    await town.env.settle()
    signNext()
    await town.env.settle()
    expect([heard, from.isConnected(to.peerId)]).toEqual([[3], true])
  })

  test('one signature a message, faster than its receiver verifies: it is slowed down, and nothing is lost', async () => {
    const { town, to, from, heard, client } = await createBlobs(
      generateIdentity(),
      {},
      { signaturesPerSecond: 10, signaturesBurst: 10 },
    )
    for (let count = 0; count < 50; count += 1) {
      void client.send(to.peerId, 'push', new Uint8Array(count))
      await town.env.settle()
    }
    expect(heard.length).toBeLessThan(15)
    await town.env.advance(6_000)
    expect([heard, to.getStats().refused]).toEqual([Array.from({ length: 50 }, (_, count) => count), {}])
    expect(from.isConnected(to.peerId)).toBe(true)
  })
})
