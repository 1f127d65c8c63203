/** A share of all cases, from 0 to 1. */
export function assertShare(share: number): void {
  if (!(share >= 0 && share <= 1)) throw new TypeError(`share must be from 0 to 1: ${String(share)}`)
}
