import { createSeededRandom } from '../../memory/seeded-random.js'

// Bytes that tell on themselves: what was sent can be made again from its number, so nothing needs to be kept.

/** The frame with this number and size. The first four bytes, where there are that many, are the number. */
export function payload(number: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let state = Math.imul(number + 1, 0x9e3779b1) | 1
  for (let index = 0; index < size; index += 1) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[index] = state
  }
  if (size >= 4) new DataView(bytes.buffer).setUint32(0, number)
  return bytes
}

/** The number that `payload` put in front. */
export function numberOf(frame: Uint8Array): number {
  return frame.length < 4 ? -1 : new DataView(frame.buffer, frame.byteOffset, frame.length).getUint32(0)
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** Sizes that are the same in every run, most of them small. */
export function sizes(seed: number, count: number, max: number): readonly number[] {
  const random = createSeededRandom(seed)
  return Array.from({ length: count }, () => Math.floor(random() ** 3 * (max + 1)))
}
