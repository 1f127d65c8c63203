import { describe, expect, test } from 'vitest'
import { createCoordinator } from '../../src/coordinator/create-coordinator.js'
import { generateIdentity, type Identity } from '../../src/identity/identity.js'
import type { PeerId } from '../../src/identity/peer-id.js'
import { defaultLimits } from '../../src/options.js'
import type { Link, Transport } from '../../src/transport/transport.js'
import { codeOf, failureOf, rejectionOf } from '../expect-failure.js'
import { FakeEnv } from '../fake-env.js'
import { FakeLink } from '../fake-link.js'
import { FakePeer } from '../fake-peer.js'
import { FakeTown } from '../fake-town.js'
import { joinLinks } from '../fake-wire.js'

/** A node with one transport made of the given parts. */
function nodeWith(parts: Partial<Transport>, env = new FakeEnv()) {
  const transport: Transport = {
    name: 'made-up',
    schemes: ['made-up:'],
    dial: () => Promise.reject(new Error('no')),
    ...parts,
  }
  return createCoordinator({ identity: generateIdentity(), env, transports: [() => transport] })
}

/** Never comes to anything, except by its signal. */
const untilAborted: Transport['dial'] = (_address, { signal }) =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))

const somebody = (): PeerId => generateIdentity().peerId

/** Of two peers that dial each other the lower one's link wins: who is below makes the other give its own dial up. */
function identityBelow(peerId: PeerId): Identity {
  for (;;) {
    const identity = generateIdentity()
    if (identity.peerId < peerId) return identity
  }
}

describe('listening', () => {
  test('an address that is none is ADDRESS_INVALID, and one that nobody serves ADDRESS_UNSUPPORTED', async () => {
    const node = new FakeTown().node()
    for (const address of ['', 'here', ':80', '//host', 'memory', '1s:x']) {
      expect(await codeOf(node.listen(address))).toBe('ADDRESS_INVALID')
    }
    expect(await codeOf(node.listen('tcp://host:1'))).toBe('ADDRESS_UNSUPPORTED')
    expect(await codeOf(node.listen('memory:not a name'))).toBe('ADDRESS_INVALID')
    expect(node.getStats().connections).toBe(0)
  })

  test('a scheme is found in any case', async () => {
    const schemes: string[] = []
    const listen: NonNullable<Transport['listen']> = async (address) => {
      schemes.push(address)
      return { addresses: [address], close: async () => {} }
    }
    await nodeWith({ listen }).listen('MADE-UP:x')
    expect(schemes).toEqual(['MADE-UP:x'])
  })

  test('a transport that only dials is LISTEN_UNSUPPORTED, and starts nothing', async () => {
    const node = nodeWith({})
    expect(await codeOf(node.listen('made-up:x'))).toBe('LISTEN_UNSUPPORTED')
    expect(node.state).toBe('idle')
  })

  test('an address that is taken is LISTEN_FAILED', async () => {
    const town = new FakeTown()
    await town.node().listen('memory:here')
    expect(await codeOf(town.node().listen('memory:here'))).toBe('LISTEN_FAILED')
  })

  test('an abort rejects with its reason', async () => {
    const reason = new Error('not now')
    const node = new FakeTown().node()
    expect(await rejectionOf(node.listen('memory:x', { signal: AbortSignal.abort(reason) }))).toBe(reason)
    const controller = new AbortController()
    const listening = node.listen('memory:x', { signal: controller.signal })
    controller.abort(reason)
    expect(await rejectionOf(listening)).toBe(reason)
  })

  test('a closed listener takes nobody any longer, and keeps whom it has', async () => {
    const town = new FakeTown()
    const node = town.node()
    const listening = await node.listen('memory:here')
    const [first, second] = [town.node(), town.node()]
    await town.during(first.connectToPeer({ peerId: node.peerId, addresses: listening.addresses }))
    await listening.close()
    await listening.close()
    const late = second.connectToPeer({ peerId: node.peerId, addresses: listening.addresses })
    expect(await codeOf(town.during(late))).toBe('DIAL_FAILED')
    expect(node.getConnectedPeers()).toHaveLength(1)
  })

  test('a node listens at several addresses, and is reached by each', async () => {
    const town = new FakeTown()
    const node = town.node()
    for (const address of ['memory:one', 'memory:two']) {
      const { addresses } = await node.listen(address)
      const from = town.node()
      await town.during(from.connectToPeer({ peerId: node.peerId, addresses }))
      expect(from.getPeer(node.peerId)).toMatchObject({ address, direction: 'outbound', transport: 'memory' })
    }
    expect(node.getConnectedPeers().map(({ direction }) => direction)).toEqual(['inbound', 'inbound'])
  })
})

