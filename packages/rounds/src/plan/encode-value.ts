import { ByteWriter, createCborCodec } from '@rondo/core'

const cbor = createCborCodec()

/** The one encoding of a value, in memory of its own. Throws `CODEC_VALUE_UNSUPPORTED` for what has none. */
export function encodeValue(value: unknown): Uint8Array {
  const writer = new ByteWriter()
  cbor.encode(value, writer)
  return writer.slice()
}

/** Never throws. */
export function decodeValue(bytes: Uint8Array): ReturnType<typeof cbor.decode> {
  return cbor.decode(bytes)
}
