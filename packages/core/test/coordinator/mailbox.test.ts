import { createCrashableStore } from '@rondo/testkit/store'
import { describe, expect, test } from 'vitest'
import type { PayloadCodec } from '../../src/codec/payload-codec.js'
import type { Coordinator } from '../../src/coordinator/coordinator.js'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { generateIdentity } from '../../src/identity/identity.js'
import { MailJournal } from '../../src/peers/mail-journal.js'
import { defineProtocol } from '../../src/protocol/define-protocol.js'
import { message } from '../../src/protocol/definition.js'
import type { Schema } from '../../src/protocol/schema.js'
import { createMemoryStore } from '../../src/store/memory-store.js'
import { codeOf, failureOf, rejectionOf } from '../expect-failure.js'
import { FakeTown } from '../fake-town.js'
import { letterTo } from '../peers/letters.js'

const hour = { queueMs: 3_600_000 }
const note = (payload: unknown) => ({ type: 'note', payload })

function hear(node: Coordinator): unknown[] {
  const heard: unknown[] = []
  node.on('message', ({ payload }) => heard.push(payload))
  return heard
}

const codesOf = (town: FakeTown, node: Coordinator): unknown[] => town.errors.get(node)?.map(({ code }) => code) ?? []

describe('a message for a peer that is away', () => {
  test('is PEER_NOT_CONNECTED without queueMs', async () => {
    const town = new FakeTown()
    expect(await codeOf(town.node().sendTo(generateIdentity().peerId, note(1)))).toBe('PEER_NOT_CONNECTED')
  })

  test('waits until this node dials, and comes before what listeners of `connected` send', async () => {
    const town = new FakeTown()
    const [to, from] = [await town.house(), town.node()]
    const heard = hear(to)
    for (const count of [1, 2, 3]) await from.sendTo(to.peerId, note(count), hour)
    from.on('connected', ({ peerId }) => from.sendTo(peerId, note('greeting')))
    expect(from.getStats().mailbox).toEqual({ messages: 3, bytes: 3 * 513, expired: 0, dropped: 0 })
    await town.join(from, to)
    expect(heard).toEqual([1, 2, 3, 'greeting'])
    expect(from.getStats().mailbox).toMatchObject({ messages: 0, bytes: 0 })
  })

  test('waits until the peer dials', async () => {
    const town = new FakeTown()
    const [from, to] = [await town.house(), town.node()]
    const heard = hear(to)
    await from.sendTo(to.peerId, note('for you'), hour)
    await town.join(to, from)
    expect(heard).toEqual(['for you'])
  })

  test('says what its payload said when it was given', async () => {
    const town = new FakeTown()
    const [to, from] = [await town.house(), town.node()]
    const heard = hear(to)
    const payload = { list: [1] }
    await from.sendTo(to.peerId, note(payload), hour)
    payload.list.push(2)
    await town.join(from, to)
    expect(heard).toEqual([{ list: [1] }])
  })

  test('is forgotten when its time is up, and counted', async () => {
    const town = new FakeTown()
    const [to, from] = [await town.house(), town.node()]
    const heard = hear(to)
    await town.during(from.start())
    await from.sendTo(to.peerId, note('short'), { queueMs: 10_000 })
    await from.sendTo(to.peerId, note('long'), { queueMs: 10_001 })
    town.env.nowMs += 10_000
    await town.join(from, to)
    expect([heard, from.getStats().mailbox.expired]).toEqual([['long'], 1])
    await town.during(from.disconnectFromPeer(to.peerId))
    await from.sendTo(to.peerId, note('again'), { queueMs: 1_000 })
    // The heart takes it away, with nobody asking.
    await town.env.advance(20_000)
    expect(from.getStats().mailbox).toEqual({ messages: 0, bytes: 0, expired: 2, dropped: 0 })
  })

  test('of a protocol that the peer does not speak is dropped, and an error says so; the others come', async () => {
    const town = new FakeTown()
    const [to, from] = [await town.house(), town.node()]
    const heard = hear(to)
    await from.sendTo(to.peerId, note(1), hour)
    await from.sendTo(to.peerId, { ...note(2), protocol: 'chess' }, hour)
    await from.sendTo(to.peerId, { ...note(3), version: 7 }, hour)
    await from.sendTo(to.peerId, note(4), hour)
    await town.join(from, to)
    expect(heard).toEqual([1, 4])
    expect(town.errors.get(from)).toMatchObject([
      { code: 'MAILBOX_DROPPED', peerId: to.peerId, cause: { code: 'PROTOCOL_UNKNOWN' } },
      { code: 'MAILBOX_DROPPED', peerId: to.peerId, cause: { code: 'PROTOCOL_VERSION' } },
    ])
    expect(from.getStats().mailbox).toEqual({ messages: 0, bytes: 0, expired: 0, dropped: 2 })
  })

  test('goes by the typed client of a protocol, too', async () => {
    const town = new FakeTown()
    const anything: Schema = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } }
    const chat = defineProtocol({ name: 'chat', messages: { line: message({ payload: anything }) } })
    const heard: unknown[] = []
    const [to, from] = [await town.house(), town.node()]
    to.registerProtocol(chat.handler({ line: (payload) => void heard.push(payload) }))
    await chat.client(from).send(to.peerId, 'line', 'hello', hour)
    await town.join(from, to)
    expect(heard).toEqual(['hello'])
  })
})

