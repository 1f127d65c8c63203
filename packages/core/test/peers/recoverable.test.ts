import { describe, expect, test } from 'vitest'
import { defaultLimits } from '../../src/options.js'
import { codeOf } from '../expect-failure.js'
import { FakeLine } from '../fake-line.js'
import { joinLinks } from '../fake-wire.js'

// What a program may do with a peer whose link is gone, and what becomes of it.

async function createScene(limits = {}) {
  const line = new FakeLine({ limits })
  const heard: unknown[] = []
  line.far.on('message', ({ payload }) => heard.push(payload))
  await line.connect()
  const send = (payload: unknown) => line.near.sendTo(line.far.peerId, { type: 't', payload })
  const down = (): void => {
    line.isReachable = false
    line.cut()
  }
  const up = async (): Promise<void> => {
    line.isReachable = true
    await line.env.advance(defaultLimits.reconnectDelayMsMax)
  }
  return { line, heard, send, down, up }
}

/** Whether a promise has settled by now. */
async function isSettled(line: FakeLine, promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  )
  return Promise.race([settled, line.env.settle().then(() => false)])
}

describe('a peer whose session waits for a link', () => {
  test('is there, and is not connected', async () => {
    const { line, down } = await createScene()
    down()
    const { near, far } = line
    expect(near.getPeer(far.peerId)).toMatchObject({ state: 'recoverable', peerId: far.peerId })
    expect([near.isConnected(far.peerId), near.getConnectedPeers(), near.getStats().peers]).toEqual([false, [], 0])
    await line.stop()
  })

  test('gets what is sent to it meanwhile once it is back: sent, broadcast and asked', async () => {
    const { line, heard, send, down, up } = await createScene()
    const { near, far } = line
    far.registerProtocol({ protocolName: 'p', handleMessage: ({ payload }) => `${payload}!` })
    await line.env.settle()
    down()
    expect(await isSettled(line, send(1))).toBe(true)
    expect(await near.broadcast({ type: 't', payload: 2 })).toEqual({ sent: [far.peerId], failed: [] })
    const asked = near.request(far.peerId, { protocol: 'p', type: 't', payload: 'what' })
    await up()
    expect(await asked).toBe('what!')
    expect(heard).toEqual([1, 2, 'what'])
    await line.stop()
  })

  test('holds so much and no more: senders wait, then are refused, and go on when it is back', async () => {
    const { line, heard, send, down, up } = await createScene({ sendQueueBytesMax: 100_000 })
    down()
    const large = new Uint8Array(30_000)
    const [first, second, third, fourth] = [send(large), send(large), send(large), send(large)]
    // What the open record holds is weighed when it is full, or at the end of the turn.
    expect([await isSettled(line, first), await isSettled(line, second)]).toEqual([true, true])
    expect([await isSettled(line, third), await isSettled(line, fourth)]).toEqual([false, false])
    expect(await codeOf(send(1))).toBe('PEER_SLOW')
    await up()
    await Promise.all([third, fourth])
    await send('after')
    await line.env.settle()
    expect(heard).toEqual([large, large, large, large, 'after'])
    await line.stop()
  })

  test('that does not come back fails whoever waits, saying how much was not acknowledged', async () => {
    const { line, send, down } = await createScene({ sendQueueBytesMax: 50_000 })
    down()
    void send(new Uint8Array(30_000))
    await line.env.settle()
    const waiting = send(1)
    const asked = line.near.request(line.far.peerId, { type: 't' }, { timeoutMs: 600_000 })
    for (const each of [waiting, asked]) each.catch(() => {})
    await line.env.advance(defaultLimits.sessionRecoverableMs + defaultLimits.heartbeatIntervalMs)
    await expect(waiting).rejects.toMatchObject({
      code: 'PEER_DISCONNECTED',
      details: { reason: { code: 'SESSION_LOST' }, unacknowledged: 4 },
    })
    expect(await codeOf(asked)).toBe('PEER_DISCONNECTED')
    expect(await codeOf(send(1))).toBe('PEER_NOT_CONNECTED')
    await line.stop()
  })

  test('is not slow for what it could not take while there was no link', async () => {
    const { line, send, down } = await createScene({ sendQueueBytesMax: 100_000, sendTimeoutMs: 5_000 })
    down()
    const waiting = send(new Uint8Array(60_000))
    await line.env.advance(60_000)
    // The next link brings nothing back at first.
    line.prepare = ({ listener }) => {
      let frames = 0
      const { carry } = listener
      listener.carry = (frame) => {
        frames += 1
        if (frames <= 2) carry(frame)
      }
    }
    line.isReachable = true
    const dials = line.dialledAtMs.length
    while (line.dialledAtMs.length === dials) await line.env.advance(10)
    line.near.cleanup()
    expect(line.told[0].at(-1)).toBe('resumed')
    line.near.cleanup()
    expect(line.near.isConnected(line.far.peerId)).toBe(true)
    waiting.catch(() => {})
    await line.stop()
  })

  test('hears when it is back of a protocol that was registered meanwhile, on either end', async () => {
    const { line, down, up } = await createScene()
    down()
    const { near, far } = line
    near.registerProtocol({ protocolName: 'near', handleMessage: () => 1 })
    far.registerProtocol({ protocolName: 'far', handleMessage: () => 2 })
    await up()
    expect([...(far.getPeer(near.peerId)?.protocols.keys() ?? [])]).toEqual(['near'])
    expect([...(near.getPeer(far.peerId)?.protocols.keys() ?? [])]).toEqual(['far'])
    await line.stop()
  })

  test('can be dialled at once, without waiting for the next attempt', async () => {
    const { line, down } = await createScene()
    down()
    await line.env.advance(60_000)
    line.isReachable = true
    const before = line.env.nowMs
    const info = await line.connect()
    expect([info.state, line.env.nowMs - before, line.told[0].at(-1)]).toEqual(['connected', 0, 'resumed'])
    await line.stop()
  })
})

