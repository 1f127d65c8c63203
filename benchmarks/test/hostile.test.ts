import { createHash } from 'node:crypto'
import { createCoordinator, generateIdentity } from '@rondo/core'
import { webSocket } from '@rondo/transport-ws'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listenAsTarget } from '../src/contestants/rondo-node.ts'
import { createAttacks } from '../src/hostile/attacks.ts'

// Each attack once and small, both ends in this process: that it does to a node what the benchmark says it does.

const networkTag = createHash('sha256').update('rondo/1 network main').digest('hex').slice(0, 16)

async function startVictim() {
  const node = createCoordinator({
    identity: generateIdentity(),
    transports: [webSocket({ upgradeTimeoutMs: 300 })],
    limits: { handshakeTimeoutMs: 300 },
  })
  onTestFinished(() => node.stop())
  node.on('error', () => {})
  const handled: unknown[] = []
  node.registerProtocol({
    protocolName: 'bench-bytes',
    messages: new Map([['push', { kind: 'message' }]]),
    handleMessage: ({ payload }) => void handled.push(payload),
  })
  return { node, handled, target: await listenAsTarget(node, 'ws') }
}

describe('an attack', () => {
  test('by messages is refused by type and by codec, and nothing of it is handled', async () => {
    const { node, handled, target } = await startVictim()
    const { messages } = createAttacks()
    await messages.connect({ target })
    messages.begin({ perSecond: 5_000 })
    await expect.poll(() => node.getStats().refused['CODEC_UNKNOWN'] ?? 0).toBeGreaterThan(50)
    const { isConnected, perSecond } = await messages.end()
    expect(isConnected).toBe(true)
    expect(perSecond).toBeGreaterThan(0)
    expect(Object.keys(node.getStats().refused).sort()).toEqual(['CODEC_UNKNOWN', 'PROTOCOL_TYPE_UNKNOWN'])
    expect(handled).toEqual([])
  })

  test('by handshakes is answered by some, and none is established', async () => {
    const { node, target } = await startVictim()
    const { handshakes } = createAttacks()
    handshakes.begin({ target, networkTag })
    await expect.poll(() => node.getStats().failedHandshakes['HANDSHAKE_FAILED'] ?? 0).toBeGreaterThan(5)
    await expect.poll(() => node.getStats().failedHandshakes['HANDSHAKE_MALFORMED'] ?? 0).toBeGreaterThan(0)
    const { answeredPerSecond } = await handshakes.end()
    expect(answeredPerSecond).toBeGreaterThan(0)
    expect(node.getStats().peers).toBe(0)
  })

  test('by silence opens sockets of both kinds, and the other end closes all of them', async () => {
    const { target } = await startVictim()
    const { halfOpen } = createAttacks()
    await halfOpen.open({ target, count: 10 })
    expect(await halfOpen.reaped({ withinMs: 10_000 })).toEqual({ closed: 10, opened: 10 })
  })
})