describe('connecting', () => {
  test('gives the peer, and again the same one', async () => {
    const town = new FakeTown()
    const node = await town.house()
    const from = town.node()
    const target = { peerId: node.peerId, addresses: town.addressesOf(node) }
    const [first, second] = await town.during(Promise.all([from.connectToPeer(target), from.connectToPeer(target)]))
    expect(first).toBe(second)
    expect(await from.connectToPeer({ ...target, addresses: [] })).toBe(first)
    expect(first).toMatchObject({ peerId: node.peerId, connectedAt: town.env.wallMs() })
    expect([from.getStats().connections, node.getStats().connections]).toEqual([1, 1])
  })

  test('a peer id that is none is PEER_ID_INVALID', async () => {
    const node = new FakeTown().node()
    for (const peerId of ['', 'z6Mk', `${somebody()}x`, 'did:key:z6Mk', undefined, 5]) {
      expect(await codeOf(node.connectToPeer({ peerId: peerId as PeerId, addresses: [] }))).toBe('PEER_ID_INVALID')
    }
  })

  test('no address at all is DIAL_FAILED', async () => {
    const failure = await failureOf(new FakeTown().node().connectToPeer({ peerId: somebody(), addresses: [] }))
    expect(failure).toMatchObject({ code: 'DIAL_FAILED', details: { attempts: [] } })
  })

  test('a single address fails by its own code', async () => {
    const town = new FakeTown()
    const node = town.node()
    const failing = (address: string) =>
      codeOf(town.during(node.connectToPeer({ peerId: somebody(), addresses: [address] })))
    expect(await failing('nowhere')).toBe('ADDRESS_INVALID')
    expect(await failing('tcp://host:1')).toBe('ADDRESS_UNSUPPORTED')
    expect(await failing('memory:nobody')).toBe('DIAL_FAILED')
    const stranger = await town.house()
    expect(await failing(town.addressesOf(stranger)[0] ?? '')).toBe('HANDSHAKE_IDENTITY')
  })

  test('several addresses fail as DIAL_FAILED, with every attempt and its reason', async () => {
    const town = new FakeTown()
    const stranger = await town.house({ network: 'test' })
    const addresses = ['nowhere', 'memory:nobody', ...town.addressesOf(stranger)]
    const failure = await failureOf(town.during(town.node().connectToPeer({ peerId: somebody(), addresses })))
    expect(failure).toMatchObject({
      code: 'DIAL_FAILED',
      cause: { code: 'HANDSHAKE_NETWORK' },
      details: {
        attempts: [
          { address: 'nowhere', code: 'ADDRESS_INVALID' },
          { address: 'memory:nobody', code: 'DIAL_FAILED' },
          { address: town.addressesOf(stranger)[0], code: 'HANDSHAKE_NETWORK' },
        ],
      },
    })
  })

  test('the first address that leads to the peer is used, and the others are not tried', async () => {
    const town = new FakeTown()
    const node = await town.house()
    const from = town.node()
    const addresses = ['memory:nobody', ...town.addressesOf(node), 'tcp://never']
    expect(await town.during(from.connectToPeer({ peerId: node.peerId, addresses }))).toMatchObject({
      address: town.addressesOf(node)[0],
    })
  })

  test('an error of a transport’s own is DIAL_FAILED, with the error as its cause', async () => {
    const cause = new Error('no route')
    const node = nodeWith({ dial: () => Promise.reject(cause) })
    const failure = await failureOf(node.connectToPeer({ peerId: somebody(), addresses: ['made-up:1'] }))
    expect(failure).toMatchObject({ code: 'DIAL_FAILED', cause, details: { attempts: [{ message: 'no route' }] } })
    expect(node.getStats().connections).toBe(0)
  })

  test('a peer that comes by itself ends the dial, which gives that peer', async () => {
    const town = new FakeTown()
    const node = createCoordinator({
      identity: generateIdentity(),
      env: town.env,
      transports: [town.network.transport(), () => ({ name: 'made-up', schemes: ['made-up:'], dial: untilAborted })],
    })
    const { addresses } = await node.listen('memory:here')
    const other = town.node({ identity: identityBelow(node.peerId) })
    const dialling = node.connectToPeer({ peerId: other.peerId, addresses: ['made-up:1'] })
    await town.during(other.connectToPeer({ peerId: node.peerId, addresses }))
    expect(await town.during(dialling)).toMatchObject({ peerId: other.peerId, direction: 'inbound' })
  })

  test('a peer that comes by itself and is turned out at once leaves a dial that failed, with a code', async () => {
    const town = new FakeTown()
    const node = nodeWith({ dial: untilAborted }, town.env)
    node.on('connected', ({ peerId }) => node.disconnectFromPeer(peerId))
    const identity = identityBelow(node.peerId)
    const dialling = node.connectToPeer({ peerId: identity.peerId, addresses: ['made-up:1'] })
    dialling.catch(() => {})
    await town.env.settle()
    await FakePeer.join(node, town.env, { identity }).catch(() => {})
    expect(await codeOf(town.during(dialling))).toBe('LINK_CLOSED')
  })

  test('a dial that leads nowhere does not keep the peer from coming by a link of its own', async () => {
    const town = new FakeTown()
    const node = createCoordinator({
      identity: identityBelow(generateIdentity().peerId),
      env: town.env,
      transports: [town.network.transport(), () => ({ name: 'made-up', schemes: ['made-up:'], dial: untilAborted })],
    })
    const { addresses } = await node.listen('memory:lower')
    const higher = town.node({})
    const dialling = node.connectToPeer({ peerId: higher.peerId, addresses: ['made-up:1', 'made-up:2'] })
    const beforeMs = town.env.monotonicMs()
    await town.during(higher.connectToPeer({ peerId: node.peerId, addresses }))
    expect(await town.during(dialling)).toMatchObject({ direction: 'inbound' })
    expect(town.env.monotonicMs() - beforeMs).toBeLessThan(1_000)
  })

  test('a transport that does not heed its signal keeps nobody waiting, and its late link is closed', async () => {
    const town = new FakeTown()
    let arrive = (_link: Link): void => {}
    const dial = (): Promise<Link> =>
      new Promise((resolve) => {
        arrive = resolve
      })
    const node = nodeWith({ dial }, town.env)
    const stop = new AbortController()
    const dialling = node.connectToPeer(
      { peerId: generateIdentity().peerId, addresses: ['made-up:1'] },
      { signal: stop.signal },
    )
    dialling.catch(() => {})
    await town.env.settle()
    stop.abort(new Error('enough'))
    await expect(dialling).rejects.toThrow('enough')
    expect(node.getStats().connections).toBe(0)
    const late = new FakeLink()
    arrive(late)
    await town.env.settle()
    expect(late.closedWith).toBeDefined()
  })

  test('both dialling at once end with one session, and each call gives it', async () => {
    for (let round = 0; round < 8; round += 1) {
      const town = new FakeTown()
      const [one, other] = [await town.house(), await town.house()]
      const dial = (from: typeof one, to: typeof one) =>
        from.connectToPeer({ peerId: to.peerId, addresses: town.addressesOf(to) })
      const peers = await town.during(Promise.all([dial(one, other), dial(other, one)]))
      expect(peers.map(({ peerId }) => peerId)).toEqual([other.peerId, one.peerId])
      await town.env.advance(1_000)
      expect([one.getStats().connections, other.getStats().connections]).toEqual([1, 1])
      const [lower, higher] = one.peerId < other.peerId ? [one, other] : [other, one]
      expect(lower.getPeer(higher.peerId)?.direction).toBe('outbound')
    }
  })
})

