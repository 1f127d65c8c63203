import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import type { PeerInfo } from '../../src/peers/peer-info.js'
import { defineProtocol } from '../../src/protocol/define-protocol.js'
import { message, request } from '../../src/protocol/definition.js'
import { codeOf } from '../expect-failure.js'
import { FakeTown } from '../fake-town.js'

type Town = FakeTown
type Node = ReturnType<Town['node']>

function connect(town: Town, from: Node, to: Node): Promise<PeerInfo> {
  const connecting = from.connectToPeer({ peerId: to.peerId, addresses: town.addressesOf(to) })
  connecting.catch(() => {})
  return connecting
}

function tell(node: Node): string[] {
  const told: string[] = []
  node.on('connected', () => told.push('connected'))
  node.on('disconnected', (_peer, { code }) => told.push(code))
  return told
}

describe('a coordinator’s admit', () => {
  test('turns a dialler away with a code that both ends see, and nobody counts as connected', async () => {
    const town = new FakeTown()
    const asked: PeerInfo[] = []
    const admit = (peer: PeerInfo) => asked.push(peer) < 0
    const to = await town.house({ admit })
    const from = town.node()
    const told = [tell(from), tell(to)]
    expect(await codeOf(town.during(connect(town, from, to)))).toBe('PEER_NOT_ADMITTED')
    await town.env.settle()
    expect(asked).toMatchObject([{ peerId: from.peerId, direction: 'inbound' }])
    expect(to.getStats()).toMatchObject({ peers: 0, connections: 0, failedHandshakes: { PEER_NOT_ADMITTED: 1 } })
    expect([...told, from.getConnectedPeers(), town.errors.get(to)]).toEqual([[], [], [], []])
  })

  test('is asked about whom this node dials as well, before it says what it serves', async () => {
    const town = new FakeTown()
    const to = await town.house()
    const from = town.node({ admit: ({ direction }) => direction === 'inbound' })
    expect(await codeOf(town.during(connect(town, from, to)))).toBe('PEER_NOT_ADMITTED')
    await town.env.settle()
    expect(to.getStats()).toMatchObject({ peers: 0, connections: 0, failedHandshakes: { PEER_NOT_ADMITTED: 1 } })
  })

  test('may take its time, up to the deadline of the handshake', async () => {
    const town = new FakeTown()
    const env = town.env
    const afterMs = (ms: number) => () => new Promise<boolean>((resolve) => env.schedule(ms, () => resolve(true)))
    const patient = await town.house({ admit: afterMs(9_000) })
    const late = await town.house({ admit: afterMs(11_000) })
    const [from, other] = [town.node(), town.node()]
    const connecting = [connect(town, from, patient), connect(town, other, late)]
    await env.advance(8_999)
    expect(from.isConnected(patient.peerId)).toBe(false)
    await env.advance(3_000)
    expect((await connecting[0])?.peerId).toBe(patient.peerId)
    expect(await codeOf(connecting[1] ?? Promise.resolve())).toBe('HANDSHAKE_TIMEOUT')
    expect(late.getStats()).toMatchObject({ peers: 0, connections: 0 })
  })

  test('that throws, rejects, or answers anything but true is a no', async () => {
    const answers = [
      () => {
        throw new Error('no')
      },
      async () => {
        throw new Error('no')
      },
      () => 1 as unknown as boolean,
      () => undefined as unknown as boolean,
      () => false,
      async () => false,
    ]
    for (const admit of answers) {
      const town = new FakeTown()
      const to = await town.house({ admit })
      expect(await codeOf(town.during(connect(town, town.node(), to)))).toBe('PEER_NOT_ADMITTED')
    }
  })

  test('does not outlive the node that asks', async () => {
    const town = new FakeTown()
    const to = await town.house({ admit: () => new Promise(() => {}) })
    const connecting = connect(town, town.node(), to)
    await town.env.settle()
    await town.during(to.stop())
    expect(await codeOf(connecting)).toBe('LINK_CLOSED')
    expect(to.getStats().connections).toBe(0)
  })
})

