import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { Events } from '../../src/events.js'
import { decodeEnvelope, encodeMessageHead, encodeRequestHead, isForHandlers } from '../../src/flow/envelope.js'
import { FrameReader, frameKind } from '../../src/flow/frames.js'
import { Guards } from '../../src/flow/guards.js'
import { InboundNames } from '../../src/flow/name-table.js'
import { generateIdentity } from '../../src/identity/identity.js'
import { resolveLimits } from '../../src/options.js'
import { defineProtocol } from '../../src/protocol/define-protocol.js'
import { message, request } from '../../src/protocol/definition.js'
import type { ProtocolHandler } from '../../src/protocol/handler.js'
import { Registry } from '../../src/protocol/registry.js'
import { Served } from '../../src/protocol/served.js'
import { encode } from '../codec/cbor-bytes.js'
import { FakeEnv } from '../fake-env.js'
import { laneCodecs } from '../fake-lane.js'
import { plaintextOf } from '../fake-peer.js'
import { recordOf } from '../fake-record.js'

const bytesCodecId = 0
const cborCodecId = 1
const peer = {
  state: 'connected',
  direction: 'inbound',
  transport: 'fake',
  connectedAt: 0,
  protocols: new Map(),
} as const
const [from, to] = [generateIdentity().peerId, generateIdentity().peerId]

interface Sending {
  readonly protocol?: string
  readonly version?: number
  readonly type?: string
  readonly payload?: unknown
  /** Instead of an encoded payload. */
  readonly raw?: Uint8Array
  readonly codecId?: number
  /** Makes it a request. */
  readonly requestId?: number | undefined
  readonly nowMs?: number
}

/** The guards of one session, and the names that its peer has declared. */
class Gate {
  readonly registry = new Registry()
  atWork = 0
  readonly #names = new InboundNames(64)
  readonly #ids = new Map<string, number>()
  readonly #guards: Guards
  #sequence = 0

  constructor(limits: Parameters<typeof resolveLimits>[0] = {}, ...handlers: readonly ProtocolHandler[]) {
    for (const handler of handlers) this.registry.add(handler)
    this.#guards = new Guards({
      env: new FakeEnv(),
      registry: new Served(this.registry, new Events(() => {}), { ...peer, peerId: from }),
      codecs: laneCodecs,
      limits: resolveLimits(limits),
      from,
      to,
      idPrefix: 'session-l',
      atWork: { accepts: () => this.atWork < 2 },
    })
  }

  /** 'admitted', or the code of the refusal. */
  verdict(sending: Sending = {}): string {
    const outcome = this.admit(sending)
    return outcome.ok ? 'admitted' : outcome.code
  }

  admit(sending: Sending = {}) {
    const { protocol = 'app', version = 1, type = 't', codecId = cborCodecId, requestId, nowMs = 0 } = sending
    const nameId = this.#declare(protocol, version, type)
    const kind = requestId === undefined ? frameKind.message : frameKind.request
    const plaintext = plaintextOf([
      kind,
      (writer) => {
        if (requestId === undefined) encodeMessageHead(writer, nameId, codecId)
        else encodeRequestHead(writer, nameId, codecId, requestId, 1_000)
        writer.bytes(sending.raw ?? encode(sending.payload))
      },
    ])
    const reader = new FrameReader(1_000_000)
    reader.enter(recordOf(plaintext))
    const frame = reader.next()
    if (frame === undefined || !frame.ok) throw new Error('no frame')
    this.#sequence += 1
    frame.sequence = this.#sequence
    const envelope = decodeEnvelope(frame, this.#names)
    if (!envelope.ok || !isForHandlers(envelope)) throw new Error('no message')
    return this.#guards.admit(envelope, nowMs)
  }

  #declare(protocol: string, version: number, type: string): number {
    const key = JSON.stringify([protocol, version, type])
    const id = this.#ids.get(key) ?? this.#ids.size
    if (!this.#ids.has(key)) this.#names.declare(id, protocol, version, type)
    this.#ids.set(key, id)
    return id
  }
}

const city = v.object({ city: v.pipe(v.string(), v.maxLength(10)) })

