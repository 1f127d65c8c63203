import { describe, expect, test } from 'vitest'
import { frameKind } from '../../src/flow/frames.js'
import { FakePeer, nameFrame } from '../fake-peer.js'
import { FakeTown } from '../fake-town.js'

const limits = { heartbeatIntervalMs: 3_000, heartbeatTimeoutMs: 9_000 }

async function createScene() {
  const town = new FakeTown()
  const node = town.node({ limits })
  const endings: string[] = []
  for (const name of ['interrupted', 'disconnected'] as const) {
    node.on(name, (_peer, { code, detail }) => endings.push(`${code} ${detail}`))
  }
  const peer = await FakePeer.join(node, town.env)
  return { town, env: town.env, node, peer, endings }
}

describe('heartbeats', () => {
  test('a silent peer is pinged after the interval', async () => {
    const { env, peer } = await createScene()
    await env.advance(2_900)
    expect(peer.heardOf('ping')).toEqual([])
    await env.advance(1_100)
    expect(peer.heardOf('ping').length).toBeGreaterThan(0)
  })

  test('a peer that answers nothing is PEER_SILENT after the timeout', async () => {
    const { env, node, endings, peer } = await createScene()
    await env.advance(8_900)
    expect(node.isConnected(peer.peerId)).toBe(true)
    await env.advance(1_100)
    expect(endings).toEqual(['PEER_SILENT for 9000 ms'])
    expect(peer.closedWith).toMatchObject({ code: 'PEER_SILENT' })
    await env.advance(121_000)
    expect(endings[1]).toBe('SESSION_LOST no link in time')
  })

  test('any record is a sign of life', async () => {
    const { env, endings, peer } = await createScene()
    for (let beat = 0; beat < 10; beat += 1) {
      await env.advance(4_000)
      peer.send()
      await env.settle()
    }
    expect(endings).toEqual([])
  })

  test('two nodes that say nothing stay connected', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair({ limits })
    await town.env.advance(600_000)
    expect([from.isConnected(to.peerId), to.isConnected(from.peerId)]).toEqual([true, true])
  })

  test('a peer that is not read, because its messages are still being handled, is not silent', async () => {
    const town = new FakeTown()
    const node = town.node({ limits: { ...limits, handlersPerPeerMax: 1, inboxMessagesMax: 1 } })
    let done = (): void => {}
    const handleMessage = (): Promise<void> =>
      new Promise((resolve) => {
        done = resolve
      })
    node.registerProtocol({ protocolName: 'p', handleMessage })
    const peer = await FakePeer.join(node, town.env)
    const messages = [1, 2].map(() => [frameKind.message, Uint8Array.of(0, 0, 1, 0xf6)] as const)
    peer.send(nameFrame(0, 'p', 1, 't'), ...messages)
    await town.env.advance(60_000)
    expect([peer.wire.listener.isPaused, node.isConnected(peer.peerId)]).toEqual([true, true])
    done()
    await town.env.advance(10_000)
    expect(node.isConnected(peer.peerId)).toBe(false)
  })

  test('two nodes of which one is busy for long stay connected, and nothing is lost', async () => {
    const town = new FakeTown()
    const [from, to] = await town.pair({ limits: { ...limits, handlersPerPeerMax: 1, inboxMessagesMax: 1 } })
    const done: (() => void)[] = []
    to.registerProtocol({ protocolName: 'p', handleMessage: () => new Promise<void>((resolve) => done.push(resolve)) })
    await town.env.settle()
    for (let sent = 0; sent < 3; sent += 1) await town.during(from.sendTo(to.peerId, { protocol: 'p', type: 't' }))
    for (let handled = 1; handled <= 3; handled += 1) {
      await town.env.advance(60_000)
      expect([done.length, from.isConnected(to.peerId), to.isConnected(from.peerId)]).toEqual([handled, true, true])
      done[handled - 1]?.()
    }
  })

  test('a node that slept blames nobody for it', async () => {
    const { env, endings, peer } = await createScene()
    await env.advance(1_500)
    env.nowMs += 3_600_000
    await env.advance(4_000)
    expect(endings).toEqual([])
    expect(peer.heardOf('ping').length).toBeGreaterThan(0)
    await env.advance(9_000)
    expect(endings).toHaveLength(1)
  })

  test('cleanup beats at once', async () => {
    const { env, node, peer } = await createScene()
    env.nowMs += 900
    node.cleanup()
    await env.settle()
    expect(peer.heardOf('ping')).toEqual([])
    env.nowMs += 1_900
    node.cleanup()
    env.nowMs += 300
    node.cleanup()
    await env.settle()
    expect(peer.heardOf('ping')).toHaveLength(1)
  })

  test('cleanup of a node that never started does nothing', () => {
    const node = new FakeTown().node()
    node.cleanup()
    expect(node.state).toBe('idle')
  })

  test('stop as soon as the node does', async () => {
    const { env, node, town } = await createScene()
    await town.during(node.stop())
    expect(env.timers).toBe(0)
  })
})
