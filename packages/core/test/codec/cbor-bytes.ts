import { ByteWriter } from '../../src/bytes/byte-writer.js'
import { createCborCodec } from '../../src/codec/cbor-codec.js'
import type { Decoded, PayloadCodec } from '../../src/codec/payload-codec.js'

const defaultCodec = createCborCodec()

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

export function encode(value: unknown, codec: PayloadCodec = defaultCodec): Uint8Array {
  const writer = new ByteWriter()
  codec.encode(value, writer)
  return writer.slice()
}

export function decode(bytes: Uint8Array | string, codec: PayloadCodec = defaultCodec): Decoded {
  return codec.decode(typeof bytes === 'string' ? fromHex(bytes) : bytes)
}
