import { describe, expect, test } from 'vitest'
import { createCborCodec } from '../../src/codec/cbor-codec.js'
import { decode, encode, fromHex } from './cbor-bytes.js'

const malformed: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['a second item', '0000'],
  ['a byte after an object', 'a000'],
  ['a reserved length', '1c'],
  ['an indefinite integer', '1f'],
  ['an indefinite tag', 'df00'],
  ['a break by itself', 'ff'],
  ['a reserved simple value', 'fc'],
  ['a simple value in two bytes', 'f814'],
  ['an unknown tag', 'c000'],
  ['a bignum of text', 'c26101'],
  ['a bignum of nothing', 'c2'],
  ['text that is no UTF-8', '62c328'],
  ['half a surrogate pair', '63eda080'],
  ['a key that is no UTF-8', 'a162c32800'],
  ['a string longer than the bytes', '5903e800'],
  ['an array longer than the bytes', '8200'],
  ['a map longer than the bytes', 'a2616100'],
  ['a key without its value', 'a16161'],
]

const notDeterministic: readonly (readonly [string, string])[] = [
  ['23 in two bytes', '1817'],
  ['255 in three bytes', '1900ff'],
  ['65535 in five bytes', '1a0000ffff'],
  ['4294967295 in nine bytes', '1b00000000ffffffff'],
  ['-24 in two bytes', '3817'],
  ['-4294967296 in nine bytes', '3b00000000ffffffff'],
  ['a text length in two bytes', '780161'],
  ['a byte string length in nine bytes', '5b000000000000000100'],
  ['an array count in three bytes', '99000100'],
  ['a map count in two bytes', 'b80100'],
  ['a key length in two bytes', 'a178016100'],
  ['a tag in two bytes', 'd80240'],
  ['a half float in 32 bits', 'fa3fc00000'],
  ['a single float in 64 bits', 'fb3ff8000000000000'],
  ['a subnormal half in 32 bits', 'fa33800000'],
  ['a NaN with a payload', 'f97e01'],
  ['a negative NaN', 'f9fe00'],
  ['a signalling NaN in 64 bits', 'fb7ff0000000000001'],
  ['minus zero in 64 bits', 'fb8000000000000000'],
  ['an integer in 64 float bits', 'fb4330000000000000'],
  ['shorter keys after longer ones', 'a262616100616200'],
  ['keys out of order', 'a2616200616100'],
  ['keys out of order far down', 'a2646161616200646161616100'],
  ['a property that is undefined', 'a16161f7'],
  ['a bignum with a leading zero', 'c24200ff'],
  ['a bignum for a 64-bit integer beyond the safe ones', 'c24720000000000000'],
  ['a bignum for 2^64 - 1', 'c248ffffffffffffffff'],
  ['a negative bignum for -2^64', 'c348ffffffffffffffff'],
  ['an indefinite key', 'a17f6161ff00'],
]

const keyRefused: readonly (readonly [string, string])[] = [
  ['a repeated key', 'a2616100616101'],
  ['a repeated empty key', 'a260006001'],
  ['a number as a key', 'a10000'],
  ['bytes as a key', 'a1416100'],
  ['null as a key', 'a1f600'],
  ['__proto__', 'a1695f5f70726f746f5f5fa0'],
  ['__proto__ with null', 'a1695f5f70726f746f5f5ff6'],
  ['__proto__ further down', '81a1616181a1695f5f70726f746f5f5fa0'],
]

describe('what the decoder refuses', () => {
  test.each(malformed)('%s is malformed: %s', (_name, hex) => {
    expect(decode(hex)).toEqual({ ok: false, code: 'CODEC_MALFORMED' })
  })

  test.each(notDeterministic)('%s is not deterministic: %s', (_name, hex) => {
    expect(decode(hex)).toEqual({ ok: false, code: 'CODEC_NOT_DETERMINISTIC' })
  })

  test.each(keyRefused)('%s is no key: %s', (_name, hex) => {
    expect(decode(hex)).toEqual({ ok: false, code: 'CODEC_KEY_REFUSED' })
  })

  test('the same key is refused however often its text was seen before', () => {
    const good = encode({ a: 1, b: 2 })
    for (let round = 0; round < 3; round += 1) {
      expect(decode(good)).toEqual({ ok: true, value: { a: 1, b: 2 } })
      expect(decode('a2616100616101')).toEqual({ ok: false, code: 'CODEC_KEY_REFUSED' })
    }
  })
})

describe('the caps of the decoder', () => {
  const limit = { ok: false, code: 'CODEC_LIMIT' }

  test.each([
    '9bffffffffffffffff',
    '9b0000000100000000',
    'bbffffffffffffffff',
    '9affffffff',
    'baffffffff',
    '9a00010001',
  ])('a count of items that is only claimed costs nothing: %s', (hex) => {
    expect(decode(hex)).toEqual(limit)
  })

  test.each(['5bffffffffffffffff', '7bffffffffffffffff', '5affffffff', '7a00100001', 'a17affffffff'])(
    'a string length that is only claimed costs nothing: %s',
    (hex) => {
      expect(decode(hex)).toEqual(limit)
    },
  )

  test('items are counted over the whole payload, elements and properties alike', () => {
    const codec = createCborCodec({ itemsMax: 5 })
    const fits = { a: [1, 2, 3], b: 4 }
    expect(decode(encode(fits), codec)).toEqual({ ok: true, value: fits })
    expect(decode(encode({ a: [1, 2, 3], b: [4] }), codec)).toEqual(limit)
  })

  test('nesting has an end', () => {
    const codec = createCborCodec({ depthMax: 3 })
    expect(decode('818180', codec)).toEqual({ ok: true, value: [[[]]] })
    expect(decode('81818180', codec)).toEqual(limit)
    expect(decode('8181a1616180', codec)).toEqual(limit)
    expect(decode(new Uint8Array(100_000).fill(0x81))).toEqual(limit)
    expect(decode(fromHex('a16161'.repeat(10_000)))).toEqual(limit)
  })

  test('nothing may nest where the depth is zero', () => {
    const codec = createCborCodec({ depthMax: 0 })
    expect(decode('01', codec)).toEqual({ ok: true, value: 1 })
    expect(decode('80', codec)).toEqual(limit)
  })

  test('strings, byte strings and keys have a length', () => {
    const codec = createCborCodec({ stringBytesMax: 3 })
    expect(decode(encode({ abc: ['abc', Uint8Array.of(1, 2, 3)] }), codec).ok).toBe(true)
    for (const value of ['abcd', 'éé', new Uint8Array(4), { abcd: 1 }]) {
      expect(decode(encode(value), codec)).toEqual(limit)
    }
  })

  test('a bigint has a size', () => {
    const codec = createCborCodec()
    expect(decode(`c2590400${'ff'.repeat(1_024)}`, codec).ok).toBe(true)
    expect(decode(`c2590401${'ff'.repeat(1_025)}`, codec)).toEqual(limit)
  })

  test('a cap that is none is misuse', () => {
    for (const depthMax of [-1, 1.5, 257, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => createCborCodec({ depthMax })).toThrow(TypeError)
    }
    expect(() => createCborCodec({ itemsMax: -1 })).toThrow(TypeError)
    expect(() => createCborCodec({ stringBytesMax: 2 ** 33 })).toThrow(TypeError)
  })
})