describe('what is refused', () => {
  test('is a time that is none, or beyond the limit, and a peer that cannot be', async () => {
    const town = new FakeTown()
    const from = town.node({ limits: { awayMsMax: 1_000 } })
    const { peerId } = generateIdentity()
    for (const queueMs of [0, -1, 1_001, Number.NaN, Number.POSITIVE_INFINITY, '5' as never, null as never]) {
      expect(await rejectionOf(from.sendTo(peerId, note(1), { queueMs }))).toBeInstanceOf(TypeError)
    }
    for (const wrong of [{ type: '' }, { type: 'a', protocol: '!' }, { type: 'a', version: 0 }]) {
      expect(await rejectionOf(from.sendTo(peerId, wrong, { queueMs: 5 }))).toBeInstanceOf(TypeError)
    }
    expect(await codeOf(from.sendTo('somebody' as never, note(1), { queueMs: 5 }))).toBe('PEER_ID_INVALID')
    expect(await codeOf(from.sendTo(from.peerId, note(1), { queueMs: 5 }))).toBe('HANDSHAKE_SELF')
    expect(
      await codeOf(
        from.sendTo(
          peerId,
          note(() => 1),
          { queueMs: 5 },
        ),
      ),
    ).toBe('CODEC_VALUE_UNSUPPORTED')
    expect(await codeOf(from.sendTo(peerId, note(new Uint8Array(1_048_577)), { queueMs: 5 }))).toBe('MESSAGE_OVERSIZED')
    expect(from.getStats().mailbox.messages).toBe(0)
    await from.sendTo(peerId, note(1), { queueMs: 1_000 })
  })

  test('is MAILBOX_FULL past each limit, which it names, until there is room', async () => {
    const town = new FakeTown()
    const from = town.node({ limits: { awayMessagesPerPeerMax: 2, awayBytesPerPeerMax: 4_000, awayBytesMax: 5_000 } })
    const [ann, bob] = [generateIdentity().peerId, generateIdentity().peerId]
    const refusalOf = async (peerId = ann, bytes = 1) =>
      (await failureOf(from.sendTo(peerId, note(new Uint8Array(bytes)), hour))).details
    await from.sendTo(ann, note(1), { queueMs: 1_000 })
    await from.sendTo(ann, note(2), hour)
    expect(await refusalOf()).toEqual({ limit: 'awayMessagesPerPeerMax' })
    expect(await refusalOf(bob, 3_489)).toEqual({ limit: 'awayBytesPerPeerMax' })
    await from.sendTo(bob, note(new Uint8Array(3_000)), hour)
    expect(await refusalOf(generateIdentity().peerId)).toEqual({ limit: 'awayBytesMax' })
    expect(await codeOf(from.sendTo(ann, note(3), hour))).toBe('MAILBOX_FULL')
    town.env.nowMs += 1_000
    await from.sendTo(ann, note(3), hour)
  })

  test('is a limit for one peer above what the send queue takes; one that was not given follows it', async () => {
    const town = new FakeTown()
    const limits = { sendQueueBytesMax: 2_048, awayBytesPerPeerMax: 2_049 }
    expect(() => town.node({ limits })).toThrow(/awayBytesPerPeerMax must be at most limits.sendQueueBytesMax/)
    const from = town.node({ limits: { sendQueueBytesMax: 2_048 } })
    const { peerId } = generateIdentity()
    await from.sendTo(peerId, note(new Uint8Array(512)), hour)
    expect(await codeOf(from.sendTo(peerId, note(1), hour))).toBe('MAILBOX_FULL')
  })

  test('is what comes after `stop`', async () => {
    const from = new FakeTown().node()
    await from.stop()
    expect(await codeOf(from.sendTo(generateIdentity().peerId, note(1), hour))).toBe('COORDINATOR_STOPPED')
  })
})

