import { decodeUtf8, utf8Length } from '../bytes/utf8.js'
import { coreError } from '../errors.js'
import { byteText, compareBytes, successor } from './byte-order.js'
import type { RangeOptions } from './store.js'

// Where the keys of a scope lie. A key is the names of its scopes, each ended by 00, then 01, then its own text. A name
// has no control characters, so no scope's keys lie among another's, and no key begins with 00, which is the backend's.

const nameEnd = '\u0000'
const keyStart = '\u0001'
const controlCharacter = /\p{Cc}/u

const encoder = new TextEncoder()

export interface KeySpace {
  encode(key: string): Uint8Array
  /** The text of a key that lies here. */
  decode(key: Uint8Array): string
  /** Where the keys that begin with the prefix lie. */
  span(prefix: string, options: RangeOptions): { readonly from: Uint8Array; readonly to: Uint8Array }
  within(name: string): KeySpace
}

export function createKeySpace(keyBytesMax: number, names = ''): KeySpace {
  const start = names + keyStart
  const startBytes = encoder.encode(start).length

  function encodeText(text: string, what: string): Uint8Array {
    if (typeof text !== 'string') throw new TypeError(`${what} must be text`)
    const length = utf8Length(text)
    if (length === undefined)
      throw new TypeError(`${what} must be well-formed Unicode, without half of a surrogate pair`)
    if (startBytes + length > keyBytesMax)
      throw coreError('STORE_OVERSIZED', {
        detail: `${what} has ${startBytes + length} bytes of at most ${keyBytesMax}`,
      })
    return encoder.encode(start + text)
  }

  function encode(key: string, what = 'a key'): Uint8Array {
    if (key === '') throw new TypeError(`${what} must not be empty`)
    return encodeText(key, what)
  }

  return {
    encode,
    decode(key) {
      const text = decodeUtf8(key, startBytes, key.length)
      if (text === undefined)
        throw coreError('STORE_FAILED', { detail: `it holds a key that is no text: ${byteText(key)}` })
      return text
    },
    span(prefix, { after, reverse }) {
      const from = encodeText(prefix, 'a prefix')
      const to = from.slice()
      // UTF-8 has no byte 255, so the last one can always be one more.
      to[to.length - 1]! += 1
      if (after === undefined) return { from, to }
      const behind = encode(after, 'after')
      if (reverse) return { from, to: smaller(to, behind) }
      return { from: larger(from, successor(behind)), to }
    },
    within(name) {
      if (typeof name !== 'string' || name === '') throw new TypeError('the name of a scope must be non-empty text')
      if (controlCharacter.test(name)) throw new TypeError('the name of a scope must not have control characters')
      encodeText(name, 'the name of a scope')
      return createKeySpace(keyBytesMax, names + name + nameEnd)
    },
  }
}

const smaller = (a: Uint8Array, b: Uint8Array): Uint8Array => (compareBytes(a, b) < 0 ? a : b)
const larger = (a: Uint8Array, b: Uint8Array): Uint8Array => (compareBytes(a, b) < 0 ? b : a)
