import { mulAddUnsafe } from '@noble/curves/abstract/curve.js'
import { schnorr } from '@noble/curves/secp256k1.js'
import { type CurvePoint, Fn, hashToScalar, Point } from './curve.js'

// Sums of many points in one go, which share their doublings, and how many equations are checked as one such sum. For what is public:
// neither takes constant time.

/** A point, and what it is multiplied with. */
export type Term = readonly [point: CurvePoint, factor: bigint]

/** Where a point occurs again, as the same object, it is multiplied once. */
export function sumOf(terms: readonly Term[]): CurvePoint {
  const factors = new Map<CurvePoint, bigint>()
  for (const [point, factor] of terms) factors.set(point, Fn.add(factors.get(point) ?? Fn.ZERO, factor))
  return mulAddUnsafe(Point, [...factors.keys()], [...factors.values()])
}

/** Says that its terms add up to nothing. */
export interface Equation {
  /** All that makes it, in as many bytes as any other has. */
  readonly bytes: Uint8Array
  /** Multiplied with a weight. Where a factor is 1, it becomes half as long as others are, and costs half. */
  readonly terms: (weight: bigint) => readonly Term[]
}

/**
 * Whether all of them hold, as BIP-340 checks many signatures: each is weighed with a number that follows from all of them, so that
 * nobody can choose two wrong ones that cancel out. The numbers have 128 bits, as many as a signature is safe for.
 */
export function holdTogether(equations: readonly Equation[]): boolean {
  const seed = schnorr.utils.taggedHash('rondo/musig2 equations', ...equations.map(({ bytes }) => bytes))
  return sumOf(equations.flatMap(({ terms }, at) => [...terms(weightOf(seed, at))])).is0()
}

/** Never zero. The first equation needs none. */
function weightOf(seed: Uint8Array, at: number): bigint {
  if (at === 0) return 1n
  return 1n + (hashToScalar('rondo/musig2 weight', seed, Fn.toBytes(BigInt(at))) >> 128n)
}