describe('with a session', () => {
  test('it goes at once and in order, and is kept until it is acknowledged', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    const heard = hear(to)
    void from.sendTo(to.peerId, note(1))
    void from.sendTo(to.peerId, note(2), hour)
    void from.sendTo(to.peerId, note(3))
    expect(from.getStats().mailbox.messages).toBe(1)
    await town.env.settle()
    expect(heard).toEqual([1, 2, 3])
    await town.env.advance(20_000)
    expect(from.getStats().mailbox.messages).toBe(0)
  })

  test('what it refuses at once is refused, and nothing of it is kept', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    expect(await codeOf(from.sendTo(to.peerId, { ...note(1), protocol: 'chess' }, hour))).toBe('PROTOCOL_UNKNOWN')
    expect(from.getStats().mailbox.messages).toBe(0)
  })

  test('that waits for another link and is lost leaves it to the next one, ahead of what is sent later', async () => {
    const town = new FakeTown()
    const to = await town.house()
    const from = town.node({ limits: { sessionRecoverableMs: 20_000 } })
    await town.join(from, to)
    const heard = hear(to)
    town.network.partition(() => false)
    town.network.sever(() => true)
    await town.env.settle()
    expect(from.getPeer(to.peerId)?.state).toBe('recoverable')
    await from.sendTo(to.peerId, note('lost'))
    await from.sendTo(to.peerId, note('kept'), hour)
    await town.env.advance(60_000)
    expect(from.getPeer(to.peerId)).toBeUndefined()
    await from.sendTo(to.peerId, note('later'), hour)
    town.network.heal()
    await town.join(from, to)
    expect(heard).toEqual(['kept', 'later'])
  })

  test('goodbyes leave what the peer has not acknowledged to the next one', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    const heard = hear(to)
    town.network.partition(() => false)
    await from.sendTo(to.peerId, note('kept'), hour)
    await town.during(from.disconnectFromPeer(to.peerId))
    await town.during(to.disconnectFromPeer(from.peerId))
    town.network.heal()
    await town.join(from, to)
    expect(heard).toEqual(['kept'])
  })
})

