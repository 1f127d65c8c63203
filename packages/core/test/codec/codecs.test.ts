import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../src/bytes/byte-writer.js'
import { bytesCodec } from '../../src/codec/bytes-codec.js'
import { createCborCodec } from '../../src/codec/cbor-codec.js'
import { createCodecs } from '../../src/codec/codecs.js'
import type { PayloadCodec } from '../../src/codec/payload-codec.js'

const cborCodec = createCborCodec()

const mapCodec = (id: number): PayloadCodec => ({
  id,
  name: 'map',
  accepts: (value) => value instanceof Map,
  encode(value, writer) {
    if (value instanceof Map) cborCodec.encode([...value], writer)
  },
  decode: (bytes) => cborCodec.decode(bytes),
})

describe('createCodecs', () => {
  const codecs = createCodecs([bytesCodec, cborCodec, mapCodec(64)])

  test('finds the codec of an id, and none for an id that is not loaded', () => {
    expect(codecs.byId(0)).toBe(bytesCodec)
    expect(codecs.byId(1)).toBe(cborCodec)
    expect(codecs.byId(64)?.name).toBe('map')
    for (const id of [2, 65, 255, 256, -1, 0.5, Number.NaN]) expect(codecs.byId(id)).toBe(undefined)
  })

  test('gives each value to the first codec that accepts it', () => {
    expect(codecs.codecFor(new Uint8Array(1)).name).toBe('bytes')
    expect(codecs.codecFor({ a: 1 }).name).toBe('cbor')
    expect(codecs.codecFor(new Map()).name).toBe('map')
    expect(createCodecs([cborCodec, bytesCodec]).codecFor(new Uint8Array(1)).name).toBe('cbor')
  })

  test('throws for a value that no codec accepts', () => {
    for (const value of [() => 1, Symbol('s'), new Set()]) {
      expect(() => codecs.codecFor(value)).toThrow(expect.objectContaining({ code: 'CODEC_VALUE_UNSUPPORTED' }))
    }
  })

  test('is frozen, and a copy of the list it was given', () => {
    const list = [bytesCodec]
    const copied = createCodecs(list)
    list.push(cborCodec)
    expect(copied.list).toEqual([bytesCodec])
    expect(Object.isFrozen(copied) && Object.isFrozen(copied.list)).toBe(true)
  })

  test.each([-1, 256, 64.5, Number.NaN])('refuses %d as an id', (id) => {
    expect(() => createCodecs([mapCodec(id)])).toThrow(TypeError)
  })

  test('refuses an id twice, and an id that is reserved', () => {
    expect(() => createCodecs([mapCodec(64), mapCodec(64)])).toThrow(TypeError)
    for (const id of [0, 1, 2, 63]) expect(() => createCodecs([mapCodec(id)])).toThrow(TypeError)
  })
})

describe('the bytes codec', () => {
  test('carries bytes as they are, and nothing else', () => {
    const writer = new ByteWriter()
    bytesCodec.encode(Uint8Array.of(1, 2), writer)
    expect(bytesCodec.decode(writer.view())).toEqual({ ok: true, value: Uint8Array.of(1, 2) })
    expect(bytesCodec.accepts(Buffer.from('a'))).toBe(true)
    for (const value of ['a', [1], new ArrayBuffer(1), new Uint16Array(1), null]) {
      expect(bytesCodec.accepts(value)).toBe(false)
      expect(() => bytesCodec.encode(value, writer)).toThrow(
        expect.objectContaining({ code: 'CODEC_VALUE_UNSUPPORTED' }),
      )
    }
  })
})
