import type { PeerId } from '../identity/peer-id.js'

/** How far our half is. */
export interface StreamProgress {
  /** What credit has let out. */
  readonly bytesWritten: number
  /** What the other end's program has taken, as far as it has said so: it does for every half window, and at the end. */
  readonly bytesTaken: number
}

export interface OpenStreamOptions {
  /** Aborts the opening, and from then on the stream. */
  readonly signal?: AbortSignal | undefined
  /** Told at most once a turn of the event loop. */
  readonly onProgress?: ((progress: StreamProgress) => unknown) | undefined
}

/** What `send` asks of a web stream, so that those of runtimes whose streams do not iterate do as well. */
export interface ReadableBytes {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
    cancel(reason?: unknown): Promise<unknown>
    releaseLock(): void
  }
}

export type StreamSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array> | ReadableBytes

/**
 * Bytes to and from one peer, in two halves. Iterating reads the other end's half; leaving the loop early leaves the rest to
 * whoever iterates next. Where the stream fails, reading, writing and ending reject with one and the same error.
 */
export interface Stream extends AsyncIterable<Uint8Array> {
  readonly peerId: PeerId
  readonly bytesWritten: number
  /** What the other end's program has taken, as far as it has said so. */
  readonly bytesTaken: number
  /** What this end's program has taken. */
  readonly bytesRead: number
  /** Resolves when credit has let all of it out; until then the memory must stay as it is. */
  write(chunk: Uint8Array): Promise<void>
  /** Our half is done. Resolves when the other end's program has taken every byte and their digest held. */
  end(): Promise<void>
  /** Writes all of it, no faster than it is taken, and ends. Where the source fails the stream is aborted. */
  send(source: StreamSource): Promise<void>
  /** Gives both halves up, at both ends. A text is passed on; anything else stays here, as the error's `cause`. */
  abort(reason?: unknown): void
}