function weather(bounds: { rate?: { perSecond: number; burst?: number }; bytesMax?: number } = {}): ProtocolHandler {
  return defineProtocol({
    name: 'weather',
    messages: {
      report: message({ payload: city, ...bounds }),
      forecast: request({ payload: city, reply: v.number() }),
    },
  }).handler({ forecast: () => 1 })
}

/** Takes every type, unchecked. */
const open: ProtocolHandler = { protocolName: 'open', handleMessage: () => undefined }

const report = { protocol: 'weather', type: 'report', payload: { city: 'Oslo' } }
const forecast = { protocol: 'weather', type: 'forecast', payload: { city: 'Oslo' }, requestId: 1 }

describe('what is served', () => {
  test('a served message is admitted with all that its handler may know', () => {
    const admitted = new Gate({}, weather()).admit(report)
    expect(admitted).toMatchObject({
      ok: true,
      message: { from, to, type: 'report', protocol: 'weather', version: 1, payload: { city: 'Oslo' } },
      registration: { name: 'weather', version: 1 },
      requestId: 0,
    })
  })

  test('messages of app are taken in any version, with or without a handler', () => {
    expect(new Gate().verdict()).toBe('admitted')
    expect(new Gate().verdict({ version: 9 })).toBe('admitted')
    expect(new Gate({}, { ...open, protocolName: 'app' }).verdict()).toBe('admitted')
  })

  test('a protocol that nobody serves is PROTOCOL_UNKNOWN, and another version of one PROTOCOL_VERSION', () => {
    const gate = new Gate({}, weather())
    expect(gate.verdict({ ...report, protocol: 'tides' })).toBe('PROTOCOL_UNKNOWN')
    expect(gate.verdict({ ...report, version: 2 })).toBe('PROTOCOL_VERSION')
  })

  test('what is registered or taken off later counts from the next message on', () => {
    const gate = new Gate()
    expect(gate.verdict(report)).toBe('PROTOCOL_UNKNOWN')
    gate.registry.add(weather())
    expect(gate.verdict(report)).toBe('admitted')
    gate.registry.remove('weather')
    expect(gate.verdict(report)).toBe('PROTOCOL_UNKNOWN')
  })

  test('a type that is not declared, or not of this kind, is PROTOCOL_TYPE_UNKNOWN', () => {
    const gate = new Gate({}, weather())
    for (const type of ['tides', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(gate.verdict({ ...report, type })).toBe('PROTOCOL_TYPE_UNKNOWN')
    }
    expect(gate.verdict({ ...report, requestId: 1 })).toBe('PROTOCOL_TYPE_UNKNOWN')
    expect(gate.verdict({ ...forecast, requestId: undefined })).toBe('PROTOCOL_TYPE_UNKNOWN')
  })

  test('a handler that declares no types takes them all', () => {
    const gate = new Gate({}, open)
    expect(gate.verdict({ protocol: 'open', type: 'anything' })).toBe('admitted')
    expect(gate.verdict({ protocol: 'open', type: 'anything', requestId: 1 })).toBe('admitted')
  })

  test('message ids are distinct, and a refused message takes one too', () => {
    const gate = new Gate({}, weather())
    const ids = [report, { ...report, type: 'tides' }, report].map((each) => gate.admit(each))
    expect(ids.map((each) => (each.ok ? each.message.messageId : each.code))).toEqual([
      'session-l1',
      'PROTOCOL_TYPE_UNKNOWN',
      'session-l3',
    ])
  })
})

describe('sizes', () => {
  test('a payload of exactly the limit is admitted, and one byte more is MESSAGE_OVERSIZED', () => {
    const gate = new Gate({ messageBytesMax: 100 }, open)
    const raw = (bytes: number): Sending => ({ protocol: 'open', raw: new Uint8Array(bytes), codecId: bytesCodecId })
    expect(gate.verdict(raw(100))).toBe('admitted')
    expect(gate.verdict(raw(101))).toBe('MESSAGE_OVERSIZED')
  })

  test('a type may have a bound of its own', () => {
    const gate = new Gate({}, weather({ bytesMax: 12 }))
    expect(gate.verdict({ ...report, payload: { city: 'Oslo!' } })).toBe('admitted')
    expect(gate.verdict({ ...report, payload: { city: 'Oslo!!' } })).toBe('MESSAGE_OVERSIZED')
    expect(gate.verdict({ ...forecast, payload: { city: 'Oslo!!' } })).toBe('admitted')
  })
})

describe('rates', () => {
  const verdicts = (gate: Gate, sending: Sending, count: number): string[] =>
    Array.from({ length: count }, () => gate.verdict(sending))

  test('beyond the burst a message is RATE_EXCEEDED and told when to come again; time brings it back', () => {
    const gate = new Gate({}, weather({ rate: { perSecond: 4, burst: 2 } }))
    expect(verdicts(gate, report, 3)).toEqual(['admitted', 'admitted', 'RATE_EXCEEDED'])
    const refused = gate.admit({ ...report, nowMs: 50 })
    expect(refused).toEqual({
      ok: false,
      code: 'RATE_EXCEEDED',
      rejection: { code: 'RATE_EXCEEDED', retryAfterMs: 200 },
    })
    expect(gate.verdict({ ...report, nowMs: 250 })).toBe('admitted')
  })

  test('the rate of one type leaves the others alone', () => {
    const gate = new Gate({}, weather({ rate: { perSecond: 1 } }))
    expect(verdicts(gate, report, 2)).toEqual(['admitted', 'RATE_EXCEEDED'])
    expect(gate.verdict(forecast)).toBe('admitted')
  })

  test('types without a rate share one of their protocol, and protocols share none', () => {
    const limits = { protocolMessagesPerSecond: 1, protocolMessagesBurst: 3 }
    const gate = new Gate(limits, open, { ...open, protocolName: 'other' })
    const of = (protocol: string, type: string): string => gate.verdict({ protocol, type })
    expect([of('open', 'a'), of('open', 'b'), of('open', 'c')]).toEqual(['admitted', 'admitted', 'admitted'])
    expect(of('open', 'd')).toBe('RATE_EXCEEDED')
    expect(of('other', 'a')).toBe('admitted')
    expect(of('app', 'a')).toBe('admitted')
  })

  test('another registration of anything else does not refill a rate', () => {
    const gate = new Gate(
      { protocolMessagesBurst: 1, protocolMessagesPerSecond: 1 },
      open,
      weather({ rate: { perSecond: 1 } }),
    )
    gate.verdict(report)
    gate.verdict({ protocol: 'open' })
    gate.registry.add({ ...open, protocolName: 'other' })
    expect(gate.verdict(report)).toBe('RATE_EXCEEDED')
    expect(gate.verdict({ protocol: 'open' })).toBe('RATE_EXCEEDED')
  })

  test('a protocol that comes back with another rate is held to that one', () => {
    const gate = new Gate({}, weather({ rate: { perSecond: 1 } }))
    expect(verdicts(gate, report, 2)).toEqual(['admitted', 'RATE_EXCEEDED'])
    gate.registry.remove('weather')
    gate.registry.add(weather({ rate: { perSecond: 1, burst: 5 } }))
    expect(verdicts(gate, { ...report, nowMs: 60_000 }, 5)).toEqual(Array.from({ length: 5 }, () => 'admitted'))
  })

  test('names that would look alike side by side share no rate', () => {
    const strict = { kind: 'message', rate: { perSecond: 1 } } as const
    const lax = { kind: 'message', rate: { perSecond: 1, burst: 9 } } as const
    const gate = new Gate(
      {},
      { ...open, protocolName: 'a', messages: new Map([['1/b', strict]]) },
      { ...open, protocolName: 'a/1', messages: new Map([['b', lax]]) },
    )
    expect(verdicts(gate, { protocol: 'a', type: '1/b' }, 2)).toEqual(['admitted', 'RATE_EXCEEDED'])
    expect(verdicts(gate, { protocol: 'a/1', type: 'b' }, 2)).toEqual(['admitted', 'admitted'])
  })

  test('what is refused for its type or size costs nothing of the rate', () => {
    const gate = new Gate({ messageBytesMax: 50 }, weather({ rate: { perSecond: 1 } }))
    gate.verdict({ ...report, raw: new Uint8Array(51) })
    gate.verdict({ ...report, requestId: 1 })
    expect(gate.verdict(report)).toBe('admitted')
  })
})

describe('payloads', () => {
  test('an unknown codec is CODEC_UNKNOWN', () => {
    for (const codecId of [2, 63, 64, 255]) expect(new Gate().verdict({ codecId })).toBe('CODEC_UNKNOWN')
  })

  test('what the codec refuses keeps its code', () => {
    const raw = (...bytes: readonly number[]): string => new Gate().verdict({ raw: Uint8Array.from(bytes) })
    expect(raw(0x1f)).toBe('CODEC_MALFORMED')
    expect(raw(0x18, 0x01)).toBe('CODEC_NOT_DETERMINISTIC')
    expect(raw(0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x01)).toBe('CODEC_KEY_REFUSED')
    expect(raw(...new Array(40).fill(0x81), 0x01)).toBe('CODEC_LIMIT')
  })

  test('what does not fit its schema is SCHEMA_REFUSED, with the fields', () => {
    const refused = new Gate({}, weather()).admit({ ...report, payload: { city: 'Llanfairpwll' } })
    expect(refused).toMatchObject({ code: 'SCHEMA_REFUSED', rejection: { issues: [{ path: 'city' }] } })
  })

  test('the handler gets what the schema puts out', () => {
    const transforming = defineProtocol({
      name: 'weather',
      messages: {
        report: message({
          payload: v.pipe(
            v.object({ city: v.string() }),
            v.transform(({ city }) => city),
          ),
        }),
      },
    })
    expect(new Gate({}, transforming.handler({})).admit(report)).toMatchObject({ message: { payload: 'Oslo' } })
  })

  test('an asynchronous schema is SCHEMA_ASYNC', () => {
    const slow = defineProtocol({
      name: 'weather',
      messages: {
        report: message({
          payload: v.pipeAsync(
            v.unknown(),
            v.checkAsync(async () => true),
          ),
        }),
      },
    })
    expect(new Gate({}, slow.handler({})).verdict(report)).toBe('SCHEMA_ASYNC')
  })

  test('a check of somebody’s own that throws costs the message and nothing more', () => {
    const check = (): never => {
      throw new Error('not foreseen')
    }
    const careless: ProtocolHandler = { ...open, messages: new Map([['t', { kind: 'message', check }]]) }
    expect(new Gate({}, careless).verdict({ protocol: 'open' })).toBe('SCHEMA_REFUSED')
  })
})

describe('the order of refusals', () => {
  test('each guard is asked before the dearer ones behind it', () => {
    let checks = 0
    const counting: ProtocolHandler = {
      ...open,
      messages: new Map([
        [
          't',
          {
            kind: 'request',
            bytesMax: 10,
            rate: { perSecond: 1, burst: 2 },
            check: () => {
              checks += 1
              return { ok: false, code: 'SCHEMA_REFUSED', issues: [] }
            },
          },
        ],
      ]),
    }
    const gate = new Gate({}, counting)
    gate.atWork = 2
    const everythingWrong = { protocol: 'open', raw: new Uint8Array(11).fill(0x1f), requestId: 1 }
    expect(gate.verdict({ ...everythingWrong, version: 2 })).toBe('PROTOCOL_VERSION')
    expect(gate.verdict({ ...everythingWrong, type: 'u' })).toBe('PROTOCOL_TYPE_UNKNOWN')
    expect(gate.verdict(everythingWrong)).toBe('MESSAGE_OVERSIZED')
    const small = { ...everythingWrong, raw: new Uint8Array(10).fill(0x1f) }
    expect(gate.verdict(small)).toBe('CODEC_MALFORMED')
    expect(checks).toBe(0)
    expect(gate.verdict({ ...small, raw: encode(1) })).toBe('SCHEMA_REFUSED')
    expect(gate.verdict({ ...small, raw: encode(1) })).toBe('RATE_EXCEEDED')
    expect(checks).toBe(1)
  })

  test('a request that finds no free place is REQUEST_LIMIT, and a message needs none', () => {
    const gate = new Gate({}, weather())
    gate.atWork = 2
    expect(gate.verdict(forecast)).toBe('REQUEST_LIMIT')
    expect(gate.verdict(report)).toBe('admitted')
  })
})