describe('a goodbye', () => {
  test('ends the session on both ends at once, and nobody comes back', async () => {
    const { line } = await createScene()
    await line.near.disconnectFromPeer(line.far.peerId, 'good night')
    await line.env.advance(60_000)
    for (const told of line.told) expect(told).toEqual(['connected', 'disconnected PEER_DISCONNECTED'])
    expect([line.dialledAtMs.length, line.env.timers]).toEqual([1, 2])
    await line.stop()
  })

  test('sends what was queued first', async () => {
    const { line, heard, send } = await createScene()
    void send(1)
    void send(new Uint8Array(100_000))
    await line.near.disconnectFromPeer(line.far.peerId)
    await line.env.settle()
    expect(heard).toEqual([1, new Uint8Array(100_000)])
    await line.stop()
  })

  test('of an end that only waits is not heard: whoever comes back finds the session gone', async () => {
    const { line, down, up } = await createScene()
    down()
    await line.far.disconnectFromPeer(line.near.peerId)
    expect(line.told[1]).toEqual(['connected', 'interrupted LINK_CLOSED', 'disconnected PEER_DISCONNECTED'])
    await up()
    expect(line.told[0]).toEqual(['connected', 'interrupted LINK_CLOSED', 'disconnected SESSION_LOST', 'connected'])
    await line.stop()
  })
})

describe('a peer that restarted', () => {
  test('has no session: the other end hears that it is lost, then of a new one', async () => {
    const { line, heard, send, down, up } = await createScene()
    down()
    await send('for the old one')
    const fresh = line.restartFar()
    fresh.on('message', ({ payload }) => heard.push(payload))
    await up()
    expect(line.told[0]).toEqual(['connected', 'interrupted LINK_CLOSED', 'disconnected SESSION_LOST', 'connected'])
    await send('for the new one')
    await line.env.settle()
    expect(heard).toEqual(['for the new one'])
    await fresh.stop()
    await line.stop()
  })

  test('and dials finds its old session dead, and begins another', async () => {
    const { line } = await createScene()
    const { near, far } = line
    const before = far.getPeer(near.peerId)
    const fresh = line.restartFar()
    const wire = joinLinks(line.env)
    const adopted = [
      fresh.adoptLink(wire.dialler, { role: 'dialler' }),
      near.adoptLink(wire.listener, { role: 'listener' }),
    ]
    for (const each of adopted) each.catch(() => {})
    // The old process answers no more.
    const [old] = line.wires
    if (old !== undefined) old.dialler.carry = () => {}
    await line.env.advance(defaultLimits.probeTimeoutMs)
    expect(await Promise.all(adopted)).toMatchObject([{ state: 'connected' }, { state: 'connected' }])
    expect(line.told[0]).toEqual(['connected', 'disconnected SESSION_LOST', 'connected'])
    expect(before?.connectedAt).toBeDefined()
    await fresh.stop()
    await line.stop()
  })
})

