import { createSeededRandom } from '@rondo/testkit/memory'

// What strangers do to bytes: flip, put in, cut, repeat, splice, and numbers at the edges where lengths are read.

export type Mutate = (sample: Uint8Array) => Uint8Array

const edges = [0, 1, 0x7f, 0x80, 0xff, 0x5f, 0x9f, 0xbf]

/** The same seed makes the same changes. What comes out is none of the samples. */
export function createMutate(seed: number, samples: readonly Uint8Array[]): Mutate {
  const random = createSeededRandom(seed)
  const below = (bound: number): number => Math.floor(random() * bound)

  const edits: readonly ((bytes: Uint8Array) => Uint8Array)[] = [
    (bytes) => bytes.with(below(bytes.length), below(256)),
    (bytes) => {
      const at = below(bytes.length)
      return bytes.with(at, bytes[at]! ^ (1 << below(8)))
    },
    (bytes) => bytes.with(below(bytes.length), edges[below(edges.length)]!),
    (bytes) => bytes.subarray(0, below(bytes.length)),
    (bytes) => bytes.subarray(below(bytes.length)),
    (bytes) =>
      joined(
        bytes,
        Uint8Array.from({ length: 1 + below(8) }, () => below(256)),
      ),
    (bytes) => {
      const at = below(bytes.length)
      return joined(bytes.subarray(0, at), bytes.subarray(at, at + below(16)), bytes.subarray(at))
    },
    (bytes) => {
      const other = samples[below(samples.length)]!
      return joined(bytes.subarray(0, below(bytes.length)), other.subarray(below(other.length)))
    },
    // Four bytes of ones: the largest length or count that fits.
    (bytes) => {
      const at = below(bytes.length)
      return joined(bytes.subarray(0, at), new Uint8Array(4).fill(0xff), bytes.subarray(at + 4))
    },
  ]

  return (sample) => {
    let bytes = sample
    for (let count = 1 + below(3); count > 0 && bytes.length > 0; count -= 1) bytes = edits[below(edits.length)]!(bytes)
    return samples.some((each) => isSame(bytes, each)) ? joined(bytes, Uint8Array.of(below(256))) : bytes
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}
