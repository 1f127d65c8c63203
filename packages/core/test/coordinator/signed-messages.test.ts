import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { generateIdentity, type Identity } from '../../src/identity/identity.js'
import { defineProtocol, type Message, message, verifyMessage } from '../../src/index.js'
import { FakeTown } from '../fake-town.js'

const votes = defineProtocol({
  name: 'votes',
  messages: {
    cast: message({ payload: v.object({ choice: v.number() }), signed: true }),
    chat: message({ payload: v.string() }),
  },
})

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
