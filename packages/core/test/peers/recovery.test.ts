import { describe, expect, test } from 'vitest'
import { defaultLimits } from '../../src/options.js'
import { FakeLine } from '../fake-line.js'
import { joinLinks } from '../fake-wire.js'

const { reconnectDelayMs, reconnectDelayMsMax, sessionRecoverableMs } = defaultLimits

/** Two that are connected, until the line is down for good. */
async function createScene(seed = 1, limits = {}): Promise<FakeLine> {
  const line = new FakeLine({ seed, limits })
  await line.connect()
  line.isReachable = false
  line.dialledAtMs.length = 0
  line.cut()
  return line
}

/** The pauses before each attempt. */
const pausesOf = (line: FakeLine, fromMs: number): number[] =>
  line.dialledAtMs.map((atMs, index) => atMs - (line.dialledAtMs[index - 1] ?? fromMs))

describe('an interrupted session', () => {
  test('is dialled for soon, then ever later, each time by chance within the last half of the pause', async () => {
    const line = await createScene()
    const fromMs = line.env.nowMs
    await line.env.advance(60_000)
    const pauses = pausesOf(line, fromMs)
    expect(pauses.length).toBeGreaterThan(6)
    for (const [attempt, pause] of pauses.entries()) {
      const wholeMs = Math.min(reconnectDelayMs * 2 ** attempt, reconnectDelayMsMax)
      expect(pause).toBeGreaterThanOrEqual(wholeMs / 2)
      expect(pause).toBeLessThanOrEqual(wholeMs)
    }
    await line.stop()
  })

  test('is not dialled for at the same moment by all who lost it', async () => {
    const firsts = new Set<number>()
    for (let seed = 1; seed <= 20; seed += 1) {
      const line = await createScene(seed)
      await line.env.advance(reconnectDelayMs)
      expect(line.dialledAtMs).toHaveLength(1)
      firsts.add(line.dialledAtMs[0] ?? 0)
      await line.stop()
    }
    expect(firsts.size).toBeGreaterThan(15)
  })

  test('whose every fresh link is cut is dialled for ever later all the same', async () => {
    const line = new FakeLine()
    await line.connect()
    line.dialledAtMs.length = 0
    line.near.on('resumed', () => line.env.schedule(0, () => line.cut()))
    const fromMs = line.env.nowMs
    line.cut()
    await line.env.advance(60_000)
    const pauses = pausesOf(line, fromMs)
    expect(pauses.length).toBeGreaterThan(6)
    for (const [attempt, pause] of pauses.entries()) {
      const wholeMs = Math.min(reconnectDelayMs * 2 ** attempt, reconnectDelayMsMax)
      expect(pause).toBeGreaterThanOrEqual(wholeMs / 2)
      expect(pause).toBeLessThanOrEqual(wholeMs)
    }
    expect(line.told[0].filter((word) => word === 'resumed')).toHaveLength(pauses.length)
    await line.stop()
  })

  test('is dialled for soon again once a link has lasted', async () => {
    for (const [lastedMs, soonest, latest] of [
      [reconnectDelayMsMax - 1, reconnectDelayMs, 2 * reconnectDelayMs],
      [reconnectDelayMsMax, reconnectDelayMs / 2, reconnectDelayMs],
    ] as const) {
      // One attempt leads to a link; the next pause is that of a first attempt, or of a second.
      const line = new FakeLine()
      await line.connect()
      const resumedAtMs: number[] = []
      line.near.on('resumed', () => resumedAtMs.push(line.env.nowMs))
      line.cut()
      await line.env.advance(reconnectDelayMs)
      const [fromMs = 0] = resumedAtMs
      await line.env.advance(fromMs + lastedMs - line.env.nowMs)
      line.cut()
      await line.env.advance(2 * reconnectDelayMs)
      const pause = (line.dialledAtMs.at(-1) ?? 0) - fromMs - lastedMs
      expect([lastedMs, line.dialledAtMs.length, resumedAtMs.length]).toEqual([lastedMs, 3, 2])
      expect(pause).toBeGreaterThanOrEqual(soonest)
      expect(pause).toBeLessThanOrEqual(latest)
      await line.stop()
    }
  })

  test('goes on as soon as the other end can be reached, and nothing dials any more', async () => {
    const line = await createScene()
    await line.env.advance(30_000)
    line.isReachable = true
    await line.env.advance(reconnectDelayMsMax)
    const dials = line.dialledAtMs.length
    await line.env.advance(60_000)
    expect(line.dialledAtMs).toHaveLength(dials)
    for (const told of line.told) expect(told).toEqual(['connected', 'interrupted LINK_CLOSED', 'resumed'])
    await line.stop()
    expect(line.env.timers).toBe(0)
  })

  test('is dialled for no more once its peer has come by a link of its own', async () => {
    const line = await createScene()
    const wire = joinLinks(line.env)
    const both = [
      line.far.adoptLink(wire.dialler, { role: 'dialler' }),
      line.near.adoptLink(wire.listener, { role: 'listener' }),
    ]
    await line.env.settle()
    expect(await Promise.all(both)).toMatchObject([{ state: 'connected' }, { state: 'connected' }])
    await line.env.advance(60_000)
    expect(line.dialledAtMs).toEqual([])
    expect(line.told[0]).toEqual(['connected', 'interrupted LINK_CLOSED', 'resumed'])
    await line.stop()
  })

  test('that its own program ends does not come back', async () => {
    const line = await createScene()
    await line.env.advance(1_000)
    line.isReachable = true
    await line.near.disconnectFromPeer(line.far.peerId)
    const dials = line.dialledAtMs.length
    await line.env.advance(60_000)
    expect([line.dialledAtMs.length, line.told[0].at(-1)]).toEqual([dials, 'disconnected PEER_DISCONNECTED'])
    await line.stop()
    expect(line.env.timers).toBe(0)
  })

  test('that its own program ends in the middle of a dial does not come back', async () => {
    // The handshake and the greeting bring it two frames: it is ended before the first, between them, and behind both.
    for (const heard of [0, 1, 2]) {
      const line = new FakeLine()
      await line.connect()
      const late: (() => void)[] = []
      line.prepare = ({ dialler }) => {
        let frames = 0
        const deliver = dialler.deliver.bind(dialler)
        dialler.deliver = (frame) => {
          frames += 1
          if (frames > heard) late.push(() => deliver(frame))
          else deliver(frame)
        }
      }
      line.cut()
      await line.env.advance(reconnectDelayMs)
      expect([heard, line.dialledAtMs.length, line.near.isConnected(line.far.peerId)]).toEqual([heard, 2, heard === 2])
      await line.near.disconnectFromPeer(line.far.peerId)
      for (const arrive of late) arrive()
      await line.env.advance(60_000)
      expect([heard, line.near.getPeer(line.far.peerId), line.near.getStats().connections]).toEqual([
        heard,
        undefined,
        0,
      ])
      expect(line.told[0].at(-1)).toBe('disconnected PEER_DISCONNECTED')
      await line.stop()
      expect(line.env.timers).toBe(0)
    }
  })

  test('is lost when its time is over, and nobody dials for it any more', async () => {
    const line = await createScene()
    await line.env.advance(sessionRecoverableMs + defaultLimits.heartbeatIntervalMs)
    for (const told of line.told) expect(told.at(-1)).toBe('disconnected SESSION_LOST')
    const dials = line.dialledAtMs.length
    line.isReachable = true
    await line.env.advance(120_000)
    expect(line.dialledAtMs).toHaveLength(dials)
    await line.stop()
    expect(line.env.timers).toBe(0)
  })

  test('leaves no timer to a node that stops', async () => {
    const line = await createScene()
    await line.env.advance(3_000)
    await line.stop()
    expect([line.env.timers, line.near.state]).toEqual([0, 'stopped'])
    const dials = line.dialledAtMs.length
    await line.env.advance(60_000)
    expect(line.dialledAtMs).toHaveLength(dials)
    for (const told of line.told) expect(told.at(-1)).toBe('disconnected COORDINATOR_STOPPED')
  })

  test('whose peer only ever dialled is waited for', async () => {
    const line = await createScene()
    await line.env.advance(10_000)
    expect(line.far.getPeer(line.near.peerId)?.state).toBe('recoverable')
    // It has no transport at all: whoever dialled would have been told so.
    expect(line.told[1]).toEqual(['connected', 'interrupted LINK_CLOSED'])
    await line.stop()
  })

  test('makes way for a younger one where too many wait', async () => {
    const line = new FakeLine({ limits: { sessionsRecoverableMax: 2 } })
    const others = [new FakeLine(), new FakeLine(), new FakeLine()]
    const endings: string[] = []
    line.far.on('disconnected', ({ peerId }, { code }) => endings.push(`${code} ${peerId}`))
    for (const { near } of others) {
      const wire = line.wire()
      near.adoptLink(wire.dialler, { role: 'dialler' }).catch(() => {})
      for (let round = 0; round < 10; round += 1) for (const { env } of [line, ...others]) await env.settle()
      wire.listener.end({ code: 'LINK_CLOSED' })
      await line.env.settle()
    }
    expect(endings).toEqual([`SESSION_LOST ${others[0]?.near.peerId}`])
    expect(others.map(({ near }) => line.far.getPeer(near.peerId)?.state)).toEqual([
      undefined,
      'recoverable',
      'recoverable',
    ])
    for (const each of [line, ...others]) await each.stop()
  })
})
