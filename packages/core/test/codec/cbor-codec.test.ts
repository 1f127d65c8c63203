import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../src/bytes/byte-writer.js'
import { createCborCodec } from '../../src/codec/cbor-codec.js'
import { decode, encode, fromHex, toHex } from './cbor-bytes.js'

const roundTrip = (value: unknown) => {
  const decoded = decode(encode(value))
  if (!decoded.ok) throw new Error(decoded.code)
  return decoded.value
}

const codeOf = (value: unknown, codec = createCborCodec()) => {
  try {
    encode(value, codec)
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}

class Money {
  readonly cents = 5
}

describe('what the encoder carries', () => {
  test('numbers and bigints keep their type, whatever their value', () => {
    const safe = Number.MAX_SAFE_INTEGER
    for (const value of [0, 1, -1, safe, -safe, safe + 1, -safe - 1, 2 ** 64, -(2 ** 64), 0.1, 2 ** -1074]) {
      expect(roundTrip(value)).toBe(value)
    }
    for (const edge of [0n, 1n, 255n, 256n, 1n << 53n, (1n << 53n) - 1n, (1n << 63n) + 1n, 1n << 64n, 1n << 200n]) {
      for (const value of [edge, -edge, edge - 1n, -edge - 1n]) expect(roundTrip(value)).toBe(value)
    }
  })

  test('bigints take the form that their size asks for', () => {
    expect(toHex(encode(0n))).toBe('c240')
    expect(toHex(encode(-1n))).toBe('c340')
    expect(toHex(encode(256n))).toBe('c2420100')
    expect(toHex(encode(2n ** 53n))).toBe('1b0020000000000000')
    expect(toHex(encode(-(2n ** 53n)))).toBe('3b001fffffffffffff')
  })

  test('floats take the fewest bytes that keep them', () => {
    expect(toHex(encode(21.5))).toBe('f94d60')
    expect(toHex(encode(-0))).toBe('f98000')
    expect(toHex(encode(2 ** -25))).toBe('fa33000000')
    expect(toHex(encode(0.5 + 2 ** -11))).toBe('f93801')
    expect(toHex(encode(0.5 + 2 ** -12))).toBe('fa3f001000')
    expect(toHex(encode(2 ** 60))).toBe('fa5d800000')
    expect(toHex(encode(0.1))).toBe('fb3fb999999999999a')
  })

  test('strings of every length and script come back', () => {
    for (const length of [0, 1, 23, 24, 31, 32, 33, 255, 256, 65_536]) {
      for (const character of ['x', 'é', '語', '😀', '\ufeff', '\0']) {
        const text = character.repeat(length)
        expect(roundTrip(text)).toBe(text)
      }
    }
  })

  test('keys are put in the order of their encodings', () => {
    const value = { é: 1, aa: 1, z: 1, a: 1, '': 1, 10: 1, 9: 1 }
    expect(Object.keys(Object(roundTrip(value)))).toEqual(['9', '10', '', 'a', 'z', 'aa', 'é'])
    expect(toHex(encode(value))).toBe('a76001613901616101617a01623130016261610162c3a901')
  })

  test('keys are ordered the same whether few or many', () => {
    const names = Array.from({ length: 200 }, (_, index) => `key ${(index * 7_919) % 200}`)
    const forwards = Object.fromEntries(names.map((name) => [name, 1]))
    const backwards = Object.fromEntries(names.reverse().map((name) => [name, 1]))
    expect(encode(forwards)).toEqual(encode(backwards))
    expect(roundTrip(forwards)).toEqual(forwards)
  })

  test('properties that are undefined are left out, elements are kept', () => {
    expect(toHex(encode({ a: undefined, b: 1 }))).toBe('a1616201')
    expect(roundTrip([undefined, null])).toEqual([undefined, null])
  })

  test('a Buffer is bytes, and comes back as a plain Uint8Array', () => {
    const decoded = decode(Buffer.from(encode(Buffer.from('abc'))))
    expect(decoded).toStrictEqual({ ok: true, value: Uint8Array.of(97, 98, 99) })
    expect(decoded.ok && Buffer.isBuffer(decoded.value)).toBe(false)
  })

  test('bytes are copied out, so that a packet can be reused', () => {
    const packet = fromHex('43010203')
    const decoded = decode(packet)
    packet.fill(0)
    expect(decoded).toEqual({ ok: true, value: Uint8Array.of(1, 2, 3) })
  })

  test('an object without a prototype is plain', () => {
    const value: unknown = Object.assign(Object.create(null), { a: 1 })
    expect(roundTrip(value)).toEqual({ a: 1 })
  })

  test('an object that is there twice is no cycle', () => {
    const shared = { a: 1 }
    expect(roundTrip([shared, shared])).toEqual([{ a: 1 }, { a: 1 }])
  })

  test('it appends, and takes everything back when it throws', () => {
    const writer = new ByteWriter()
    writer.u8(9)
    createCborCodec().encode(1, writer)
    expect(() => createCborCodec().encode([1, 2, () => 3], writer)).toThrow()
    expect([...writer.view()]).toEqual([9, 1])
  })

  test('more distinct keys than are remembered change nothing', () => {
    const codec = createCborCodec()
    for (let index = 0; index < 3_000; index += 1) {
      const value = { [`key ${index}`]: index, [`${index} 語`]: true }
      expect(decode(encode(value, codec), codec)).toEqual({ ok: true, value })
    }
  })
})

describe('what the encoder refuses', () => {
  const cycle: unknown[] = []
  cycle.push([cycle])
  const ring: Record<string, unknown> = {}
  ring['ring'] = ring
  const doubled = Array.from({ length: 30 }).reduce<unknown>((inner) => [inner, inner], 1)

  test.each<[string, unknown]>([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a symbol key', { [Symbol('s')]: 1 }],
    ['a class instance', new Money()],
    ['an object made from another', Object.create({ a: 1 })],
    ['a Map', new Map()],
    ['a Set', new Set()],
    ['a Date', new Date(0)],
    ['a RegExp', /a/],
    ['an Error', new Error('e')],
    ['a promise', Promise.resolve()],
    ['a boxed number', Object(1)],
    ['other typed arrays', new Uint16Array(1)],
    ['an ArrayBuffer', new ArrayBuffer(1)],
    ['a hole', new Array(1)],
    ['half a surrogate pair', 'a\ud800'],
    ['the other half', '\udc00a'],
    ['half a pair after much ASCII', `${'x'.repeat(200)}\ud800`],
    ['half a pair in a key', { '\ud800': 1 }],
    ['__proto__ as a key', JSON.parse('{"__proto__":1}')],
    ['a function deep within', { a: [{ b: () => 1 }] }],
    ['a bigint without measure', 1n << 9_000n],
    ['a cycle of arrays', cycle],
    ['a cycle of objects', ring],
    ['a doubling that is small in memory alone', doubled],
  ])('%s', (_name, value) => {
    expect(codeOf(value)).toBe('CODEC_VALUE_UNSUPPORTED')
  })

  test('what goes past the caps', () => {
    expect(codeOf([[[]]], createCborCodec({ depthMax: 3 }))).toBe(undefined)
    expect(codeOf([[[]]], createCborCodec({ depthMax: 2 }))).toBe('CODEC_VALUE_UNSUPPORTED')
    expect(codeOf([1, { a: 1 }], createCborCodec({ itemsMax: 3 }))).toBe(undefined)
    expect(codeOf([1, { a: 1 }], createCborCodec({ itemsMax: 2 }))).toBe('CODEC_VALUE_UNSUPPORTED')
    const short = createCborCodec({ stringBytesMax: 3 })
    for (const value of ['abc', 'é', new Uint8Array(3), { abc: 1 }]) expect(codeOf(value, short)).toBe(undefined)
    for (const value of ['abcd', 'éé', new Uint8Array(4), { abcd: 1 }, { éé: 1 }]) {
      expect(codeOf(value, short)).toBe('CODEC_VALUE_UNSUPPORTED')
    }
  })

  test('the outermost value tells whether the codec is the one for it', () => {
    const { accepts } = createCborCodec()
    for (const value of [null, undefined, true, 1, 1n, 'a', new Uint8Array(0), [], {}])
      expect(accepts(value)).toBe(true)
    for (const value of [() => 1, Symbol('s'), new Map(), new Money(), new Date(0)]) expect(accepts(value)).toBe(false)
  })
})

describe('objects that strangers name the keys of', () => {
  test('keys that every object inherits become properties of its own', () => {
    const names = Object.getOwnPropertyNames(Object.prototype).filter((name) => name !== '__proto__')
    const value = Object.fromEntries(names.map((name) => [name, name]))
    const decoded = Object(roundTrip(value))
    for (const name of names) {
      expect(Object.getOwnPropertyDescriptor(decoded, name)).toEqual({
        value: name,
        enumerable: true,
        writable: true,
        configurable: true,
      })
    }
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype)
    expect({}.toString).toBe(Object.prototype.toString)
  })

  test('a constructor with a prototype within pollutes nothing', () => {
    const decoded = roundTrip({ constructor: { prototype: { polluted: true } } })
    expect(decoded).toEqual({ constructor: { prototype: { polluted: true } } })
    expect('polluted' in {}).toBe(false)
  })

  test('a getter is read once, as JSON reads it', () => {
    let reads = 0
    const value = {
      get now() {
        reads += 1
        return reads
      },
    }
    expect(roundTrip(value)).toEqual({ now: 1 })
    expect(reads).toBe(1)
  })

  test('a setter that somebody put on Object.prototype is not called', () => {
    let calls = 0
    Object.defineProperty(Object.prototype, 'trap', { set: () => (calls += 1), configurable: true })
    try {
      const decoded = decode('a1647472617001')
      expect(decoded.ok && Object.getOwnPropertyDescriptor(decoded.value, 'trap')?.value).toBe(1)
      expect(calls).toBe(0)
    } finally {
      Reflect.deleteProperty(Object.prototype, 'trap')
    }
  })

  test('keys that look like indices are keys', () => {
    const value = { 0: 'a', 10: 'b', '007': 'e', 4294967295: 'c', '-1': 'd', length: 5 }
    const decoded = Object(roundTrip(value))
    expect(decoded).toStrictEqual(value)
    expect(Object.getOwnPropertyDescriptor(decoded, '10')).toEqual({
      value: 'b',
      enumerable: true,
      writable: true,
      configurable: true,
    })
  })

  test('keys that look like indices cost no memory for the indices below them', () => {
    const bytes = encode(Array.from({ length: 20_000 }, () => ({ 1000: 0 })))
    const before = process.memoryUsage().heapUsed
    const decoded = decode(bytes)
    const grown = process.memoryUsage().heapUsed - before
    expect(decoded.ok).toBe(true)
    // As arrays they would take 240 MB.
    expect(grown).toBeLessThan(80_000_000)
  })
})
