import { platformCrypto } from '@rondo/core'
import { encodeValue } from './encode-value.js'

/**
 * A number from 0 up to `modulus`, not included, that hangs on every one of the values and on their order: nobody who had to fix his
 * before he saw the others could choose it. Even to within 2^-200. Throws for what members could not have sent, a Date say.
 *
 * @example
 * .result((view) => ({ roll: 1 + hashMod(view.all('reveal'), view.setup.sides) }))
 */
export function hashMod(values: readonly unknown[], modulus: number): number {
  if (!(Number.isInteger(modulus) && modulus >= 1 && modulus <= modulusMax))
    throw new TypeError(`the modulus must be a whole number from 1 to 2^48: ${String(modulus)}`)
  // Each by its hash, so that what many members sent within their bounds is not too much for the codec when it comes together.
  const { sha256 } = platformCrypto
  const digest = sha256(encodeValue(['rondo/1 hash mod', ...values.map((value) => sha256(encodeValue(value)))]))
  let number = 0n
  for (const byte of digest) number = (number << 8n) | BigInt(byte)
  return Number(number % BigInt(modulus))
}

const modulusMax = 2 ** 48