describe('an abort of connectToPeer rejects with its reason', () => {
  const reason = new Error('changed my mind')

  test('before it began', async () => {
    const node = new FakeTown().node()
    const target = { peerId: somebody(), addresses: ['memory:x'] }
    expect(await rejectionOf(node.connectToPeer(target, { signal: AbortSignal.abort(reason) }))).toBe(reason)
    expect(node.state).toBe('idle')
  })

  test('while it starts, dials, shakes hands, and waits for the greeting', async () => {
    // Each turn of the event loop is one of its stages.
    for (let turns = 0; turns < 12; turns += 1) {
      const town = new FakeTown()
      const node = await town.house()
      const from = town.node()
      const controller = new AbortController()
      const target = { peerId: node.peerId, addresses: [...town.addressesOf(node), 'memory:other'] }
      const connecting = from.connectToPeer(target, { signal: controller.signal })
      connecting.catch(() => {})
      for (let turn = 0; turn < turns; turn += 1) {
        await new Promise<void>((resolve) => town.env.defer(() => resolve()) ?? town.env.endTurn())
      }
      const isConnected = from.isConnected(node.peerId)
      controller.abort(reason)
      if (isConnected) expect(await town.during(connecting)).toMatchObject({ peerId: node.peerId })
      else expect(await rejectionOf(town.during(connecting))).toBe(reason)
      await town.env.settle()
      expect(from.getStats().connections).toBe(isConnected ? 1 : 0)
      expect(node.getStats().connections).toBe(isConnected ? 1 : 0)
    }
  })

  test('while another’s dial is under way, which goes on', async () => {
    const town = new FakeTown()
    const node = nodeWith({ dial: untilAborted }, town.env)
    const target = { peerId: somebody(), addresses: ['made-up:1'] }
    const [first, second] = [new AbortController(), new AbortController()]
    const patient = node.connectToPeer(target, { signal: first.signal })
    patient.catch(() => {})
    const hasty = node.connectToPeer(target, { signal: second.signal })
    await town.env.settle()
    second.abort(reason)
    expect(await rejectionOf(hasty)).toBe(reason)
    const other = new Error('mine')
    first.abort(other)
    expect(await rejectionOf(patient)).toBe(other)
  })

  test('and another’s abort lets the next dial for itself', async () => {
    const town = new FakeTown()
    let dials = 0
    const dial: Transport['dial'] = (address, options) => {
      dials += 1
      return untilAborted(address, options)
    }
    const node = nodeWith({ dial }, town.env)
    const target = { peerId: somebody(), addresses: ['made-up:1'] }
    const controller = new AbortController()
    const hasty = node.connectToPeer(target, { signal: controller.signal })
    hasty.catch(() => {})
    node.connectToPeer(target).catch(() => {})
    await town.env.settle()
    controller.abort(reason)
    await town.env.settle()
    expect(dials).toBe(2)
    await town.during(node.stop())
  })
})