const club = defineProtocol({
  name: 'club',
  messages: { news: message({ payload: v.string() }), ask: request({ payload: v.string(), reply: v.string() }) },
})

/** A club that lets in whoever is in the list, and two nodes connected to it. */
async function createClub() {
  const town = new FakeTown()
  const house = await town.house()
  const [member, stranger] = [town.node(), town.node()]
  const members = new Set([member.peerId])
  const seen: string[] = []
  const nameOf = ({ peerId }: PeerInfo) => (peerId === member.peerId ? 'member' : 'stranger')
  const handlers = { ask: (text: string) => `re: ${text}` }
  const handler = club.handler(handlers, {
    admit: ({ peerId }) => members.has(peerId),
    onPeerConnected: (peer) => void seen.push(`${nameOf(peer)} came`),
    onPeerDisconnected: (peer) => void seen.push(`${nameOf(peer)} left`),
  })
  house.registerProtocol(handler)
  const heard: string[] = []
  for (const node of [member, stranger]) {
    node.registerProtocol(club.handler({ ...handlers, news: (_text, { from }) => heard.push(from.peerId) }))
    node.on('message', ({ type }) => heard.push(`${node === member ? 'member' : 'stranger'} heard ${type}`))
    await town.join(node, house)
  }
  return { town, house, member, stranger, members, seen, heard }
}

describe('a protocol’s admit', () => {
  test('hides the protocol from whom it refuses, and tells its handler of nobody else', async () => {
    const { town, house, member, stranger, seen } = await createClub()
    expect(member.getPeer(house.peerId)?.protocols).toEqual(new Map([['club', [1]]]))
    expect(stranger.getPeer(house.peerId)?.protocols).toEqual(new Map())
    const ask = { protocol: 'club', type: 'ask', payload: 'hi' }
    expect(await town.during(member.request(house.peerId, ask))).toBe('re: hi')
    expect(await codeOf(town.during(stranger.request(house.peerId, ask)))).toBe('PROTOCOL_UNKNOWN')
    await town.during(stranger.disconnectFromPeer(house.peerId))
    await town.env.settle()
    expect(seen).toEqual(['member came'])
  })

  test('keeps broadcasts of the protocol from whom it refuses', async () => {
    const { town, house, member, heard } = await createClub()
    const sent = await town.during(house.broadcast({ protocol: 'club', type: 'news', payload: 'secret' }))
    await town.env.settle()
    expect(sent).toEqual({ sent: [member.peerId], failed: [] })
    expect(heard).toEqual(['member heard news', house.peerId])
  })

  test('is asked anew when registrations change, and who was let in by then is told', async () => {
    const { town, house, stranger, member, members, seen } = await createClub()
    members.add(stranger.peerId)
    members.delete(member.peerId)
    expect(stranger.getPeer(house.peerId)?.protocols.has('club')).toBe(false)
    house.registerProtocol({ protocolName: 'other', handleMessage: () => undefined })
    await town.env.settle()
    expect(stranger.getPeer(house.peerId)?.protocols.has('club')).toBe(true)
    expect(member.getPeer(house.peerId)?.protocols.has('club')).toBe(false)
    expect(seen.toSorted()).toEqual(['member came', 'member left', 'stranger came'])
  })

  test('of `app` refuses messages that would otherwise need no handler', async () => {
    const town = new FakeTown()
    const to = await town.house()
    const heard: unknown[] = []
    to.on('message', ({ payload }) => heard.push(payload))
    const from = town.node()
    to.registerProtocol({ protocolName: 'app', handleMessage: () => undefined, admit: () => false })
    await town.join(from, to)
    await town.during(from.sendTo(to.peerId, { type: 't', payload: 1 }))
    await town.env.settle()
    expect([heard, to.getStats().refused]).toEqual([[], { PROTOCOL_UNKNOWN: 1 }])
  })
})