describe('moving a session', () => {
  test('to where nobody answers rejects, and costs the session nothing', async () => {
    const { line, heard, send } = await createScene()
    line.isReachable = false
    expect(await codeOf(moved(line))).toBe('DIAL_FAILED')
    await send(1)
    await line.env.settle()
    expect([heard, line.told[0]]).toEqual([[1], ['connected']])
    await line.stop()
  })

  test('to another link closes the old one, and the session lives on', async () => {
    const { line } = await createScene()
    expect(await moved(line)).toMatchObject({ state: 'connected' })
    await line.env.settle()
    expect(line.told[1]).toEqual(['connected', 'resumed'])
    // The other end may close the old link before its answer is heard by the new one.
    expect(line.told[0].filter((what) => what !== 'interrupted SESSION_MOVED')).toEqual(['connected', 'resumed'])
    expect(line.wires[0]?.dialler.closedWith).toMatchObject({ code: 'SESSION_MOVED' })
    expect([line.near.getStats().connections, line.far.getStats().connections]).toEqual([1, 1])
    await line.stop()
  })

  test('to a peer that there is no session with begins one', async () => {
    const line = new FakeLine()
    expect(await moved(line)).toMatchObject({ state: 'connected' })
    expect(line.told[0]).toEqual(['connected'])
    await line.stop()
  })

  test('leaves a session that waits for a link with one', async () => {
    const { line, down } = await createScene()
    down()
    line.isReachable = true
    expect(await moved(line)).toMatchObject({ state: 'connected' })
    expect(line.told[0]).toEqual(['connected', 'interrupted LINK_CLOSED', 'resumed'])
    await line.stop()
  })

  test('that its program gives up after the other end has moved ends nothing', async () => {
    const { line, heard, send } = await createScene()
    line.prepare = (wire, dial) => {
      // The far end moves; its answer is under way for ever.
      if (dial === 1)
        wire.listener.carry = (frame) => void (wire.listener.sent.length < 2 && wire.dialler.deliver(frame))
    }
    const giveUp = new AbortController()
    const moving = line.near.movePeer(line.target, { signal: giveUp.signal })
    moving.catch(() => {})
    await line.env.settle()
    expect(line.told[1]).toEqual(['connected', 'resumed'])
    giveUp.abort(new Error('enough'))
    await expect(moving).rejects.toThrow('enough')
    await send(1)
    await line.env.advance(defaultLimits.reconnectDelayMsMax)
    expect([heard, line.near.isConnected(line.far.peerId)]).toEqual([[1], true])
    expect(line.told.flat().filter((what) => what.startsWith('disconnected'))).toEqual([])
    await line.stop()
  })

  test('that ends while its claim is under way does not rise again, and the other end hears of it at once', async () => {
    const { line } = await createScene()
    const late: (() => void)[] = []
    line.prepare = ({ dialler }) => {
      let frames = 0
      const deliver = dialler.deliver.bind(dialler)
      dialler.deliver = (frame) => {
        frames += 1
        if (frames > 1) late.push(() => deliver(frame))
        else deliver(frame)
      }
    }
    const moving = line.near.movePeer(line.target)
    moving.catch(() => {})
    await line.env.settle()
    // The other end has moved: what is said on the old link is not heard there.
    expect(line.told[1].at(-1)).toBe('resumed')
    await line.near.disconnectFromPeer(line.far.peerId)
    for (const arrive of late) arrive()
    await line.env.settle()
    await expect(moving).rejects.toMatchObject({ code: 'PEER_DISCONNECTED' })
    expect(line.told[0].at(-1)).toBe('disconnected PEER_DISCONNECTED')
    expect(line.told[1].at(-1)).toBe('disconnected PEER_DISCONNECTED')
    expect([line.near.getPeer(line.far.peerId), line.near.getStats().connections]).toEqual([undefined, 0])
    await line.stop()
    expect(line.env.timers).toBe(0)
  })

  test('goes on where the answer was lost on its way', async () => {
    const { line, heard, send } = await createScene()
    line.prepare = (wire, dial) => {
      if (dial !== 1) return
      // The far end moves; the near one never hears of it.
      let frames = 0
      const deliver = wire.dialler.deliver.bind(wire.dialler)
      wire.dialler.deliver = (frame) => {
        frames += 1
        if (frames < 2) return deliver(frame)
        line.cut()
      }
    }
    const moving = line.near.movePeer(line.target)
    moving.catch(() => {})
    await send(1)
    await line.env.advance(defaultLimits.reconnectDelayMsMax)
    expect(await codeOf(moving)).toBe('LINK_CLOSED')
    await send(2)
    await line.env.settle()
    expect([heard, line.near.isConnected(line.far.peerId)]).toEqual([[1, 2], true])
    expect(line.told.flat().filter((what) => what.startsWith('disconnected'))).toEqual([])
    await line.stop()
  })
})

async function moved(line: FakeLine) {
  const moving = line.near.movePeer(line.target)
  moving.catch(() => {})
  await line.env.settle()
  return moving
}
