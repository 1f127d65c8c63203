import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { importKey, openKey, peerIdOfSealed } from '../../src/keystore/kept-key.js'
import { decodeKeyFile, encodeKeyFile, type KeyFile } from '../../src/keystore/key-file.js'
import { secp256k1 } from '../../src/secp256k1/secp256k1.js'
import { codeOf } from '../expect-failure.js'
import { forge, passphrase, quick, readJson } from './key-texts.js'

const full = process.env['RONDO_TIER'] === 'full'
const refusals = ['KEYSTORE_MALFORMED', 'KEYSTORE_VERSION']

const secret = Uint8Array.from({ length: 32 }, (_, index) => 200 - index)
const sealed = await importKey(secret).seal(passphrase, quick)
const { file } = ((reading) => {
  if (!reading.ok) throw new Error(reading.code)
  return reading
})(decodeKeyFile(sealed))

/** The code that a text is refused with. */
function refusalOf(text: unknown): string | undefined {
  const reading = decodeKeyFile(text)
  return reading.ok ? undefined : reading.code
}

const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const anyFile = fc.record<KeyFile>({
  peerId: fc.constant(file.peerId),
  cost: fc.record({
    n: fc.integer({ min: 10, max: 31 }).map((power) => 2 ** power),
    r: fc.integer({ min: 1, max: 0xffff_ffff }),
    p: fc.integer({ min: 1, max: 0xffff_ffff }),
  }),
  salt: exactly(16),
  nonce: exactly(24),
  sealed: exactly(48),
})

test('every file that is written is read', () => {
  fc.assert(
    fc.property(anyFile, (each) => {
      expect(decodeKeyFile(encodeKeyFile(each))).toEqual({ ok: true, file: each })
    }),
  )
})

test('every secret that is sealed is opened, by its passphrase only', async () => {
  const suites = [undefined, secp256k1()]
  const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(exactly(32), fc.constantFrom(...suites), words, words, async (bytes, suite, right, wrong) => {
      fc.pre(right.normalize('NFKC') !== wrong.normalize('NFKC') && suite?.isSecret(bytes) !== false)
      const key = importKey(bytes, { suite })
      const text = await key.seal(right, quick)
      expect((await openKey(text, right, { suites: [secp256k1()] })).exportSecret()).toEqual(bytes)
      expect(await codeOf(openKey(text, wrong, { suites: [secp256k1()] }))).toBe('KEYSTORE_PASSPHRASE')
    }),
    { numRuns: full ? 300 : 10 },
  )
})

describe('damage is told from a wrong passphrase', () => {
  test('in any one bit of the text', () => {
    const compact = JSON.stringify(readJson(sealed))
    const bytes = new TextEncoder().encode(compact)
    expect(refusalOf(compact)).toBeUndefined()
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = bytes.with(bit >> 3, bytes[bit >> 3]! ^ (1 << (bit & 7)))
      expect(refusals).toContain(refusalOf(new TextDecoder().decode(flipped)))
    }
  })

  test('in any character but white space, wherever it is cut, and whatever is put in', () => {
    const at = fc.nat({ max: sealed.length })
    fc.assert(
      fc.property(at, fc.nat({ max: 3 }), fc.string({ unit: 'binary', maxLength: 3 }), (start, length, put) => {
        const changed = sealed.slice(0, start) + put + sealed.slice(start + length)
        fc.pre(changed.replace(/\s/g, '') !== sealed.replace(/\s/g, ''))
        expect(refusals).toContain(refusalOf(changed))
      }),
      { numRuns: full ? 20_000 : 1_000 },
    )
    for (let length = 0; length < sealed.length - 2; length += 1) {
      expect(refusalOf(sealed.slice(0, length))).toBe('KEYSTORE_MALFORMED')
    }
  })

  test('but white space is no damage: wrapped lines, a byte order mark, Windows', () => {
    for (const text of [
      JSON.stringify(readJson(sealed)),
      `\ufeff${sealed.replaceAll('\n', '\r\n')}\r\n`,
      sealed.replace(/(.{40})/g, '$1\n'),
    ]) {
      expect(decodeKeyFile(text)).toEqual({ ok: true, file })
    }
  })
})

test.each<[string, unknown, string]>([
  ['nothing', '', 'KEYSTORE_MALFORMED'],
  ['not text', undefined, 'KEYSTORE_MALFORMED'],
  ['a number', 7, 'KEYSTORE_MALFORMED'],
  ['null', 'null', 'KEYSTORE_MALFORMED'],
  ['a list', '[]', 'KEYSTORE_MALFORMED'],
  ['deep nesting', '['.repeat(4_000), 'KEYSTORE_MALFORMED'],
  ['far too long', ' '.repeat(10_000_000), 'KEYSTORE_MALFORMED'],
  ['a later version', '{"rondoKey":2,"whatever":true}', 'KEYSTORE_VERSION'],
  ['version 0', forge({ ...readJson(sealed), rondoKey: 0 }), 'KEYSTORE_MALFORMED'],
  ['a version that is a text', forge({ ...readJson(sealed), rondoKey: '1' }), 'KEYSTORE_MALFORMED'],
  ['another field', forge({ ...readJson(sealed), ...{ note: 'mine' } }), 'KEYSTORE_MALFORMED'],
  ['a field twice', forge(readJson(sealed)).replace('{', '{"rondoKey":1,'), 'KEYSTORE_MALFORMED'],
  ['a number written otherwise', forge(readJson(sealed)).replace('1024', '1.024e3'), 'KEYSTORE_MALFORMED'],
  ['__proto__', forge(readJson(sealed)).replace('{', '{"__proto__":{},'), 'KEYSTORE_MALFORMED'],
  ['no owner', forge({ ...readJson(sealed), peerId: 'me' }), 'KEYSTORE_MALFORMED'],
  ...[0, 1, 2, 512, 1023, 1025, -1024, 1.5, 2 ** 33, '1024', null].map((n): [string, unknown, string] => [
    `n = ${n}`,
    forge({ ...readJson(sealed), kdf: { ...readJson(sealed).kdf, n } }),
    'KEYSTORE_MALFORMED',
  ]),
  ...['r', 'p'].flatMap((name) =>
    [0, -1, 0.5, 2 ** 32, 'x'].map((value): [string, unknown, string] => [
      `${name} = ${value}`,
      forge({ ...readJson(sealed), kdf: { ...readJson(sealed).kdf, [name]: value } }),
      'KEYSTORE_MALFORMED',
    ]),
  ),
  ...['salt', 'name'].map((name): [string, unknown, string] => [
    `another ${name}`,
    forge({ ...readJson(sealed), kdf: { ...readJson(sealed).kdf, [name]: 'ab' } }),
    'KEYSTORE_MALFORMED',
  ]),
  ...['nonce', 'sealed', 'name'].map((name): [string, unknown, string] => [
    `another ${name} of the cipher`,
    forge({ ...readJson(sealed), cipher: { ...readJson(sealed).cipher, [name]: 'AB' } }),
    'KEYSTORE_MALFORMED',
  ]),
])('a text is refused that is, or has, %s', (_, text, code) => {
  expect(refusalOf(text)).toBe(code)
})

test('no text throws, and opening it gives a code', async () => {
  const json = fc.json({ maxDepth: 4 })
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary', maxLength: 600 }), json), async (text) => {
      expect(refusals).toContain(refusalOf(text))
      expect(refusals).toContain(await codeOf(openKey(text, passphrase)))
      expect(() => peerIdOfSealed(text)).toThrow(expect.objectContaining({ layer: 'keystore' }))
    }),
  )
})
