import { decodeUtf8 } from '../bytes/utf8.js'

const slots = 512
const cachedKeyBytesMax = 32

/**
 * Remembers the texts of short ASCII keys by their bytes, since making a string costs more than finding it again. One
 * slot a hash, and the last text wins, so a stranger can cost it its use but neither memory nor a wrong answer.
 */
export class KeyTexts {
  readonly #slots: string[] = new Array(slots).fill('')

  /** The UTF-8 between `start` and `end`, which lie within `source`; undefined where it is not valid. */
  read(source: Uint8Array, start: number, end: number): string | undefined {
    const size = end - start
    if (size > cachedKeyBytesMax) return decodeUtf8(source, start, end)
    let hash = size
    for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + source[at]!) | 0
    const slot = hash & (slots - 1)
    const known = this.#slots[slot] ?? ''
    if (known.length === size && isTextOf(known, source, start)) return known
    const text = decodeUtf8(source, start, end)
    if (text?.length === size) this.#slots[slot] = text
    return text
  }
}

function isTextOf(text: string, source: Uint8Array, start: number): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) !== source[start + index]!) return false
  }
  return true
}
