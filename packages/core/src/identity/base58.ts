// Base58 with Bitcoin's alphabet. The work grows with the square of the length: callers bound it first.

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** Writes bytes as base58; each leading zero byte becomes a leading `1`. */
export function encodeBase58(bytes: Uint8Array): string {
  // In one piece: a text put together by `+=` may stay a tree of its characters, a kilobyte for a peer id, while it lives.
  return String.fromCharCode(...convert(bytes, 256, 58).map((digit) => alphabet.charCodeAt(digit)))
}

/** Reads base58; undefined where a character does not belong to the alphabet. */
export function decodeBase58(text: string): Uint8Array | undefined {
  const digits = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index += 1) {
    const digit = alphabet.indexOf(text[index]!)
    if (digit < 0) return undefined
    digits[index] = digit
  }
  return convert(digits, 58, 256)
}

/** Rewrites a number from one base in another, most significant digit first, keeping the count of leading zeros. */
function convert(from: Uint8Array, fromBase: number, toBase: number): Uint8Array {
  const reversed: number[] = []
  let zeros = 0
  for (let index = 0; index < from.length; index += 1) {
    let carry = from[index]!
    if (reversed.length === 0 && carry === 0) {
      zeros += 1
      continue
    }
    for (let place = 0; place < reversed.length; place += 1) {
      carry += reversed[place]! * fromBase
      reversed[place] = carry % toBase
      carry = (carry / toBase) | 0
    }
    for (; carry > 0; carry = (carry / toBase) | 0) reversed.push(carry % toBase)
  }
  const digits = new Uint8Array(zeros + reversed.length)
  digits.set(reversed.reverse(), zeros)
  return digits
}
