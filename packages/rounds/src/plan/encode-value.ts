import { ByteWriter, createCborCodec } from '@rondo/core'

/**
 * What members sign is encoded by this codec, whatever a node's own codecs and limits are: what one reads, all read, and so does
 * whoever is shown evidence.
 */
export const valueCodec = createCborCodec()

/** The one encoding of a value, in memory of its own. Throws `CODEC_VALUE_UNSUPPORTED` for what has none. */
export function encodeValue(value: unknown): Uint8Array {
  const writer = new ByteWriter()
  valueCodec.encode(value, writer)
  return writer.slice()
}

/** Never throws. */
export function decodeValue(bytes: Uint8Array): ReturnType<typeof valueCodec.decode> {
  return valueCodec.decode(bytes)
}
