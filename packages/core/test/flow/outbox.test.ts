import { describe, expect, test } from 'vitest'
import { frameKind } from '../../src/flow/frames.js'
import { plaintextBytesMax, recordHeadBytes, tagBytes } from '../../src/flow/record.js'
import { type Arrival, FakeLane } from '../fake-lane.js'

const name = { protocol: 'app', version: 1, type: 'note' }
/** Of a record: its head and the tag. Of a message in it: the frame's head and the message's. */
const recordOverhead = recordHeadBytes + tagBytes
const messageOverhead = 3 + 3

const ofSize = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(1)
const kindsOf = (arrivals: readonly Arrival[]): string[] => arrivals.map((each) => (each.ok ? each.kind : each.code))

/** A lane that has declared its name already. */
function openLane(options: ConstructorParameters<typeof FakeLane>[0] = {}): FakeLane {
  const lane = new FakeLane(options)
  lane.sender.message(name, ofSize(0))
  lane.env.endTurn()
  lane.arrivals()
  return lane
}

describe('coalescing', () => {
  test('all messages of one turn share one record', () => {
    const lane = openLane()
    for (let count = 0; count < 100; count += 1) lane.sender.message(name, { count })
    expect(lane.link.sent).toHaveLength(1)
    lane.env.endTurn()
    expect(lane.link.sent).toHaveLength(2)
    expect(kindsOf(lane.arrivals())).toEqual(Array.from({ length: 100 }, () => 'message'))
  })

  test('a lone message goes out at the end of its own turn', () => {
    const lane = openLane()
    lane.sender.message(name, 'alone')
    lane.env.endTurn()
    expect(kindsOf(lane.arrivals())).toEqual(['message'])
  })

  test('each turn with messages makes a record, and a turn without makes none', () => {
    const lane = openLane()
    for (let turn = 0; turn < 5; turn += 1) {
      lane.sender.ping()
      lane.env.endTurn()
      lane.env.endTurn()
    }
    expect(lane.link.sent).toHaveLength(6)
  })

  test('a name travels once, before its first message', () => {
    const lane = new FakeLane()
    lane.sender.message(name, 1)
    lane.sender.message(name, 2)
    lane.sender.message({ ...name, type: 'other' }, 3)
    lane.env.endTurn()
    expect(kindsOf(lane.arrivals())).toEqual(['name', 'message', 'message', 'name', 'message'])
  })

  test('1,024 frames fill a record, which then leaves within the turn', () => {
    const lane = openLane()
    for (let count = 0; count < 1_023; count += 1) lane.sender.cancel(count)
    expect(lane.link.sent).toHaveLength(1)
    lane.sender.cancel(1_023)
    expect(lane.link.sent).toHaveLength(2)
    expect(lane.arrivals()).toHaveLength(1_024)
  })

  test('a record leaves within the turn when the next message does not fit behind the others', () => {
    const lane = openLane()
    const half = Math.floor(plaintextBytesMax / 2)
    lane.sender.message(name, ofSize(half))
    expect(lane.link.sent).toHaveLength(1)
    lane.sender.message(name, ofSize(half))
    expect(lane.link.sent).toHaveLength(2)
    lane.env.endTurn()
    expect(lane.link.sent).toHaveLength(3)
    expect(kindsOf(lane.arrivals())).toEqual(['message', 'message'])
  })

  test('a message of exactly one record is not split, and one byte more is', () => {
    for (const frameBytesMax of [1_024, 20_000, plaintextBytesMax + tagBytes]) {
      const largest = frameBytesMax - recordOverhead - messageOverhead
      const lane = openLane({ frameBytesMax })
      lane.sender.message(name, ofSize(largest))
      lane.env.endTurn()
      expect(lane.link.sent).toHaveLength(2)
      expect(lane.link.sent[1]).toHaveLength(frameBytesMax)
      lane.sender.message(name, ofSize(largest + 1))
      lane.env.endTurn()
      expect(lane.link.sent).toHaveLength(4)
      expect(kindsOf(lane.arrivals())).toEqual(['message', 'message'])
    }
  })

  test('the clock of a record is the wall clock of its first message', () => {
    const lane = openLane()
    lane.env.nowMs = 5_000
    lane.sender.message(name, 1)
    lane.env.nowMs = 9_000
    lane.env.endTurn()
    expect(lane.arrivals()).toMatchObject([{ timestamp: 1_700_000_005_000 }])
  })
})

