import { CborDecoding } from './cbor-decode.js'
import { CborEncoding, isPlainObject } from './cbor-encode.js'
import { type CborCodecOptions, resolveCborOptions } from './cbor-options.js'
import { KeyEncodings } from './key-encodings.js'
import { KeyTexts } from './key-texts.js'
import type { PayloadCodec } from './payload-codec.js'

/**
 * Plain data as deterministic CBOR (RFC 8949, section 4.2.1), id 1: null, undefined, booleans, numbers, bigints,
 * well-formed strings, byte strings (a Uint8Array, decoded as a copy), arrays without holes, plain objects.
 * Types survive: -0, NaN and bigints of any size come back as they went. Properties that are undefined are left out.
 *
 * @example
 * const codec = createCborCodec({ depthMax: 8 })
 * const writer = new ByteWriter()
 * codec.encode({ city: 'Oslo', celsius: 21.5 }, writer)
 * codec.decode(writer.view()) // { ok: true, value: { city: 'Oslo', celsius: 21.5 } }
 */
export function createCborCodec(options?: CborCodecOptions): PayloadCodec {
  const limits = resolveCborOptions(options)
  const keyEncodings = new KeyEncodings(limits.stringBytesMax)
  const keyTexts = new KeyTexts()
  return Object.freeze<PayloadCodec>({
    id: 1,
    name: 'cbor',
    accepts,
    encode(value, writer) {
      const start = writer.length
      try {
        new CborEncoding(writer, limits, keyEncodings).write(value, 0)
      } catch (cause) {
        writer.length = start
        throw cause
      }
    },
    decode: (bytes) => new CborDecoding(bytes, limits, keyTexts).read(),
  })
}

/** By the outermost value alone: what lies within is looked at once, by `encode`. */
function accepts(value: unknown): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false
  if (typeof value !== 'object' || value === null) return true
  return value instanceof Uint8Array || Array.isArray(value) || isPlainObject(value)
}
