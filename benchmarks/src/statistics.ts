export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** The value below which the share `q` of the numbers lies, by linear interpolation; NaN of none. */
export function quantile(numbers: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(numbers).sort()
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low + (high - low) * (at - Math.floor(at))
}

export function summarise(numbers: readonly number[]): Summary {
  return { median: quantile(numbers, 0.5), min: Math.min(...numbers), max: Math.max(...numbers) }
}