describe('what cannot be sent', () => {
  test('a message over the limit throws MESSAGE_OVERSIZED and queues nothing', () => {
    const lane = openLane({ messageBytesMax: 100_000 })
    lane.sender.message(name, 'before')
    const oversized = expect.objectContaining({
      code: 'MESSAGE_OVERSIZED',
      details: { bytes: 100_001, bytesMax: 100_000 },
    })
    expect(() => lane.sender.message(name, ofSize(100_001))).toThrow(oversized)
    expect(() => lane.sender.request(name, ofSize(100_001), 1, 1)).toThrow(oversized)
    expect(() => lane.sender.reply(1, ofSize(100_001))).toThrow(oversized)
    lane.sender.message(name, ofSize(100_000))
    lane.env.endTurn()
    expect(lane.arrivals()).toMatchObject([{ kind: 'message' }, { kind: 'message', payload: { length: 100_000 } }])
  })

  test('an oversized message that is not split throws as well', () => {
    const lane = openLane({ messageBytesMax: 10 })
    expect(() => lane.sender.message(name, ofSize(11))).toThrow(expect.objectContaining({ code: 'MESSAGE_OVERSIZED' }))
    lane.env.endTurn()
    expect(lane.arrivals()).toEqual([])
  })

  test('a frame of the outbox itself is bounded, whoever writes it', () => {
    const lane = openLane({ messageBytesMax: 70_000 })
    lane.outbox.begin(frameKind.message).bytes(ofSize(70_017))
    expect(() => lane.outbox.commit()).toThrow(expect.objectContaining({ code: 'MESSAGE_OVERSIZED' }))
    lane.env.endTurn()
    expect(lane.arrivals()).toEqual([])
  })

  test('a payload that no codec carries leaves no trace of its message', () => {
    const lane = openLane()
    lane.sender.cancel(1)
    for (const payload of [() => 1, new Map(), { deep: [Symbol('x')] }, ['\ud800'], new Date(0)]) {
      expect(() => lane.sender.message(name, payload)).toThrow(
        expect.objectContaining({ code: 'CODEC_VALUE_UNSUPPORTED' }),
      )
    }
    lane.sender.cancel(2)
    lane.env.endTurn()
    expect(kindsOf(lane.arrivals())).toEqual(['cancel', 'cancel'])
  })

  test('sending while a payload is being encoded throws a TypeError and harms nothing else', () => {
    const lane = openLane()
    lane.outbox.begin(frameKind.cancel).u8(1)
    expect(() => lane.sender.ping()).toThrow(TypeError)
    lane.outbox.rollback()
    lane.sender.ping()
    lane.env.endTurn()
    expect(kindsOf(lane.arrivals())).toEqual(['ping'])
  })

  test('one name too many throws NAMES_EXHAUSTED, and the known ones still go', () => {
    const lane = openLane({ namesMax: 2 })
    lane.sender.message({ ...name, type: 'second' }, 1)
    expect(() => lane.sender.message({ ...name, type: 'third' }, 1)).toThrow(
      expect.objectContaining({ code: 'NAMES_EXHAUSTED' }),
    )
    lane.sender.message(name, 2)
    lane.env.endTurn()
    expect(kindsOf(lane.arrivals())).toEqual(['name', 'message', 'message'])
  })

  test('names and versions that nobody could register throw a TypeError', () => {
    const lane = openLane()
    for (const bad of [
      { type: '' },
      { type: 'ä' },
      { protocol: 'x'.repeat(65) },
      { version: 0 },
      { version: 65_536 },
    ]) {
      expect(() => lane.sender.message({ ...name, ...bad }, 1)).toThrow(TypeError)
    }
    lane.env.endTurn()
    expect(lane.arrivals()).toEqual([])
  })
})

