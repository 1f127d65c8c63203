import { expect, test } from 'vitest'
import { encodeMessageHead, type ResumeClaim } from '../../src/flow/envelope.js'
import { frameKind } from '../../src/flow/frames.js'
import { generateIdentity, type Identity } from '../../src/identity/identity.js'
import type { CoordinatorOptions } from '../../src/options.js'
import type { Message } from '../../src/protocol/message.js'
import { codeOf } from '../expect-failure.js'
import { FakePeer, type FakePeerOptions, nameFrame, plaintextOf, type RawFrame } from '../fake-peer.js'
import { FakeTown } from '../fake-town.js'
import { joinLinks } from '../fake-wire.js'

// What a claim to a session must prove, and what becomes of one that does not.

const encoded = (...bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes)
/** A message of the name that the peer declared, whose payload is one small number. */
const message = (payload: number): RawFrame => [
  frameKind.message,
  (writer) => {
    encodeMessageHead(writer, 0, 1)
    writer.bytes(encoded(payload))
  },
]
const declared = nameFrame(0, 'app', 1, 'count')

/** A node and the peer that shares a session with it; both have said something, and the link is gone. */
async function createScene(limits: CoordinatorOptions['limits'] = {}) {
  const town = new FakeTown()
  const node = town.node({ limits })
  const heard: unknown[] = []
  const told: string[] = []
  node.on('message', ({ payload }: Message) => heard.push(payload))
  node.on('connected', ({ peerId }) => told.push(`connected ${peerId === identity.peerId}`))
  node.on('interrupted', (_, { code }) => told.push(`interrupted ${code}`))
  node.on('resumed', () => told.push('resumed'))
  node.on('disconnected', (_, { code }) => told.push(`disconnected ${code}`))
  const identity = generateIdentity()
  const first = await FakePeer.join(node, town.env, { identity })
  first.send(declared, message(1))
  await town.during(node.sendTo(first.peerId, { type: 'count', payload: 11 }))
  first.acknowledge()
  await town.env.settle()
  first.cut()
  await town.env.settle()
  told.length = 0
  const again = (claim: FakePeerOptions['claim'], who: Identity = identity): Promise<FakePeer> =>
    FakePeer.join(node, town.env, { identity: who, claim, names: first.names })
  return { town, node, identity, first, heard, told, again }
}

const payloadsOf = (peer: FakePeer): number[] => peer.heardOf('message').map(({ payload }) => payload[0] ?? -1)

/** The rightful peer goes on, whatever was tried before. */
async function expectAlive(scene: Awaited<ReturnType<typeof createScene>>, generation = 1): Promise<void> {
  const { node, town, first, heard, told, again } = scene
  await town.during(node.sendTo(first.peerId, { type: 'count', payload: 7 }))
  const peer = await again((channel) => first.claimOn(channel, { generation, acknowledged: 2 }))
  peer.send(message(2))
  await town.env.settle()
  expect(told.at(-1)).toBe('resumed')
  expect([heard, payloadsOf(peer)]).toEqual([[1, 2], [7]])
}

test('a claim that holds goes on with the session: the same peer, and nothing twice', async () => {
  const scene = await createScene()
  const before = scene.node.getPeer(scene.identity.peerId)
  expect(before?.state).toBe('recoverable')
  await expectAlive(scene)
  expect(scene.told).toEqual(['resumed'])
  expect([scene.node.getPeer(scene.identity.peerId), before?.state]).toEqual([before, 'connected'])
})

test('the answer to a claim proves as much, by another text than the claim', async () => {
  const { first, again } = await createScene()
  let claim: ResumeClaim | undefined
  const peer = await again((channel) => {
    claim = first.claimOn(channel, { generation: 3, acknowledged: 2 })
    return claim
  })
  const [hello] = peer.heardOf('hello')
  const answer = hello?.resume
  expect(answer).toMatchObject({ sessionId: first.sessionId, generation: 3, received: 2, acknowledged: 2 })
  expect(answer?.mac).toEqual(first.claimOn(peer.channel, { ...answer, role: 'listener' }).mac)
  expect(answer?.mac).not.toEqual(claim?.mac)
})

test('another peer that claims a session begins one of its own, and leaves the old one as it was', async () => {
  const scene = await createScene()
  const thief = generateIdentity()
  const peer = await scene.again((channel) => scene.first.claimOn(channel), thief)
  expect(peer.heardOf('hello').map(({ resume }) => resume)).toEqual([undefined])
  expect(scene.told).toEqual(['connected false'])
  expect(scene.node.getPeer(scene.identity.peerId)?.state).toBe('recoverable')
  expect(payloadsOf(peer)).toEqual([])
  await expectAlive(scene)
})

