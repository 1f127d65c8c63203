import { describe, expect, test } from 'vitest'
import {
  decodeEnvelope,
  encodeCancel,
  encodeGoodbye,
  encodeHello,
  encodeName,
  encodeReject,
  encodeReplyHead,
  encodeRequestHead,
} from '../../src/flow/envelope.js'
import { FrameReader, frameKind } from '../../src/flow/frames.js'
import { InboundNames } from '../../src/flow/name-table.js'
import { encode } from '../codec/cbor-bytes.js'
import { bodyOf, plaintextOf, type RawFrame } from '../fake-peer.js'
import { recordOf } from '../fake-record.js'

const refused = { ok: false, code: 'ENVELOPE_MALFORMED' }

function decode(raw: RawFrame, names = new InboundNames(4)) {
  const reader = new FrameReader(100_000)
  reader.enter(recordOf(plaintextOf(raw)))
  const frame = reader.next()
  if (frame === undefined || !frame.ok) throw new Error('no frame')
  return decodeEnvelope(frame, names)
}

const hello = (protocols: unknown): RawFrame => [frameKind.hello, encode({ protocols })]

describe('names', () => {
  const declare = (names: InboundNames, id: number, type = 'type', protocol = 'protocol', version = 1): unknown =>
    decode([frameKind.name, (writer) => encodeName(writer, id, protocol, version, type)], names)
  const message = (names: InboundNames, id: number): unknown =>
    decode([frameKind.message, Uint8Array.of(id >> 8, id, 1)], names)

  test('a declared name is found by its id', () => {
    const names = new InboundNames(4)
    expect(declare(names, 0, 'first')).toMatchObject({ ok: true, kind: 'name' })
    expect(declare(names, 1, 'second', 'other', 65_535)).toMatchObject({ ok: true })
    expect(message(names, 1)).toMatchObject({ ok: true, name: { protocol: 'other', version: 65_535, type: 'second' } })
  })

  test('ids are given in order: none is skipped, and none is given twice', () => {
    const names = new InboundNames(4)
    expect(declare(names, 1)).toEqual(refused)
    declare(names, 0)
    expect(declare(names, 0)).toEqual(refused)
    expect(declare(names, 2)).toEqual(refused)
    expect(declare(names, 1)).toMatchObject({ ok: true })
  })

  test('a full table takes no more', () => {
    const names = new InboundNames(2)
    declare(names, 0)
    declare(names, 1)
    expect(declare(names, 2)).toEqual(refused)
  })

  test('an id that was not declared is refused', () => {
    expect(message(new InboundNames(4), 0)).toEqual(refused)
    expect(decode([frameKind.request, (writer) => encodeRequestHead(writer, 9, 1, 1, 1)])).toEqual(refused)
  })

  test('only names and versions that could be registered are taken', () => {
    for (const bad of ['', '.x', 'a b', 'ä', 'x'.repeat(65), 'x\0']) {
      expect(declare(new InboundNames(4), 0, bad)).toEqual(refused)
      expect(declare(new InboundNames(4), 0, 'type', bad)).toEqual(refused)
    }
    expect(declare(new InboundNames(4), 0, 'type', 'protocol', 0)).toEqual(refused)
  })

  test('a name whose length points past its end is refused', () => {
    expect(decode([frameKind.name, Uint8Array.of(0, 0, 0, 1, 255, 97, 97)])).toEqual(refused)
    expect(decode([frameKind.name, Uint8Array.of(0, 0, 0, 1)])).toEqual(refused)
  })
})

