// Ids are hashes. They travel as bytes, and are text wherever they are compared, kept in maps or shown.

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function hexOf(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += digits[byte]
  return text
}

/** Of what `hexOf` made, of `length` bytes where that is given; throws a TypeError for anything else. */
export function bytesOfHex(text: string, length = text.length / 2): Uint8Array {
  if (text.length !== 2 * length || text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text))
    throw new TypeError(`not ${length} bytes in hexadecimal: ${text}`)
  const bytes = new Uint8Array(text.length / 2)
  for (let index = 0; index < bytes.length; index += 1)
    bytes[index] = (digitAt(text, 2 * index) << 4) | digitAt(text, 2 * index + 1)
  return bytes
}

/** Of a digit: the low bits of `a` are those of 1. */
function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code < 0x40 ? code & 0x0f : (code & 0x0f) + 9
}
