import type { Codecs } from '../codec/codecs.js'
import type { Decoded } from '../codec/payload-codec.js'

const unknownCodec = { ok: false, code: 'CODEC_UNKNOWN' } as const
const brokenCodec = { ok: false, code: 'CODEC_MALFORMED' } as const

/** Reads a payload. A codec that throws on hostile bytes, against its contract, costs the message and nothing more. */
export function decodePayload(codecs: Codecs, codecId: number, payload: Uint8Array): Decoded {
  const codec = codecs.byId(codecId)
  if (codec === undefined) return unknownCodec
  try {
    return codec.decode(payload)
  } catch {
    return brokenCodec
  }
}