describe('adopting a link', () => {
  test('connects both roles, and each may expect the other', async () => {
    const town = new FakeTown()
    const [near, far] = [town.node(), town.node()]
    const wire = joinLinks(town.env)
    const peers = await town.during(
      Promise.all([
        near.adoptLink(wire.dialler, { role: 'dialler', expect: far.peerId }),
        far.adoptLink(wire.listener, { role: 'listener', expect: near.peerId }),
      ]),
    )
    expect(peers).toMatchObject([
      { peerId: far.peerId, direction: 'outbound', transport: 'adopted' },
      { peerId: near.peerId, direction: 'inbound', transport: 'adopted' },
    ])
  })

  test('an abort rejects with its reason and closes the link', async () => {
    const reason = new Error('not now')
    const town = new FakeTown()
    const node = town.node()
    const early = node.adoptLink(new FakeLink(), { role: 'dialler', signal: AbortSignal.abort(reason) })
    expect(await rejectionOf(early)).toBe(reason)
    const controller = new AbortController()
    const link = new FakeLink()
    const late = node.adoptLink(link, { role: 'listener', signal: controller.signal })
    late.catch(() => {})
    await town.env.settle()
    controller.abort(reason)
    expect(await rejectionOf(late)).toBe(reason)
    expect(link.closedWith).toBeDefined()
  })

  test('to a peer that is connected moves the session there, in either role', async () => {
    for (const role of ['dialler', 'listener'] as const) {
      const town = new FakeTown()
      const [from, to] = await town.pair()
      const before = to.getPeer(from.peerId)
      const told: string[] = []
      for (const name of ['resumed', 'disconnected'] as const) to.on(name, () => told.push(name))
      const wire = joinLinks(town.env)
      const otherRole = role === 'dialler' ? 'listener' : 'dialler'
      const both = [from.adoptLink(wire[role], { role }), to.adoptLink(wire[otherRole], { role: otherRole })]
      expect(await town.during(Promise.all(both))).toMatchObject([{ transport: 'adopted' }, { transport: 'adopted' }])
      expect([to.getPeer(from.peerId), told]).toEqual([before, ['resumed']])
      await town.env.settle()
      expect([from.getStats().connections, to.getStats().connections]).toEqual([1, 1])
    }
  })

  test('of a peer that knows nothing of its session is HANDSHAKE_DUPLICATE while that lives, and the first one stays', async () => {
    const town = new FakeTown()
    const identity = generateIdentity()
    const to = await town.house()
    const from = town.node({ identity })
    await town.join(from, to)
    const before = to.getPeer(from.peerId)
    const wire = joinLinks(town.env)
    const both = [
      town.node({ identity }).adoptLink(wire.dialler, { role: 'dialler' }),
      to.adoptLink(wire.listener, { role: 'listener' }),
    ]
    for (const each of both) each.catch(() => {})
    await town.env.advance(defaultLimits.handshakeTimeoutMs)
    expect(await Promise.all(both.map(codeOf))).toEqual(['HANDSHAKE_DUPLICATE', 'HANDSHAKE_DUPLICATE'])
    expect([to.getPeer(from.peerId), before?.state]).toEqual([before, 'connected'])
  })

  test('a peer that restarted takes the place of its dead session', async () => {
    const town = new FakeTown()
    const node = town.node({ limits: { probeTimeoutMs: 500 } })
    const endings: string[] = []
    node.on('disconnected', (_peer, { code }) => endings.push(code))
    const identity = generateIdentity()
    const first = await FakePeer.join(node, town.env, { identity })
    first.wire.listener.carry = () => {}
    const again = await FakePeer.join(node, town.env, { identity })
    await town.env.advance(500)
    expect(await again.adopted).toMatchObject({ peerId: identity.peerId })
    expect(endings).toEqual(['SESSION_LOST'])
    expect(node.getConnectedPeers()).toHaveLength(1)
  })
})

