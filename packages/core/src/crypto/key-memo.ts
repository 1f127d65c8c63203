// Turning raw bytes into a backend's key object costs as much as a signature, and callers hand in the same array again and
// again. What was made is kept for as long as that array lives, so nothing grows with what strangers send.

interface Remembered<Made> {
  readonly bytes: Uint8Array
  readonly made: Made
}

/** Wraps `make` so that one array is converted once. An array that was written to since is converted again. */
export function rememberKeys<Made>(make: (bytes: Uint8Array) => Made): (bytes: Uint8Array) => Made {
  const remembered = new WeakMap<Uint8Array, Remembered<Made>>()
  return (bytes) => {
    const known = remembered.get(bytes)
    if (known !== undefined && isSame(known.bytes, bytes)) return known.made
    const made = make(bytes)
    remembered.set(bytes, { bytes: new Uint8Array(bytes), made })
    return made
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let index = 0; index < a.length; index += 1) difference |= a[index]! ^ b[index]!
  return difference === 0
}
