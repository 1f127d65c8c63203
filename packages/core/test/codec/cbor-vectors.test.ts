import { describe, expect, test } from 'vitest'
import { decode, encode, fromHex, toHex } from './cbor-bytes.js'

// RFC 8949, appendix A: what lies in the subset, and below it what is valid CBOR but not the one form of its value.

const vectors: readonly (readonly [string, unknown])[] = [
  ['00', 0],
  ['01', 1],
  ['0a', 10],
  ['17', 23],
  ['1818', 24],
  ['1819', 25],
  ['1864', 100],
  ['1903e8', 1_000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['1bffffffffffffffff', 18_446_744_073_709_551_615n],
  ['c249010000000000000000', 18_446_744_073_709_551_616n],
  ['3bffffffffffffffff', -18_446_744_073_709_551_616n],
  ['c349010000000000000000', -18_446_744_073_709_551_617n],
  ['20', -1],
  ['29', -10],
  ['3863', -100],
  ['3903e7', -1_000],
  ['f98000', -0],
  ['fb3ff199999999999a', 1.1],
  ['f93e00', 1.5],
  ['fa7f7fffff', 3.4028234663852886e38],
  ['fb7e37e43c8800759c', 1e300],
  ['f90001', 2 ** -24],
  ['f90400', 2 ** -14],
  ['fbc010666666666666', -4.1],
  ['f97c00', Number.POSITIVE_INFINITY],
  ['f97e00', Number.NaN],
  ['f9fc00', Number.NEGATIVE_INFINITY],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['f7', undefined],
  ['40', new Uint8Array(0)],
  ['4401020304', Uint8Array.of(1, 2, 3, 4)],
  ['60', ''],
  ['6161', 'a'],
  ['6449455446', 'IETF'],
  ['62225c', '"\\'],
  ['62c3bc', '\u00fc'],
  ['63e6b0b4', '\u6c34'],
  ['64f0908591', '\ud800\udd51'],
  ['80', []],
  ['83010203', [1, 2, 3]],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  [
    '98190102030405060708090a0b0c0d0e0f101112131415161718181819',
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25],
  ],
  ['a0', {}],
  ['a26161016162820203', { a: 1, b: [2, 3] }],
  ['826161a161626163', ['a', { b: 'c' }]],
  ['a56161614161626142616361436164614461656145', { a: 'A', b: 'B', c: 'C', d: 'D', e: 'E' }],
]

const refused: readonly (readonly [string, string])[] = [
  ['0.0 as a float', 'f90000'],
  ['1.0 as a float', 'f93c00'],
  ['65504.0 as a float', 'f97bff'],
  ['-4.0 as a float', 'f9c400'],
  ['100000.0 as a float', 'fa47c35000'],
  ['infinity in 32 bits', 'fa7f800000'],
  ['NaN in 32 bits', 'fa7fc00000'],
  ['minus infinity in 32 bits', 'faff800000'],
  ['infinity in 64 bits', 'fb7ff0000000000000'],
  ['NaN in 64 bits', 'fb7ff8000000000000'],
  ['an indefinite byte string', '5f42010243030405ff'],
  ['an indefinite text', '7f657374726561646d696e67ff'],
  ['an indefinite array', '9fff'],
  ['an indefinite map', 'bf61610161629f0203ffff'],
  ['an indefinite array within an array', '83018202039f0405ff'],
]

describe('the vectors of RFC 8949, appendix A', () => {
  test.each(vectors)('%s is read and made', (hex, value) => {
    expect(toHex(encode(value))).toBe(hex)
    expect(decode(hex)).toStrictEqual({ ok: true, value })
  })

  test.each(refused)('%s is refused: %s', (_name, hex) => {
    expect(decode(hex)).toEqual({ ok: false, code: 'CODEC_NOT_DETERMINISTIC' })
  })

  test.each([
    ['an integer key', 'a201020304', 'CODEC_KEY_REFUSED'],
    ['a date', 'c11a514b67b0', 'CODEC_MALFORMED'],
    ['a URI', 'd82076687474703a2f2f7777772e6578616d706c652e636f6d', 'CODEC_MALFORMED'],
    ['simple(16)', 'f0', 'CODEC_MALFORMED'],
    ['simple(255)', 'f8ff', 'CODEC_MALFORMED'],
  ])('%s is outside the subset: %s', (_name, hex, code) => {
    expect(decode(hex)).toEqual({ ok: false, code })
  })

  test.each(vectors)('%s is truncated wherever it is cut', (hex) => {
    const bytes = fromHex(hex)
    for (let end = 0; end < bytes.length; end += 1) {
      expect(decode(bytes.subarray(0, end))).toEqual({ ok: false, code: 'CODEC_MALFORMED' })
    }
  })
})
