import type { PayloadCodec } from './payload-codec.js'
import { unsupported } from './unsupported.js'

/** Bytes as they are, id 0. What `decode` hands out shares memory with what it was given. */
export const bytesCodec: PayloadCodec = Object.freeze<PayloadCodec>({
  id: 0,
  name: 'bytes',
  accepts: (value) => value instanceof Uint8Array,
  encode(value, writer) {
    if (!(value instanceof Uint8Array)) throw unsupported('something other than a Uint8Array')
    writer.bytes(value)
  },
  decode: (bytes) => ({ ok: true, value: bytes }),
})