describe('requests and their answers', () => {
  test('request id 0 is refused: it stands for no request', () => {
    const names = new InboundNames(4)
    names.declare(0, 'p', 1, 't')
    const request = (id: number): RawFrame => [frameKind.request, (writer) => encodeRequestHead(writer, 0, 1, id, 5)]
    expect(decode(request(0), names)).toEqual(refused)
    expect(decode(request(1), names)).toMatchObject({ ok: true, id: 1, allowance: 5 })
    expect(decode(request(0xffff_ffff), names)).toMatchObject({ ok: true, id: 0xffff_ffff })
  })

  test('a body that is too short for its kind is refused', () => {
    const names = new InboundNames(4)
    names.declare(0, 'p', 1, 't')
    const shortest: Readonly<Record<number, number>> = {
      [frameKind.message]: 3,
      [frameKind.request]: 11,
      [frameKind.reply]: 5,
      [frameKind.cancel]: 4,
    }
    for (const [kind, bytes] of Object.entries(shortest)) {
      const body = new Uint8Array(bytes).fill(0)
      if (Number(kind) === frameKind.request) body[6] = 1
      expect(decode([Number(kind), body], names)).toMatchObject({ ok: true })
      expect(decode([Number(kind), body.subarray(1)], names)).toEqual(refused)
    }
    expect(decode([frameKind.reject, new Uint8Array(4)])).toEqual(refused)
  })

  test('what has no body must have none', () => {
    for (const kind of [frameKind.ping, frameKind.rekey]) {
      expect(decode([kind])).toMatchObject({ ok: true })
      expect(decode([kind, Uint8Array.of(0)])).toEqual(refused)
    }
    expect(decode([frameKind.cancel, new Uint8Array(5)])).toEqual(refused)
  })

  test('an unknown kind is refused', () => {
    for (const kind of [0, 100, 127, 255]) expect(decode([kind])).toEqual(refused)
  })

  test('a rejection keeps what is well-formed and drops the rest', () => {
    const reject = (body: unknown): unknown => decode([frameKind.reject, Uint8Array.of(0, 0, 0, 7, ...encode(body))])
    expect(reject({ code: 'X', reason: 5, detail: 'x'.repeat(257), retryAfterMs: -3, issues: 'no' })).toEqual({
      ok: true,
      kind: 'reject',
      requestId: 7,
      rejection: { code: 'X', retryAfterMs: 0 },
    })
    const issues = Array.from({ length: 20 }, (_, index) => ({ path: `${index}`, message: 'm' }))
    expect(reject({ code: 'X', issues: [null, { path: 1 }, ...issues] })).toMatchObject({
      rejection: { issues: issues.slice(0, 6) },
    })
    for (const bad of [{}, { code: 1 }, { code: 'x'.repeat(257) }, [], 'code', null]) {
      expect(reject(bad)).toEqual(refused)
    }
  })

  test('a rejection is cut to what may travel, whatever somebody put into it', () => {
    // A handler may echo what its peer wrote: the cut falls between the halves of an emoji.
    const emoji = '\u{1f600}'
    for (const text of [`x${emoji.repeat(200)}`, emoji.repeat(200), '\ud83d', `${'ä'.repeat(5_000)}`]) {
      const issues = Array.from({ length: 100 }, () => ({ path: text, message: text }))
      const rejection = { code: text, reason: text, detail: text, retryAfterMs: 1, issues }
      const decoded = decode([frameKind.reject, (writer) => encodeReject(writer, 3, rejection)])
      if (!decoded.ok || decoded.kind !== 'reject') throw new Error('refused')
      const fitted = decoded.rejection
      expect(Object.keys(fitted).sort()).toEqual(['code', 'detail', 'issues', 'reason', 'retryAfterMs'])
      expect(fitted.issues).toHaveLength(8)
      expect(fitted.detail?.slice(0, 255)).toBe(text.replace(/\p{Cs}/gu, '\ufffd').slice(0, 255))
    }
  })

  test('a reply and a cancellation say which request they mean', () => {
    expect(decode([frameKind.reply, (writer) => encodeReplyHead(writer, 0x8000_0001, 1)])).toMatchObject({
      requestId: 0x8000_0001,
      codecId: 1,
    })
    expect(decode([frameKind.cancel, (writer) => encodeCancel(writer, 0xffff_fffe)])).toMatchObject({
      requestId: 0xffff_fffe,
    })
  })
})

