// UTF-8 without loss: what is not valid text on either side is refused, never replaced by U+FFFD.

/** Up to here, a loop over the bytes beats the call into TextDecoder. */
const shortBytesMax = 32

// A byte order mark is a character like any other: dropping it would let two encodings give one text.
const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads the UTF-8 between `start` and `end`, which lie within `bytes`; undefined where it is not valid. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start <= shortBytesMax) {
    const text = decodeAscii(bytes, start, end)
    if (text !== undefined) return text
  }
  try {
    return textDecoder.decode(bytes.subarray(start, end))
  } catch {
    return undefined
  }
}

/** How many bytes `text` takes as UTF-8; undefined where it holds half of a surrogate pair, which UTF-8 cannot say. */
export function utf8Length(text: string): number | undefined {
  let length = text.length
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    if (unit < 0x800) length += 1
    else if (unit < 0xd800 || unit > 0xdfff) length += 2
    else {
      if (unit > 0xdbff || (text.charCodeAt(index + 1) & 0xfc00) !== 0xdc00) return undefined
      length += 2
      index += 1
    }
  }
  return length
}

/** Four characters at a time, since each concatenation costs more than the characters it adds. */
function decodeAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = ''
  let at = start
  for (; at + 4 <= end; at += 4) {
    const a = bytes[at]!
    const b = bytes[at + 1]!
    const c = bytes[at + 2]!
    const d = bytes[at + 3]!
    if ((a | b | c | d) > 0x7f) return undefined
    text += String.fromCharCode(a, b, c, d)
  }
  for (; at < end; at += 1) {
    const unit = bytes[at]!
    if (unit > 0x7f) return undefined
    text += String.fromCharCode(unit)
  }
  return text
}
