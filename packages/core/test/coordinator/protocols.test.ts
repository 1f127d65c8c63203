import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import type { Coordinator } from '../../src/coordinator/coordinator.js'
import type { PeerInfo } from '../../src/peers/peer-info.js'
import { defineProtocol } from '../../src/protocol/define-protocol.js'
import { message, request } from '../../src/protocol/definition.js'
import type { ProtocolHandler } from '../../src/protocol/handler.js'
import { RequestRejection } from '../../src/protocol/request-rejection.js'
import { codeOf, failureOf, rejectionOf } from '../expect-failure.js'
import { FakeTown } from '../fake-town.js'

/** Serves a protocol, and notes what it is told. */
function noting(protocolName: string, version = 1) {
  const notes: string[] = []
  const handler: ProtocolHandler = {
    protocolName,
    version,
    handleMessage: ({ payload }) => {
      notes.push(`message ${JSON.stringify(payload)}`)
      return `${protocolName}/${version}`
    },
    onPeerConnected: () => {
      notes.push('connected')
    },
    onPeerDisconnected: (_peer, { code }) => {
      notes.push(`disconnected ${code}`)
    },
  }
  return { notes, handler }
}

const protocolsOf = (node: Coordinator, peer: Coordinator): unknown => [...(node.getPeer(peer.peerId)?.protocols ?? [])]

describe('registering', () => {
  test('the same version twice is PROTOCOL_REGISTERED', () => {
    const node = new FakeTown().node()
    node.registerProtocol(noting('chat').handler)
    expect(() => node.registerProtocol(noting('chat').handler)).toThrow(
      expect.objectContaining({ code: 'PROTOCOL_REGISTERED' }),
    )
    node.registerProtocol(noting('chat', 2).handler)
  })

  test('what is no handler throws a TypeError', () => {
    const node = new FakeTown().node()
    for (const handler of [{}, { protocolName: 'x' }, { protocolName: '', handleMessage: () => 1 }] as unknown[]) {
      expect(() => node.registerProtocol(handler as ProtocolHandler)).toThrow(TypeError)
    }
  })

  test('says whether there was anything to take off', () => {
    const node = new FakeTown().node()
    node.registerProtocol(noting('chat').handler)
    node.registerProtocol(noting('chat', 2).handler)
    expect([node.unregisterProtocol('chat', 3), node.unregisterProtocol('chat', 2)]).toEqual([false, true])
    expect([node.unregisterProtocol('chat'), node.unregisterProtocol('chat')]).toEqual([true, false])
  })

  test('before and after connecting is known to the peer, and so is its end', async () => {
    const town = new FakeTown()
    const [from, to] = [town.node(), await town.house()]
    to.registerProtocol(noting('chat').handler)
    await town.join(from, to)
    expect(protocolsOf(from, to)).toEqual([['chat', [1]]])
    to.registerProtocol(noting('chat', 2).handler)
    to.registerProtocol(noting('mail').handler)
    await town.env.settle()
    expect(protocolsOf(from, to)).toEqual([
      ['chat', [1, 2]],
      ['mail', [1]],
    ])
    to.unregisterProtocol('chat')
    await town.env.settle()
    expect(protocolsOf(from, to)).toEqual([['mail', [1]]])
    expect(await codeOf(from.sendTo(to.peerId, { protocol: 'chat', type: 't' }))).toBe('PROTOCOL_UNKNOWN')
  })

  test('what arrives after its protocol was taken off is refused', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    const { notes, handler } = noting('chat')
    to.registerProtocol(handler)
    await town.env.settle()
    const asking = from.request(to.peerId, { protocol: 'chat', type: 't' })
    asking.catch(() => {})
    to.unregisterProtocol('chat')
    expect(await codeOf(town.during(asking))).toBe('PROTOCOL_UNKNOWN')
    expect([notes, to.getStats().refused]).toEqual([[], { PROTOCOL_UNKNOWN: 1 }])
  })
})

describe('versions', () => {
  const serve = (node: Coordinator, ...versions: readonly number[]) =>
    versions.map((version) => {
      const { notes, handler } = noting('chat', version)
      node.registerProtocol(handler)
      return notes
    })

  test('two may be served at once, each by its handler, and the highest shared one is used', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    serve(from, 1, 2)
    serve(to, 1, 2, 3)
    await town.env.settle()
    const asking = (version?: number) =>
      town.during(
        from.request(to.peerId, { protocol: 'chat', type: 't', ...(version === undefined ? {} : { version }) }),
      )
    expect([await asking(), await asking(1), await asking(3)]).toEqual(['chat/2', 'chat/1', 'chat/3'])
  })

  test('a version that comes later is used from then on, and one that goes no longer', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    serve(from, 1, 2)
    serve(to, 1)
    await town.env.settle()
    const asking = () => town.during(from.request(to.peerId, { protocol: 'chat', type: 't' }))
    expect(await asking()).toBe('chat/1')
    serve(to, 2)
    await town.env.settle()
    expect(await asking()).toBe('chat/2')
    from.unregisterProtocol('chat', 2)
    expect(await asking()).toBe('chat/1')
  })

  test('none shared is PROTOCOL_VERSION, with the names of both', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    serve(from, 1)
    serve(to, 2, 3)
    await town.env.settle()
    for (const send of [from.sendTo, from.request].map((verb) => verb.bind(from))) {
      expect(await failureOf(Promise.resolve(send(to.peerId, { protocol: 'chat', type: 't' })))).toMatchObject({
        code: 'PROTOCOL_VERSION',
        details: { ours: ['chat/1'], theirs: ['chat/2', 'chat/3'] },
      })
    }
  })
})

