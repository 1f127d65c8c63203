import type { Rejection } from '../flow/envelope.js'
import type { MessageName } from '../flow/sender.js'

/**
 * What streams ask of the session below: an ordered, reliable sequence of frames. `open` may throw, and has then sent nothing;
 * the others never do, and none calls back before it returns. After its end the session calls `Streams.close`, and is called no
 * more.
 */
export interface StreamWire {
  /** Undefined where stream data may be queued now; else the promise of room. Messages go first. */
  room(): Promise<void> | undefined
  /** `creditBytes` is what the other end may send before it is given more. */
  open(streamId: number, name: MessageName, payload: unknown, creditBytes: number): void
  /** 1 to `streamChunkBytesMax` bytes, which are the caller's own again when the call returns. */
  data(streamId: number, chunk: Uint8Array): void
  /** The first one accepts the stream; 0, after the end, says that everything was taken and the digest held. */
  credit(streamId: number, bytes: number): void
  /** The total may be beyond 32 bits; the digest is SHA-256 over the half. */
  end(streamId: number, totalBytes: number, digest: Uint8Array): void
  /** Both halves are over; where it answers `open`, the stream is refused. */
  reset(streamId: number, rejection: Rejection): void
}
