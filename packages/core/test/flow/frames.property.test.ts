import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameReader, frameKind } from '../../src/flow/frames.js'
import { FakeLane } from '../fake-lane.js'
import { plaintextOf } from '../fake-peer.js'
import { recordOf } from '../fake-record.js'

const full = process.env['RONDO_TIER'] === 'full'
const bodyBytesMax = 2_000

/** What a sender may do: messages of sizes around those where records and parts end, and the end of a turn. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ say: fc.constant('message' as const), bytes: fc.nat(3_000) }) },
  { weight: 2, arbitrary: fc.record({ say: fc.constant('message' as const), bytes: fc.nat(200_000) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      say: fc.constant('message' as const),
      bytes: fc.integer({ min: 65_535 - 16 - 9 - 12, max: 65_535 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ say: fc.constantFrom('ping' as const, 'turn' as const) }) },
)
const frameBytesMax = fc.oneof(fc.constantFrom(1_024, 1_200, 16_384, 65_535), fc.integer({ min: 1_024, max: 65_535 }))

test('every message comes out whole and in order, whatever its size and whatever shares its turn', () => {
  fc.assert(
    fc.property(frameBytesMax, fc.array(step, { maxLength: 12 }), (largest, steps) => {
      const lane = new FakeLane({ frameBytesMax: largest, messageBytesMax: 200_000, queueBytesMax: 100_000_000 })
      const said: string[] = []
      for (const [index, each] of steps.entries()) {
        if (each.say === 'turn') lane.env.endTurn()
        else if (each.say === 'ping') {
          lane.sender.ping()
          said.push('ping')
        } else if (each.say === 'message') {
          lane.sender.message({ protocol: 'app', version: 1, type: 't' }, new Uint8Array(each.bytes).fill(index))
          said.push(`message of ${each.bytes} times ${each.bytes === 0 ? 'nothing' : index}`)
        }
      }
      lane.env.endTurn()
      const heard = lane.arrivals().flatMap((each) => {
        if (!each.ok) return [each.code]
        if (each.kind === 'name') return []
        if (each.kind !== 'message') return [each.kind]
        const { payload } = each
        expect(payload.every((byte) => byte === payload[0])).toBe(true)
        return [`message of ${payload.length} times ${payload[0] ?? 'nothing'}`]
      })
      expect(heard).toEqual(said)
      expect(lane.link.sent.every(({ length }) => length <= largest)).toBe(true)
    }),
    { numRuns: full ? 5_000 : 150 },
  )
})

/** Reads records to the end or the first refusal; throws nothing, and keeps no frame above its bound. */
function readAll(plaintexts: readonly Uint8Array[]): string | undefined {
  const reader = new FrameReader(bodyBytesMax)
  for (const plaintext of plaintexts) {
    if (!reader.enter(recordOf(plaintext))) return 'FRAME_MALFORMED'
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      if (!frame.ok) return frame.code
      expect(frame.start).toBeLessThanOrEqual(frame.end)
      expect(frame.end).toBeLessThanOrEqual(frame.bytes.length)
      const isWhole = frame.bytes !== plaintext && frame.start === 1
      if (isWhole) expect(frame.end - frame.start).toBeLessThanOrEqual(bodyBytesMax)
    }
  }
  return undefined
}

const codes = [undefined, 'FRAME_MALFORMED', 'MESSAGE_OVERSIZED']

test('random bytes are frames or refused with a code', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (plaintexts) => {
      expect(codes).toContain(readAll(plaintexts))
    }),
    { numRuns: full ? 100_000 : 1_000 },
  )
})

test('any sequence of parts, broken or not, stays within its bound', () => {
  const frame = fc.tuple(
    fc.constantFrom(frameKind.part, frameKind.part, frameKind.part, frameKind.last, frameKind.ping, 0, 255),
    fc.uint8Array({ maxLength: 900 }),
  )
  fc.assert(
    fc.property(fc.array(fc.array(frame, { maxLength: 4 }), { maxLength: 8 }), fc.nat(3), (records, cut) => {
      const plaintexts = records.map((frames) => plaintextOf(...frames))
      const last = plaintexts.pop()
      expect(codes).toContain(readAll(last === undefined ? [] : [...plaintexts, last.subarray(0, last.length - cut)]))
    }),
    { numRuns: full ? 20_000 : 500 },
  )
})
