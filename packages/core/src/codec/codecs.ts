import type { PayloadCodec } from './payload-codec.js'
import { unsupported } from './unsupported.js'

/** Ids below 64 belong to Rondo; these are taken. */
const builtInNames: readonly string[] = ['bytes', 'cbor']
const customIdMin = 64
const idMax = 255

/** The codecs that a coordinator speaks. */
export interface Codecs {
  /** In the order in which they are asked. */
  readonly list: readonly PayloadCodec[]
  /** The codec of an id that a peer sent; undefined where it is not loaded. */
  byId(id: number): PayloadCodec | undefined
  /** The first codec that accepts `value`; throws `CODEC_VALUE_UNSUPPORTED` where none does. */
  codecFor(value: unknown): PayloadCodec
}

/**
 * Checks that ids are distinct and in their range, and makes the lookup.
 *
 * @example
 * const codecs = createCodecs([bytesCodec, createCborCodec()])
 * codecs.codecFor({ city: 'Oslo' }).name // 'cbor'
 */
export function createCodecs(list: readonly PayloadCodec[]): Codecs {
  const codecs = Object.freeze([...list])
  const byId: (PayloadCodec | undefined)[] = new Array(idMax + 1).fill(undefined)
  for (const codec of codecs) {
    assertCodec(codec)
    const other = byId[codec.id]
    if (other !== undefined) throw new TypeError(`codecs ${other.name} and ${codec.name} share the id ${codec.id}`)
    byId[codec.id] = codec
  }
  return Object.freeze<Codecs>({
    list: codecs,
    byId: (id) => byId[id],
    codecFor(value) {
      for (const codec of codecs) if (codec.accepts(value)) return codec
      throw unsupported(describe(value))
    },
  })
}

function assertCodec({ id, name, accepts, encode, decode }: PayloadCodec): void {
  if (!Number.isInteger(id) || id < 0 || id > idMax) throw new TypeError(`codec id ${id} is not within 0 to ${idMax}`)
  if (id < customIdMin && builtInNames[id] !== name) {
    throw new TypeError(`codec ${name} takes the reserved id ${id}: ids of your own start at ${customIdMin}`)
  }
  if (typeof accepts !== 'function' || typeof encode !== 'function' || typeof decode !== 'function') {
    throw new TypeError(`codec ${name} lacks accepts, encode or decode`)
  }
}

function describe(value: unknown): string {
  return typeof value === 'object' ? 'an instance of a class' : `a ${typeof value}`
}
