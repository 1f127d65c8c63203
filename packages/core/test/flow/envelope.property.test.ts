import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeEnvelope } from '../../src/flow/envelope.js'
import { FrameReader, frameKind } from '../../src/flow/frames.js'
import { InboundNames } from '../../src/flow/name-table.js'
import { type Arrival, FakeLane, laneCodecs } from '../fake-lane.js'
import { plaintextOf } from '../fake-peer.js'
import { recordOf } from '../fake-record.js'

const full = process.env['RONDO_TIER'] === 'full'

const name = fc.record({
  protocol: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/),
  version: fc.integer({ min: 1, max: 65_535 }),
  type: fc.constantFrom('a', 'b', 'x'.repeat(64)),
})
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 3_000 }),
  fc.dictionary(fc.constantFrom('city', 'celsius'), fc.oneof(fc.double(), fc.string(), fc.constant(null))),
  fc.constantFrom(undefined, null, '', 0, -0, [], {}),
)
const requestId = fc.integer({ min: 1, max: 0xffff_ffff })
const text = fc
  .string({ maxLength: 256, unit: 'grapheme' })
  .filter((said) => said.length <= 256 && !/\p{Cc}/u.test(said))
const offer = fc
  .array(
    fc.tuple(
      name.map(({ protocol }) => protocol),
      fc.uniqueArray(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 16 }),
    ),
    { maxLength: 10 },
  )
  .map((entries) => new Map(entries.map(([protocol, versions]) => [protocol, versions.toSorted((a, b) => a - b)])))

/** Everything that a sender can say, with what should arrive. */
const saying = fc.oneof(
  fc.record({ kind: fc.constant('message' as const), name, payload }),
  fc.record({ kind: fc.constant('request' as const), name, payload, requestId, timeoutMs: fc.nat(0xffff_ffff) }),
  fc.record({ kind: fc.constant('reply' as const), requestId, payload }),
  fc.record({
    kind: fc.constant('reject' as const),
    requestId,
    rejection: fc.record(
      {
        code: text,
        reason: text,
        detail: text,
        retryAfterMs: fc.nat(86_400_000),
        issues: fc.array(fc.record({ path: text, message: text }), { maxLength: 8 }),
      },
      { requiredKeys: ['code'] },
    ),
  }),
  fc.record({ kind: fc.constant('cancel' as const), requestId }),
  fc.record({ kind: fc.constant('offer' as const), offer }),
  fc.record({
    kind: fc.constant('goodbye' as const),
    reason: fc.record({ code: text, detail: text }, { requiredKeys: ['code'] }),
  }),
  fc.record({ kind: fc.constant('ping' as const) }),
)
type Saying = typeof saying extends fc.Arbitrary<infer Value> ? Value : never

function say(lane: FakeLane, saying: Saying): void {
  const { sender } = lane
  switch (saying.kind) {
    case 'message':
      return sender.message(saying.name, saying.payload)
    case 'request':
      return sender.request(saying.name, saying.payload, saying.requestId, saying.timeoutMs)
    case 'reply':
      return sender.reply(saying.requestId, saying.payload)
    case 'reject':
      return sender.reject(saying.requestId, saying.rejection)
    case 'cancel':
      return sender.cancel(saying.requestId)
    case 'offer':
      return sender.offer(saying.offer)
    case 'goodbye':
      return sender.goodbye(saying.reason)
    case 'ping':
      return sender.ping()
  }
}

/** What arrived, as it was said. */
function asSaid(arrival: Arrival): unknown {
  if (!arrival.ok) return arrival.code
  switch (arrival.kind) {
    case 'message':
      return { kind: arrival.kind, name: plainName(arrival.name), payload: decodedOf(arrival) }
    case 'request': {
      const { kind, id, allowance } = arrival
      return { kind, name: plainName(arrival.name), payload: decodedOf(arrival), requestId: id, timeoutMs: allowance }
    }
    case 'reply':
      return { kind: arrival.kind, requestId: arrival.requestId, payload: decodedOf(arrival) }
    default: {
      const { ok: _, ...said } = arrival
      return said
    }
  }
}

function plainName({ protocol, version, type }: { protocol: string; version: number; type: string }) {
  return { protocol, version, type }
}

function decodedOf({ codecId, payload }: { readonly codecId: number; readonly payload: Uint8Array }): unknown {
  const decoded = laneCodecs.byId(codecId)?.decode(payload)
  return decoded?.ok ? decoded.value : decoded
}

test('everything that can be said arrives as it was said', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1_024, 4_096, 65_535),
      fc.array(fc.oneof({ weight: 8, arbitrary: saying }, { weight: 1, arbitrary: fc.constant('turn' as const) })),
      (frameBytesMax, sayings) => {
        const lane = new FakeLane({ frameBytesMax })
        for (const each of sayings) {
          if (each === 'turn') lane.env.endTurn()
          else say(lane, each)
        }
        lane.env.endTurn()
        const heard = lane.arrivals().filter((arrival) => !(arrival.ok && arrival.kind === 'name'))
        expect(heard.map(asSaid)).toEqual(sayings.filter((each) => each !== 'turn'))
      },
    ),
    { numRuns: full ? 10_000 : 200 },
  )
})

const kinds = Object.values(frameKind).filter((kind) => kind !== frameKind.part && kind !== frameKind.last)

function decodeOne(plaintext: Uint8Array): void {
  const reader = new FrameReader(100_000)
  const names = new InboundNames(4)
  names.declare(0, 'p', 1, 't')
  if (!reader.enter(recordOf(plaintext))) return
  for (let frame = reader.next(); frame?.ok; frame = reader.next()) {
    const envelope = decodeEnvelope(frame, names)
    if (!envelope.ok) expect(envelope.code).toBe('ENVELOPE_MALFORMED')
  }
}

test('random bodies of every kind are envelopes or refused with a code', () => {
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...kinds), fc.nat(255)), fc.uint8Array({ maxLength: 120 }), (kind, body) =>
      decodeOne(plaintextOf([kind, body])),
    ),
    { numRuns: full ? 1_000_000 : 3_000 },
  )
})

test('mutated envelopes are envelopes or refused with a code', () => {
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(saying, edits, fc.nat(8), (said, changes, cut) => {
      const lane = new FakeLane()
      say(lane, said)
      // The lane's own key, so that the change is made below the seal.
      lane.env.endTurn()
      const record = lane.open(lane.link.sent[0] ?? new Uint8Array(0)).slice()
      for (const [at, byte] of changes) record[6 + (at % Math.max(1, record.length - 6))] = byte
      decodeOne(record.subarray(0, Math.max(6, record.length - cut)))
    }),
    { numRuns: full ? 1_000_000 : 3_000 },
  )
})