describe('backpressure', () => {
  test('nobody waits while the link takes more', () => {
    const lane = openLane()
    expect(lane.outbox.blocked()).toBeUndefined()
    expect(lane.outbox.isBlocked).toBe(false)
    expect(lane.outbox.isFull).toBe(false)
  })

  test('above the high-water mark all wait for one drain', async () => {
    const lane = openLane()
    lane.link.takesMore = false
    lane.sender.cancel(1)
    lane.env.endTurn()
    const waiting = lane.outbox.blocked()
    expect(waiting).toBeInstanceOf(Promise)
    expect(lane.outbox.blocked()).toBe(waiting)
    expect(lane.outbox.isBlocked).toBe(true)
    lane.outbox.drain()
    await waiting
    expect(lane.outbox.blocked()).toBeUndefined()
  })

  test('from half of what may wait unacknowledged on, senders are asked to wait, and beyond all of it nothing is taken', async () => {
    const lane = openLane({ queueBytesMax: 10_000 })
    const send = (): void => {
      lane.sender.message(name, ofSize(2_600))
      lane.env.endTurn()
    }
    send()
    expect([lane.outbox.isBlocked, lane.outbox.isFull]).toEqual([false, false])
    send()
    expect([lane.outbox.isBlocked, lane.outbox.isFull]).toEqual([true, false])
    const waiting = lane.outbox.blocked()
    send()
    send()
    expect([lane.outbox.isFull, lane.outbox.unacknowledged]).toEqual([true, 6])
    expect(lane.outbox.acknowledge(4)).toBe(true)
    expect([lane.outbox.isBlocked, lane.outbox.isFull]).toEqual([true, false])
    expect(lane.outbox.acknowledge(6)).toBe(true)
    expect(lane.outbox.isBlocked).toBe(false)
    await waiting
  })

  test('what is kept counts with what keeping it takes, so that tiny messages, one a turn, are bounded in memory, too', () => {
    const lane = openLane({ queueBytesMax: 1_048_576 })
    let sent = 0
    for (; !lane.outbox.isFull && sent < 100_000; sent += 1) {
      lane.sender.message(name, ofSize(8))
      lane.env.endTurn()
    }
    expect(sent).toBeGreaterThan(1_000)
    expect(sent).toBeLessThan(5_000)
    expect(lane.outbox.acknowledge(sent + 1)).toBe(true)
    expect(lane.outbox.isBlocked).toBe(false)
  })

  test('a sender that waits for the other end asks it what came', () => {
    const lane = openLane({ queueBytesMax: 10_000 })
    lane.sender.message(name, ofSize(5_000))
    lane.env.endTurn()
    lane.env.endTurn()
    expect(kindsOf(lane.arrivals())).toEqual(['message', 'ping'])
  })

  test('a sender that still waits after an answer asks again, once a turn', () => {
    const lane = openLane({ queueBytesMax: 10_000 })
    const send = (): void => {
      lane.sender.message(name, ofSize(4_000))
      lane.env.endTurn()
    }
    send()
    send()
    lane.env.endTurn()
    // On its way when the other end was asked: it is not in the answer.
    send()
    lane.arrivals()
    lane.outbox.acknowledge(3)
    lane.outbox.acknowledge(4)
    lane.env.endTurn()
    expect([lane.outbox.isBlocked, kindsOf(lane.arrivals())]).toEqual([true, ['ping']])
    lane.outbox.acknowledge(5)
    lane.env.endTurn()
    expect([lane.outbox.isBlocked, kindsOf(lane.arrivals())]).toEqual([false, []])
  })

  test('what waited while there was no channel is stuck from the next one on, and no longer', () => {
    const lane = openLane({ queueBytesMax: 10_000 })
    lane.outbox.detach()
    lane.sender.message(name, ofSize(6_000))
    lane.env.endTurn()
    lane.env.nowMs += 60_000
    expect(lane.outbox.stuckMs(lane.env.nowMs)).toBe(60_000)
    lane.carryByAnother(2)
    expect([lane.outbox.isBlocked, lane.outbox.stuckMs(lane.env.nowMs)]).toEqual([true, 0])
  })

  test('the next channel gets what was not acknowledged, in records of its own size, and nothing else', () => {
    const lane = openLane()
    for (const bytes of [10, 5_000, 20]) lane.sender.message(name, ofSize(bytes))
    lane.env.endTurn()
    lane.outbox.acknowledge(3)
    lane.sender.message(name, ofSize(30))
    lane.carryByAnother(3, { frameBytesMax: 1_024 })
    const heard = lane.arrivals().map((each) => (each.ok && each.kind === 'message' ? each.payload.length : each))
    expect(heard).toEqual([5_000, 20, 30])
    expect(Math.max(...lane.link.sent.map(({ length }) => length))).toBeLessThanOrEqual(1_024)
    lane.env.endTurn()
    expect(lane.arrivals()).toEqual([])
  })

  test('a channel that fails while it is sent to again leaves everything for the one after', () => {
    const lane = openLane()
    for (let sent = 0; sent < 5; sent += 1) lane.sender.message(name, ofSize(20_000))
    lane.env.endTurn()
    lane.outbox.detach()
    lane.carryByAnother(2, { failsAt: 2 })
    lane.carryByAnother(2)
    expect(kindsOf(lane.arrivals())).toEqual(['message', 'message', 'message', 'message', 'message'])
    expect(lane.outbox.unacknowledged).toBe(5)
  })

  test('what was never sent cannot be acknowledged', () => {
    const lane = openLane()
    expect([lane.outbox.acknowledge(2), lane.outbox.acknowledge(3)]).toEqual([true, false])
    lane.sender.cancel(1)
    expect(lane.outbox.acknowledge(3)).toBe(false)
    lane.env.endTurn()
    expect([lane.outbox.acknowledge(3), lane.outbox.acknowledge(1)]).toEqual([true, true])
  })

  test('it is stuck for as long as nothing is acknowledged while senders wait', () => {
    const lane = openLane({ queueBytesMax: 4_000 })
    const pass = (ms: number): number => {
      lane.env.nowMs += ms
      return lane.outbox.stuckMs(lane.env.nowMs)
    }
    const send = (): void => {
      lane.sender.message(name, ofSize(1_000))
      lane.env.endTurn()
    }
    pass(0)
    send()
    send()
    expect(pass(1_000)).toBe(1_000)
    expect(pass(1_000)).toBe(2_000)
    // One more comes for each that arrives: there is always something waiting, and nobody is slow.
    for (let round = 0; round < 100; round += 1) {
      send()
      lane.outbox.acknowledge(3 + round)
      expect(pass(1_000)).toBe(1_000)
    }
    lane.outbox.forgive(lane.env.nowMs)
    expect(pass(100)).toBe(100)
  })

  test('closing sends what is queued, tells whoever waits why, and sends nothing more', async () => {
    const lane = openLane()
    lane.link.takesMore = false
    lane.sender.cancel(1)
    lane.env.endTurn()
    const waiting = lane.outbox.blocked()
    lane.sender.cancel(2)
    lane.outbox.close(new Error('it is over'))
    await expect(waiting).rejects.toThrow('it is over')
    lane.sender.ping()
    lane.sender.cancel(3)
    lane.env.endTurn()
    expect(kindsOf(lane.arrivals())).toEqual(['cancel', 'cancel'])
  })

  test('it counts the bytes that the link was handed', () => {
    const lane = openLane()
    lane.sender.message(name, ofSize(5_000))
    lane.env.endTurn()
    expect(lane.outbox.bytesSent).toBe(lane.link.sent.reduce((sum, { length }) => sum + length, 0))
  })
})

describe('the record counter', () => {
  test('a used-up counter is told once and sends nothing more', () => {
    const lane = new FakeLane({ nonce: 2 ** 48 - 1 })
    lane.sender.ping()
    lane.env.endTurn()
    expect([lane.link.sent.length, lane.exhausted]).toEqual([1, 0])
    for (let turn = 0; turn < 3; turn += 1) {
      lane.sender.ping()
      lane.env.endTurn()
    }
    lane.outbox.close(new Error('over'))
    expect([lane.link.sent.length, lane.exhausted]).toEqual([1, 1])
  })

  test('whoever says goodbye because of it does not come back to it', () => {
    const lane = new FakeLane({ nonce: 2 ** 48 })
    lane.whenExhausted = () => {
      lane.sender.goodbye({ code: 'RECORD_EXHAUSTED' })
      lane.outbox.flush()
    }
    lane.sender.ping()
    lane.env.endTurn()
    expect([lane.link.sent.length, lane.exhausted]).toEqual([0, 1])
  })
})
