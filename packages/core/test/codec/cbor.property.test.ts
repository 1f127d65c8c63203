import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCborCodec } from '../../src/codec/cbor-codec.js'
import { coreErrorTable } from '../../src/errors.js'
import { decode, encode } from './cbor-bytes.js'

const text = fc.string({ unit: fc.oneof(fc.constantFrom('a', 'b', '1'), fc.string({ unit: 'binary', maxLength: 1 })) })
const key = text.filter((name) => name !== '__proto__')

const { value } = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom(null, true, false, Number.NaN, -0, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 64)),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.float(),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
    fc.bigInt(),
    text,
    fc.string({ minLength: 20, maxLength: 300 }),
    fc.uint8Array(),
  ),
  list: fc.array(fc.oneof(tie('value'), fc.constant(undefined)), { maxLength: 6 }),
  object: fc.dictionary(key, tie('value'), { maxKeys: 40, noNullPrototype: true }),
  value: fc.oneof({ maxDepth: 5 }, tie('leaf'), tie('list'), tie('object')),
}))

/** A valid encoding with a few of its bytes changed, added or cut. */
const mutated = fc
  .tuple(
    value,
    fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('change', 'add', 'cut')), { minLength: 1, maxLength: 4 }),
  )
  .map(([plain, edits]) => {
    const bytes = [...encode(plain)]
    for (const [at, byte, edit] of edits) {
      const index = at % (bytes.length + 1)
      if (edit === 'change') bytes[Math.min(index, bytes.length - 1)] = byte
      else if (edit === 'add') bytes.splice(index, 0, byte)
      else bytes.length = Math.max(1, index)
    }
    return Uint8Array.from(bytes)
  })

/** Either refused with a code of the table, or exactly what the encoder makes of the value. */
function expectCanonicalOrRefused(bytes: Uint8Array): void {
  const decoded = decode(bytes)
  if (decoded.ok) expect(Buffer.from(encode(decoded.value)).equals(bytes)).toBe(true)
  else expect(coreErrorTable).toHaveProperty(decoded.code)
}

describe('deterministic CBOR', () => {
  test('every supported value comes back with its types', () => {
    fc.assert(
      fc.property(value, (plain) => {
        expect(decode(encode(plain))).toStrictEqual({ ok: true, value: plain })
      }),
      { numRuns: 500 },
    )
  })

  test('the order in which keys were set does not show', () => {
    const entries = fc.uniqueArray(fc.tuple(key, fc.integer()), { selector: ([name]) => name, maxLength: 60 })
    const shuffled = entries.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    )
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(encode(Object.fromEntries(list))).toEqual(encode(Object.fromEntries(other)))
      }),
    )
  })

  test('keys come in the order of their encodings, whatever the script', () => {
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 40 }), (names) => {
        const decoded = decode(encode(Object.fromEntries(names.map((name) => [name, 0]))))
        const isIndex = (name: string) => /^\d+$/.test(name)
        const order = decoded.ok ? Object.keys(Object(decoded.value)).filter((name) => !isIndex(name)) : []
        const expected = names.filter((name) => !isIndex(name)).sort((a, b) => Buffer.compare(encode(a), encode(b)))
        expect(order).toEqual(expected)
      }),
    )
  })

  test('every half float is either canonical or refused', () => {
    for (let bits = 0; bits < 0x1_0000; bits += 1) expectCanonicalOrRefused(Uint8Array.of(0xf9, bits >> 8, bits & 0xff))
  })

  test('a float has the value that the platform reads from its bits', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.float()), (plain) => {
        const bytes = encode(plain)
        const view = new DataView(bytes.buffer, bytes.byteOffset)
        if (bytes[0] === 0xfa) expect(view.getFloat32(1)).toBe(plain)
        if (bytes[0] === 0xfb) expect(view.getFloat64(1)).toBe(plain)
        if (bytes[0] === 0xfb) expect(Math.fround(plain)).not.toBe(plain)
      }),
    )
  })

  test('random bytes never throw, and decode only where they are canonical', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), expectCanonicalOrRefused), { numRuns: 2_000 })
  })

  test('mutated encodings never throw, and decode only where they are canonical', () => {
    fc.assert(fc.property(mutated, expectCanonicalOrRefused), { numRuns: 1_000 })
  })

  test('what the caps let out, the same caps let in', () => {
    const caps = { depthMax: fc.nat(5), itemsMax: fc.nat(30), stringBytesMax: fc.nat(40) }
    fc.assert(
      fc.property(fc.record(caps), value, (options, plain) => {
        const codec = createCborCodec(options)
        let bytes: Uint8Array | undefined
        try {
          bytes = encode(plain, codec)
        } catch {
          // What is refused on its way out is refused on its way in as well.
          expect(decode(encode(plain), codec)).toEqual({ ok: false, code: 'CODEC_LIMIT' })
        }
        if (bytes !== undefined) expect(decode(bytes, codec)).toStrictEqual({ ok: true, value: plain })
      }),
    )
  })
})