type Scene = Awaited<ReturnType<typeof createScene>>
const bent: readonly (readonly [string, (scene: Scene) => NonNullable<FakePeerOptions['claim']>])[] = [
  [
    'by somebody with the same key who does not know the session’s secret',
    ({ first }) =>
      (channel) => ({ ...first.claimOn(channel), mac: new Uint8Array(32).fill(1) }),
  ],
  [
    'whose proof is for another handshake',
    ({ first }) =>
      (channel) =>
        first.claimOn(channel, { channel: first.channel }),
  ],
  [
    'that sends the other end’s proof back',
    ({ first }) =>
      (channel) =>
        first.claimOn(channel, { role: 'listener' }),
  ],
  [
    'of the generation that the session began with',
    ({ first }) =>
      (channel) =>
        first.claimOn(channel, { generation: 0 }),
  ],
  [
    'further ahead than attempts can be',
    ({ first }) =>
      (channel) =>
        first.claimOn(channel, { generation: 4_097 }),
  ],
  [
    'whose numbers were changed on the way',
    ({ first }) =>
      (channel) => ({ ...first.claimOn(channel), received: 0 }),
  ],
]

for (const [what, claimOf] of bent) {
  test(`a claim ${what} is refused, and the session goes on waiting for its peer`, async () => {
    const scene = await createScene()
    const forger = await scene.again(claimOf(scene))
    expect(forger.heardOf('goodbye').map(({ reason }) => reason.code)).toEqual(['SESSION_RESUME_REFUSED'])
    expect(await codeOf(forger.adopted)).toBe('SESSION_RESUME_REFUSED')
    expect([scene.told, payloadsOf(forger)]).toEqual([[], []])
    await expectAlive(scene)
  })

  test(`a claim ${what} costs a session that lives neither its link nor a message`, async () => {
    const scene = await createScene()
    await expectAlive(scene)
    const forger = await scene.again(claimOf(scene))
    await scene.town.env.advance(5_000)
    expect(['HANDSHAKE_DUPLICATE', 'SESSION_RESUME_REFUSED']).toContain(await codeOf(forger.adopted))
    expect(scene.told.filter((what) => what.startsWith('disconnected'))).toEqual([])
    expect(payloadsOf(forger)).toEqual([])
  })
}

test('a claim of a generation that has passed does not come back', async () => {
  const scene = await createScene()
  const second = await scene.again((channel) => scene.first.claimOn(channel, { generation: 5, acknowledged: 2 }))
  second.cut()
  await scene.town.env.settle()
  for (const generation of [1, 5]) {
    const late = await scene.again((channel) => scene.first.claimOn(channel, { generation }))
    expect(await codeOf(late.adopted)).toBe('SESSION_RESUME_REFUSED')
  }
  await expectAlive(scene, 6)
})

test('as many attempts as are allowed may have failed unheard', async () => {
  await expectAlive(await createScene(), 256)
})

test('a claim to have received what was never sent ends the session', async () => {
  const scene = await createScene()
  await scene.again((channel) => scene.first.claimOn(channel, { received: 1_000, acknowledged: 2 }))
  expect(scene.told).toEqual(['disconnected SESSION_ACK_REFUSED'])
  expect(scene.node.getPeer(scene.identity.peerId)).toBeUndefined()
})

test('a claim that more was acknowledged than has come ends the session', async () => {
  const scene = await createScene()
  await scene.again((channel) => scene.first.claimOn(channel, { acknowledged: 1_000 }))
  expect(scene.told).toEqual(['disconnected SESSION_ACK_REFUSED'])
})

test('a claim to have received less than was acknowledged goes on from what was acknowledged', async () => {
  const scene = await createScene()
  const { town, node, first, again } = scene
  await town.during(node.sendTo(first.peerId, { type: 'count', payload: 12 }))
  const peer = await again((channel) => first.claimOn(channel, { received: 0, acknowledged: 2 }))
  expect(peer.heardOf('hello')[0]?.resume?.acknowledged).toBe(2)
  expect([payloadsOf(first), payloadsOf(peer)]).toEqual([[11], [12]])
})

test('an acknowledgement of what was never sent ends the session on any channel', async () => {
  const scene = await createScene()
  const peer = await scene.again((channel) => scene.first.claimOn(channel, { acknowledged: 2 }))
  peer.acknowledge(1_000)
  await scene.town.env.settle()
  expect(scene.told).toEqual(['resumed', 'disconnected SESSION_ACK_REFUSED'])
  expect(scene.town.errors.get(scene.node)?.map(({ code }) => code)).toEqual(['SESSION_ACK_REFUSED'])
})