describe('hello', () => {
  const protocols = (count: number): unknown => Array.from({ length: count }, (_, index) => [`p${index}`, [1]])

  test('an offer comes back as it went', () => {
    const offer = new Map([
      ['chat', [1, 2, 65_535]],
      ['a/b.c:d-e', [7]],
    ])
    expect(decode([frameKind.hello, (writer) => encodeHello(writer, offer)])).toEqual({
      ok: true,
      kind: 'hello',
      offer,
    })
  })

  test('an offer of nothing is one', () => {
    expect(decode(hello([]))).toMatchObject({ ok: true })
  })

  test('256 protocols of 16 versions are taken, and one more of either is not', () => {
    const versions = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)
    expect(decode(hello(protocols(256)))).toMatchObject({ ok: true })
    expect(decode(hello(protocols(257)))).toEqual(refused)
    expect(decode(hello([['p', versions(16)]]))).toMatchObject({ ok: true })
    expect(decode(hello([['p', versions(17)]]))).toEqual(refused)
    expect(decode(hello(Array.from({ length: 256 }, (_, index) => [`p${index}`, versions(16)])))).toMatchObject({
      ok: true,
    })
  })

  test('bad names, repeated protocols, and versions that are unsorted, repeated, missing or impossible are refused', () => {
    const bad: readonly unknown[] = [
      [['', [1]]],
      [['ä', [1]]],
      [[5, [1]]],
      [['x'.repeat(65), [1]]],
      [
        ['p', [1]],
        ['p', [2]],
      ],
      [['p', [2, 1]]],
      [['p', [1, 1]]],
      [['p', []]],
      [['p', [0]]],
      [['p', [65_536]]],
      [['p', [1.5]]],
      [['p', ['1']]],
      [['p', [1n]]],
      [['p', 1]],
      [['p']],
      [null],
      ['p'],
      { p: [1] },
      null,
      'p',
    ]
    for (const each of bad) expect(decode(hello(each)), JSON.stringify(each, showBigint)).toEqual(refused)
  })

  test('what is no object of protocols is refused, and so is a huge count before few bytes', () => {
    for (const body of [encode([]), encode({}), encode(5), new Uint8Array(0), Uint8Array.of(0xa1)]) {
      expect(decode([frameKind.hello, body])).toEqual(refused)
    }
    const huge = bodyOf((writer) => {
      writer.u8(0xa1)
      writer.u8(0x69)
      writer.utf8('protocols')
      writer.u8(0x9a)
      writer.u32(0xffff_ffff)
    })
    expect(decode([frameKind.hello, huge])).toEqual(refused)
  })
})

describe('goodbye', () => {
  test('a reason comes back as it went', () => {
    const reason = { code: 'PEER_DISCONNECTED', detail: 'see you' }
    expect(decode([frameKind.goodbye, (writer) => encodeGoodbye(writer, reason)])).toMatchObject({ reason })
    expect(decode([frameKind.goodbye, (writer) => encodeGoodbye(writer, { code: 'X' })])).toMatchObject({
      reason: { code: 'X' },
    })
  })

  test('a long reason is cut, even between the halves of an emoji', () => {
    const detail = `x${'\u{1f600}'.repeat(300)}`
    const decoded = decode([frameKind.goodbye, (writer) => encodeGoodbye(writer, { code: 'X', detail })])
    if (!decoded.ok || decoded.kind !== 'goodbye') throw new Error('refused')
    expect(decoded.reason.detail).toHaveLength(256)
  })

  test('a reason without a code is refused, and an oversized detail is dropped', () => {
    for (const body of [{}, { detail: 'x' }, { code: null }, { code: 'x'.repeat(257) }, []]) {
      expect(decode([frameKind.goodbye, encode(body)])).toEqual(refused)
    }
    expect(decode([frameKind.goodbye, encode({ code: 'X', detail: 'x'.repeat(257) })])).toMatchObject({
      reason: { code: 'X' },
    })
  })
})

const showBigint = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value)