describe('hooks', () => {
  test('are called once each, for peers that speak the protocol in that version', async () => {
    const town = new FakeTown()
    const node = await town.house()
    const [one, two] = [noting('chat', 1), noting('chat', 2)]
    node.registerProtocol(one.handler)
    node.registerProtocol(two.handler)
    const [speaker, other] = [town.node(), town.node()]
    speaker.registerProtocol(noting('chat', 1).handler)
    for (const each of [speaker, other]) await town.join(each, node)
    await town.during(speaker.stop())
    await town.during(other.stop())
    await town.env.settle()
    expect([one.notes, two.notes]).toEqual([['connected', 'disconnected COORDINATOR_STOPPED'], []])
  })

  test('follow what either end registers and takes off', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    const { notes, handler } = noting('chat')
    to.registerProtocol(handler)
    await town.env.settle()
    expect(notes).toEqual([])
    from.registerProtocol(noting('chat').handler)
    await town.env.settle()
    from.registerProtocol(noting('mail').handler)
    await town.env.settle()
    expect(notes).toEqual(['connected'])
    from.unregisterProtocol('chat')
    await town.env.settle()
    expect(notes).toEqual(['connected', 'disconnected PROTOCOL_UNKNOWN'])
    from.registerProtocol(noting('chat').handler)
    await town.env.settle()
    to.unregisterProtocol('chat')
    await town.env.settle()
    expect(notes.slice(2)).toEqual(['connected', 'disconnected PROTOCOL_UNKNOWN'])
  })

  test('that throw, reject or return something odd are reported, or not, and stop nobody', async () => {
    const town = new FakeTown()
    const node = await town.house()
    const told: string[] = []
    const hooks: readonly ((peer: PeerInfo) => unknown)[] = [
      () => {
        throw new Error('thrown')
      },
      () => Promise.reject(new Error('rejected')),
      () => told.push('counted'),
    ]
    const names = hooks.map((hook, index) => {
      const protocolName = `p${index}`
      const onPeerConnected = hook as (peer: PeerInfo) => void
      node.registerProtocol({ protocolName, handleMessage: () => undefined, onPeerConnected })
      return protocolName
    })
    const other = town.node()
    for (const name of names) other.registerProtocol(noting(name).handler)
    await town.join(other, node)
    expect(told).toEqual(['counted'])
    expect(town.errors.get(node)).toMatchObject([
      { code: 'HANDLER_FAILED', cause: { message: 'thrown' } },
      { code: 'HANDLER_FAILED', cause: { message: 'rejected' } },
    ])
  })
})

describe('a defined protocol between two nodes', () => {
  const weather = defineProtocol({
    name: 'weather',
    messages: {
      report: message({
        payload: v.pipe(
          v.object({ at: v.string() }),
          v.transform(({ at }) => new Date(at)),
        ),
      }),
      forecast: request({
        payload: v.object({ city: v.string() }),
        reply: v.pipe(v.string(), v.transform(Number)),
        errors: ['unknown-city'],
      }),
    },
  })

  test('sends, transforms, answers and rejects by its types', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    const reports: Date[] = []
    to.registerProtocol(
      weather.handler({
        report: (at) => reports.push(at),
        forecast: ({ city }, { reject }) => (city === 'Oslo' ? '4.5' : reject('unknown-city', `no ${city}`)),
      }),
    )
    await town.env.settle()
    const client = weather.client(from)
    await town.during(client.send(to.peerId, 'report', { at: '2026-01-01T00:00:00Z' }))
    expect(reports).toEqual([new Date('2026-01-01T00:00:00Z')])
    expect(await town.during(client.request(to.peerId, 'forecast', { city: 'Oslo' }))).toBe(4.5)
    const error = await rejectionOf(town.during(client.request(to.peerId, 'forecast', { city: 'Atlantis' })))
    expect(error).toBeInstanceOf(RequestRejection)
    expect(weather.rejection(error, 'forecast')?.reason).toBe('unknown-city')
    expect(await town.during(client.requestMany([to.peerId], 'forecast', { city: 'Oslo' }))).toEqual([
      { status: 'fulfilled', peerId: to.peerId, value: 4.5 },
    ])
  })

  test('a reply that does not fit is the handler’s failure, and the other end sees nothing of it', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    const wrong: unknown = { not: 'a text' }
    to.registerProtocol(weather.handler({ forecast: () => wrong as string }))
    await town.env.settle()
    const asking = weather.client(from).request(to.peerId, 'forecast', { city: 'Oslo' })
    expect(await codeOf(town.during(asking))).toBe('HANDLER_FAILED')
    expect(town.errors.get(to)).toMatchObject([{ cause: { code: 'SCHEMA_REFUSED' } }])
  })

  test('a schema that echoes what it refuses cannot be made to crash the node', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair()
    const strict = defineProtocol({ name: 'p', messages: { t: request({ payload: v.literal('x'), reply: v.null() }) } })
    to.registerProtocol(strict.handler({ t: () => null }))
    await town.env.settle()
    // At one of two neighbouring places the message is cut between the halves of an emoji.
    for (const start of ['a', 'ab']) {
      const payload = start + '\u{1f600}'.repeat(200)
      const asking = from.request(to.peerId, { protocol: 'p', type: 't', payload })
      expect(await codeOf(town.during(asking))).toBe('SCHEMA_REFUSED')
    }
  })
})
