// A set of members in as many bits as there are candidates: member 0 is the lowest bit of the first byte.

export function bitmapOf(members: Iterable<number>, size: number): Uint8Array {
  const bitmap = new Uint8Array(bitmapBytes(size))
  for (const member of members) bitmap[member >> 3]! |= 1 << (member & 7)
  return bitmap
}

export function bitmapBytes(size: number): number {
  return Math.ceil(size / 8)
}

/** Beyond its end there is nobody. */
export function isIn(bitmap: Uint8Array, member: number): boolean {
  return (((bitmap[member >> 3] ?? 0) >> (member & 7)) & 1) === 1
}