describe('disconnecting', () => {
  test('tells the other end why, and resolves for a peer that is not there', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    const told: unknown[] = []
    from.on('disconnected', ({ peerId }, reason) => told.push([peerId === to.peerId, reason]))
    to.on('disconnected', ({ peerId }, reason) => told.push([peerId === from.peerId, reason]))
    await town.during(from.disconnectFromPeer(to.peerId, 'good night'))
    await town.env.settle()
    expect(told).toEqual([
      [true, { code: 'PEER_DISCONNECTED', detail: 'good night' }],
      [true, { code: 'PEER_DISCONNECTED', detail: 'good night' }],
    ])
    expect([from.isConnected(to.peerId), to.getPeer(from.peerId)]).toEqual([false, undefined])
    await from.disconnectFromPeer(to.peerId)
  })

  test('a detail of any length and any text is cut, never refused', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    const details: (string | undefined)[] = []
    to.on('disconnected', (_peer, { detail }) => details.push(detail))
    await town.during(from.disconnectFromPeer(to.peerId, `x${'\u{1f600}'.repeat(500)}`))
    await town.env.settle()
    expect(details.map((detail) => detail?.length)).toEqual([256])
  })

  test('a severed link ends both sessions', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    town.network.sever()
    await town.env.settle()
    expect([from.getConnectedPeers(), to.getConnectedPeers()]).toEqual([[], []])
  })
})