test('an acknowledgement that goes back says nothing new and harms nobody', async () => {
  const scene = await createScene()
  const peer = await scene.again((channel) => scene.first.claimOn(channel, { acknowledged: 2 }))
  peer.acknowledge(2)
  peer.acknowledge(0)
  peer.send(message(2))
  await scene.town.env.settle()
  expect([scene.told, scene.heard]).toEqual([['resumed'], [1, 2]])
})

test('a second greeting ends the session', async () => {
  const { town, told, first, again } = await createScene()
  const peer = await again((channel) => first.claimOn(channel, { acknowledged: 2 }))
  peer.send([frameKind.hello, encoded(0xa1, 0x69, ...new TextEncoder().encode('protocols'), 0x80)])
  await town.env.settle()
  expect(told).toEqual(['resumed', 'disconnected ENVELOPE_MALFORMED'])
})

test('a relay that kept the sealed records of an old link gets nowhere with them on the next', async () => {
  const scene = await createScene()
  const { town, node, first, again, told, heard } = scene
  const peer = await again((channel) => first.claimOn(channel, { acknowledged: 2 }))
  // What the first link carried behind its handshake and its greeting.
  const kept = first.wire.dialler.sent.slice(2)
  expect(kept.length).toBeGreaterThan(1)
  for (const [index, record] of kept.entries()) {
    const bearer =
      index === 0 ? peer : await again((channel) => first.claimOn(channel, { generation: 1 + index, acknowledged: 2 }))
    bearer.wire.dialler.send(record)
    await town.env.settle()
    expect(told.at(-1)).toBe('interrupted RECORD_REFUSED')
  }
  expect([heard, node.getPeer(first.peerId)?.state]).toEqual([[1], 'recoverable'])
  await expectAlive(scene, 1 + kept.length)
})

test('a relay that plays a whole link back, handshake, claim and all, proves nothing', async () => {
  const scene = await createScene()
  const { town, node, first, again, told, heard } = scene
  const peer = await again((channel) => first.claimOn(channel, { acknowledged: 2 }))
  peer.send(message(2))
  await town.env.settle()
  peer.cut()
  await town.env.settle()
  const played = peer.wire.dialler.sent
  const wire = joinLinks(town.env)
  wire.dialler.attach({ frame() {}, drain() {}, closed() {} })
  const adopted = node.adoptLink(wire.listener, { role: 'listener' })
  adopted.catch(() => {})
  for (const frame of played) {
    wire.dialler.send(frame)
    await town.env.settle()
  }
  expect(await codeOf(town.during(adopted))).toBe('HANDSHAKE_FAILED')
  expect([heard, told]).toEqual([
    [1, 2],
    ['resumed', 'interrupted LINK_CLOSED'],
  ])
})

test('a link whose reader is held stays so when the session comes to another, whatever the peer sent ahead', async () => {
  const town = new FakeTown()
  const node = town.node({ limits: { handlersPerPeerMax: 1, inboxMessagesMax: 2 } })
  let finish = (): void => {}
  const handled: unknown[] = []
  node.registerProtocol({
    protocolName: 'app',
    handleMessage: ({ payload }) => {
      handled.push(payload)
      return new Promise<void>((resolve) => {
        finish = resolve
      })
    },
  })
  const identity = generateIdentity()
  const first = await FakePeer.join(node, town.env, { identity })
  first.send(declared, message(0), message(1), message(2))
  await town.env.settle()
  expect(first.wire.listener.isPaused).toBe(true)
  first.cut()
  const wire = joinLinks(town.env)
  const carry = wire.dialler.carry
  // The greeting and a record behind it come in one piece, as a hostile peer can send them.
  const held: Uint8Array[] = []
  wire.dialler.carry = (frame) => (wire.dialler.sent.length < 3 ? carry(frame) : void held.push(frame))
  const again = await FakePeer.join(node, town.env, {
    identity,
    wire,
    claim: (channel) => first.claimOn(channel, { received: 0 }),
  })
  again.send(message(3))
  for (const frame of held) wire.listener.deliver(frame)
  await town.env.settle()
  expect(again.wire.listener.isPaused).toBe(true)
  for (let count = 4; count < 50; count += 1) wire.listener.deliver(again.seal(plaintextOf(message(count))))
  await town.env.settle()
  expect([handled, node.getStats().messagesReceived]).toEqual([[0], 4])
  finish()
})
