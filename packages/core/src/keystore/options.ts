// What sealing and opening cost. scrypt runs through 128 · n · r · p bytes, nearly all of it memory; time grows with it.

export const keystoreDefaults = {
  /** What deriving the key of one sealed text takes: 128 MiB, which OWASP asks for. A power of two from 1 MiB to 1 GiB. */
  memoryBytes: 134_217_728,
  /** The most that opening a text may take, whatever the text asks for. 1 GiB at most. */
  memoryBytesMax: 268_435_456,
} as const

export interface SealOptions {
  readonly memoryBytes?: number | undefined
}

export interface OpenLimits {
  readonly memoryBytesMax?: number | undefined
}

/** scrypt's cost, block size and parallelism (RFC 7914). */
export interface ScryptCost {
  readonly n: number
  readonly r: number
  readonly p: number
}

const memoryBytesFloor = 1_048_576
const memoryBytesCeiling = 1_073_741_824

const r = 8
const p = 1

/** The cost to seal with. */
export function resolveSealCost({ memoryBytes = keystoreDefaults.memoryBytes }: SealOptions = {}): ScryptCost {
  const n = memoryBytes / (128 * r * p)
  if (memoryBytes < memoryBytesFloor || memoryBytes > memoryBytesCeiling || !Number.isInteger(Math.log2(n))) {
    throw new TypeError(`memoryBytes must be a power of two from 1 MiB to 1 GiB, not ${String(memoryBytes)}`)
  }
  return { n, r, p }
}

/** The most that a text may ask for. */
export function resolveMemoryMax({ memoryBytesMax = keystoreDefaults.memoryBytesMax }: OpenLimits = {}): number {
  if (!Number.isSafeInteger(memoryBytesMax) || memoryBytesMax < 1 || memoryBytesMax > memoryBytesCeiling) {
    throw new TypeError(`memoryBytesMax must be a whole number from 1 to 1 GiB, not ${String(memoryBytesMax)}`)
  }
  return memoryBytesMax
}

export function memoryBytesOf(cost: ScryptCost): number {
  return 128 * cost.n * cost.r * cost.p
}
