const chunkBytes = 16_384

/** Hands out short pieces of larger ones: a piece is never moved and never handed out again, so views of it hold for good. */
export class LeafMemory {
  #chunk = new Uint8Array(0)
  #used = 0

  take(bytes: number): Uint8Array {
    if (this.#used + bytes > this.#chunk.length) {
      this.#chunk = new Uint8Array(Math.max(chunkBytes, bytes))
      this.#used = 0
    }
    const start = this.#used
    this.#used += bytes
    return this.#chunk.subarray(start, this.#used)
  }
}