describe('with a store', () => {
  const identity = generateIdentity()

  test('a process that dies loses nothing, and nothing comes that the peer has', async () => {
    const town = new FakeTown()
    const to = await town.house()
    const place = createCrashableStore()
    const first = town.node({ identity, store: await place.open() })
    for (const count of [1, 2]) await first.sendTo(to.peerId, note(count), hour)
    place.crash()

    const heard = hear(to)
    const second = town.node({ identity, store: await place.open() })
    await second.sendTo(to.peerId, note(3), hour)
    expect(second.getStats().mailbox.messages).toBe(3)
    await town.join(second, to)
    expect(heard).toEqual([1, 2, 3])
    await town.during(second.stop())
    place.crash()

    const third = town.node({ identity, store: await place.open() })
    await town.join(third, to)
    expect([heard, third.getStats().mailbox.messages]).toEqual([[1, 2, 3], 0])
  })

  test('the time goes on while the process does not run', async () => {
    const town = new FakeTown()
    const to = await town.house()
    const heard = hear(to)
    const store = createMemoryStore()
    await town.node({ identity, store }).sendTo(to.peerId, note('late'), { queueMs: 1_000 })
    await town.node({ identity, store }).sendTo(to.peerId, note('in time'), { queueMs: 2_000 })
    town.env.nowMs += 1_000
    const second = town.node({ identity, store })
    await town.join(second, to)
    expect([heard, second.getStats().mailbox]).toMatchObject([['in time'], { messages: 0, expired: 1 }])
    expect(await entriesIn(store, identity.peerId)).toBe(0)
  })

  test('many at once wait for what is there to be read, and stay in order', async () => {
    const town = new FakeTown()
    const to = await town.house()
    const heard = hear(to)
    const store = createMemoryStore()
    await town.node({ identity, store }).sendTo(to.peerId, note(0), hour)
    const second = town.node({ identity, store })
    const sent = [1, 2, 3, 4].map((count) => second.sendTo(to.peerId, note(count), hour))
    await town.join(second, to)
    await Promise.all(sent)
    expect(heard).toEqual([0, 1, 2, 3, 4])
  })

  test('damaged entries are dropped and reported, and the rest comes', async () => {
    const town = new FakeTown()
    const to = await town.house()
    const heard = hear(to)
    const store = createMemoryStore()
    for (const count of [1, 2, 3]) await town.node({ identity, store }).sendTo(to.peerId, note(count), hour)
    const place = store.scope('mailbox').scope(identity.peerId)
    await place.put('000000000002', new Uint8Array(500).fill(1))
    for (let count = 0; count < 600; count += 1) await place.put(`junk ${count}`, Uint8Array.of(1))
    const from = town.node({ identity, store })
    await town.join(from, to)
    expect([heard, codesOf(town, from), from.getStats().mailbox.dropped]).toEqual([[1, 3], ['MAILBOX_DAMAGED'], 601])
    expect(await entriesIn(store, identity.peerId)).toBe(0)
  })

  test('what is beyond limits that were lowered is dropped and reported', async () => {
    const town = new FakeTown()
    const to = await town.house()
    const heard = hear(to)
    const store = createMemoryStore()
    for (const count of [1, 2, 3]) await town.node({ identity, store }).sendTo(to.peerId, note(count), hour)
    const from = town.node({ identity, store, limits: { awayMessagesPerPeerMax: 2 } })
    await town.join(from, to)
    expect([heard, codesOf(town, from), from.getStats().mailbox.dropped]).toEqual([[1, 2], ['MAILBOX_FULL'], 1])
  })

  test('one whose codec is not loaded any more is dropped and reported', async () => {
    const town = new FakeTown()
    const to = await town.house()
    const date: PayloadCodec = {
      id: 64,
      name: 'date',
      accepts: (value) => value instanceof Date,
      encode: (value, writer) => writer.u48((value as Date).getTime()),
      decode: () => ({ ok: true, value: 0 }),
    }
    const store = createMemoryStore()
    await town.node({ identity, store, codecs: [date] }).sendTo(to.peerId, note(new Date(5)), hour)
    const from = town.node({ identity, store })
    await town.join(from, to)
    expect(town.errors.get(from)).toMatchObject([{ code: 'MAILBOX_DROPPED', cause: { code: 'CODEC_UNKNOWN' } }])
  })

  test('one kept by a clock that ran ahead has its time from now on, at this start and those that follow', async () => {
    const town = new FakeTown()
    const store = createMemoryStore()
    const yearMs = 31_536_000_000
    const ahead = letterTo(generateIdentity().peerId, { keptAtMs: town.env.wallMs() + yearMs, queueMs: 10_000 })
    await new MailJournal(store, identity.peerId, nativeCrypto).write(ahead)
    const messages = async (): Promise<number> => {
      const node = town.node({ identity, store })
      await town.during(node.start())
      await town.during(node.stop())
      return node.getStats().mailbox.messages
    }
    const found: number[] = []
    for (let start = 0; start < 4; start += 1) {
      found.push(await messages())
      town.env.nowMs += 4_000
    }
    expect(found).toEqual([1, 1, 1, 0])
  })

  test('a store that fails is the sender’s to hear of, and nothing is kept', async () => {
    const town = new FakeTown()
    const to = await town.house()
    const heard = hear(to)
    const place = createCrashableStore()
    const from = town.node({ identity, store: await place.open() })
    await from.sendTo(to.peerId, note(1), hour)
    place.failAt(1, 'full')
    expect(await codeOf(from.sendTo(to.peerId, note(2), hour))).toBe('STORE_QUOTA')
    await from.sendTo(to.peerId, note(3), hour)
    await town.join(from, to)
    expect(heard).toEqual([1, 3])
  })

  test('that cannot be read keeps the node from starting; it may be tried again, and be stopped', async () => {
    const town = new FakeTown()
    const store = createMemoryStore()
    let fails = true
    const wayward = {
      ...store,
      scope: () => wayward,
      range(...given: Parameters<typeof store.range>) {
        if (fails) throw new Error('the disk is on fire')
        return store.range(...given)
      },
    }
    const node = town.node({ identity, store: wayward })
    expect(await codeOf(town.during(node.listen('memory:here')))).toBe('STORE_FAILED')
    expect(node.state).toBe('idle')
    expect(await codeOf(town.during(node.sendTo(generateIdentity().peerId, note(1), hour)))).toBe('STORE_FAILED')
    fails = false
    await town.during(node.start())
    expect(node.state).toBe('running')
    await town.during(node.stop())
    fails = true
    const other = town.node({ identity, store: wayward })
    expect(await codeOf(town.during(other.start()))).toBe('STORE_FAILED')
    await town.during(other.stop())
    expect(other.state).toBe('stopped')
  })
})

async function entriesIn(store: ReturnType<typeof createMemoryStore>, owner: string): Promise<number> {
  let entries = 0
  for await (const _ of store.scope('mailbox').scope(owner).range('')) entries += 1
  return entries
}