describe('slots', () => {
  const adopt = (node: ReturnType<FakeTown['node']>, role: 'dialler' | 'listener', group?: string) => {
    const link: Link = new FakeLink({ remote: group === undefined ? {} : { group } })
    const adopting = node.adoptLink(link, { role })
    adopting.catch(() => {})
    return adopting
  }

  test('beyond connectionsMax every link is LINK_SLOTS_FULL, and a closed one makes room', async () => {
    const town = new FakeTown()
    const node = town.node({ limits: { connectionsMax: 2, connectionsReservedOutbound: 1 } })
    const peer = await FakePeer.join(node, town.env)
    expect(await codeOf(adopt(node, 'listener'))).toBe('LINK_SLOTS_FULL')
    adopt(node, 'dialler')
    await town.env.settle()
    expect(await codeOf(adopt(node, 'dialler'))).toBe('LINK_SLOTS_FULL')
    const dialling = node.connectToPeer({ peerId: somebody(), addresses: ['memory:x'] })
    expect(await codeOf(town.during(dialling))).toBe('LINK_SLOTS_FULL')
    expect(node.getStats().connections).toBe(2)
    await node.disconnectFromPeer(peer.peerId)
    await town.env.advance(10_000)
    expect(node.getStats().connections).toBe(0)
    await FakePeer.join(node, town.env)
    expect(node.getStats()).toMatchObject({ connections: 1, peers: 1 })
  })

  test('links in their handshake take no slot, and end by their deadline', async () => {
    const town = new FakeTown()
    const node = town.node({ limits: { connectionsMax: 2, connectionsReservedOutbound: 1 } })
    for (let count = 0; count < 10; count += 1) adopt(node, 'listener')
    await town.env.settle()
    expect(node.getStats()).toMatchObject({ connections: 10, strangers: 10 })
    await FakePeer.join(node, town.env)
    expect(node.getStats()).toMatchObject({ connections: 11, strangers: 10, peers: 1 })
    await town.env.advance(10_000)
    expect(node.getStats()).toMatchObject({ connections: 1, strangers: 0 })
  })

  test('outbound links may take the slots that inbound ones leave, and never the other way round', async () => {
    const town = new FakeTown()
    const node = town.node({ limits: { connectionsMax: 3, connectionsReservedOutbound: 1 } })
    for (let count = 0; count < 3; count += 1) adopt(node, 'dialler')
    await town.env.settle()
    expect(node.getStats().connections).toBe(3)
    expect(await codeOf(adopt(node, 'listener'))).toBe('LINK_SLOTS_FULL')
  })

  test('one group may take so many and no more, whatever others do', async () => {
    const town = new FakeTown()
    const node = town.node({ limits: { connectionsPerGroupMax: 2 } })
    const join = (group: string) => FakePeer.join(node, town.env, { wire: joinLinks(town.env, { remote: { group } }) })
    const first = await join('10.0.0.0/24')
    await join('10.0.0.0/24')
    expect(await codeOf(adopt(node, 'listener', '10.0.0.0/24'))).toBe('LINK_SLOTS_FULL')
    await join('10.0.1.0/24')
    adopt(node, 'dialler', '10.0.0.0/24')
    await town.env.settle()
    expect(node.getStats()).toMatchObject({ connections: 4, peers: 3 })
    await node.disconnectFromPeer(first.peerId)
    await town.env.settle()
    await join('10.0.0.0/24')
    expect(node.getStats().peers).toBe(3)
  })

  test('a newcomer without a slot hears LINK_SLOTS_FULL, and is counted', async () => {
    const town = new FakeTown()
    let accept = (_link: Link): void => {}
    const listen: NonNullable<Transport['listen']> = async (_address, options) => {
      accept = options.accept
      return { addresses: ['made-up:1'], close: async () => {} }
    }
    const transport: Transport = { name: 'made-up', schemes: ['made-up:'], dial: untilAborted, listen }
    const limits = { connectionsMax: 1 }
    const node = createCoordinator({
      identity: generateIdentity(),
      env: town.env,
      transports: [() => transport],
      limits,
    })
    await node.listen('made-up:1')
    await FakePeer.join(node, town.env)
    const wire = joinLinks(town.env)
    accept(wire.listener)
    expect(await codeOf(town.during(town.node().adoptLink(wire.dialler, { role: 'dialler' })))).toBe('LINK_SLOTS_FULL')
    expect(node.getStats()).toMatchObject({ connections: 1, failedHandshakes: { LINK_SLOTS_FULL: 1 } })
  })

  test('a full node turns newcomers away before a link is made', async () => {
    const town = new FakeTown()
    const node = await town.house({ limits: { connectionsMax: 1 } })
    await town.join(town.node(), node)
    const late = town.node().connectToPeer({ peerId: node.peerId, addresses: town.addressesOf(node) })
    expect(await codeOf(town.during(late))).toBe('DIAL_FAILED')
  })

  test('inbound links that never became a peer are counted by code', async () => {
    const town = new FakeTown()
    const node = await town.house()
    const dial = (options: Parameters<FakeTown['node']>[0], peerId = node.peerId) =>
      codeOf(town.during(town.node(options).connectToPeer({ peerId, addresses: town.addressesOf(node) })))
    expect(await dial({ network: 'test' })).toBe('HANDSHAKE_NETWORK')
    expect(await dial({ network: 'test' })).toBe('HANDSHAKE_NETWORK')
    expect(await dial({}, somebody())).toBe('HANDSHAKE_IDENTITY')
    expect(node.getStats()).toMatchObject({
      peers: 0,
      connections: 0,
      failedHandshakes: { HANDSHAKE_NETWORK: 2, HANDSHAKE_IDENTITY: 1 },
    })
  })
})
