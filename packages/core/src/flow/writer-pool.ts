import { ByteWriter } from '../bytes/byte-writer.js'

/** Memory doubles as it grows: this holds a full record and the frame that did not fit into it. */
const writerBytesMax = 65_536

/** Plaintext memory, lent to whoever has a record open: an idle session holds none. */
export class WriterPool {
  readonly #idle: ByteWriter[] = []

  take(): ByteWriter {
    return this.#idle.pop() ?? new ByteWriter({ capacityBytes: 4_096, keepBytesMax: writerBytesMax })
  }

  give(writer: ByteWriter): void {
    writer.clear()
    if (this.#idle.length < 64) this.#idle.push(writer)
  }
}
