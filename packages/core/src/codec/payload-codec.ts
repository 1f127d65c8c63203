import type { ByteWriter } from '../bytes/byte-writer.js'

/** The outcome of reading hostile bytes: never a throw. `code` is a stable error code. */
export type Decoded<T = unknown> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string }

/** How a payload becomes bytes and back. Bytes and deterministic CBOR are built in; yours takes an id from 64 up. */
export interface PayloadCodec {
  /** On the wire, 0 to 255. */
  readonly id: number
  readonly name: string
  /** Whether this codec is the one for `value`; the first that accepts it encodes it. */
  accepts(value: unknown): boolean
  /** Appends. Throws `CODEC_VALUE_UNSUPPORTED` for what it cannot carry. */
  encode(value: unknown, writer: ByteWriter): void
  /** Never throws, whatever the bytes. */
  decode(bytes: Uint8Array): Decoded
}
