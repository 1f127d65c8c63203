import { existsSync, readFileSync } from 'node:fs'
import { bytesToHex, hexToBytes } from '@noble/curves/utils.js'
import { describe, expect, test } from 'vitest'
import { verdictOf } from '../../src/identity/suite.js'
import { bip340Backends } from './backends.js'

// The vectors of BIP-340 lie beside the repository. They sign bare messages, so they are held where the backends begin.

interface Vector {
  readonly index: string
  readonly secret: string
  readonly publicKey: Uint8Array
  readonly auxRandom: string
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly isValid: boolean
  readonly comment: string
}

const file = new URL('../../../../../shared/vectors/bip340/test-vectors.csv', import.meta.url)
const isPresent = existsSync(file)
const vectors = isPresent ? readFileSync(file, 'utf8').trim().split(/\r?\n/).slice(1).map(vectorOf) : []

function vectorOf(line: string): Vector {
  const [index = '', secret = '', key = '', auxRandom = '', message = '', signature = '', result, ...comment] =
    line.split(',')
  return {
    index,
    secret,
    auxRandom,
    publicKey: hexToBytes(key),
    message: hexToBytes(message),
    signature: hexToBytes(signature),
    isValid: result === 'TRUE',
    comment: comment.join(','),
  }
}

if (!isPresent) test(`the vectors of BIP-340 hold: skipped, for there is no ${file.pathname}`, ({ skip }) => skip())

describe.runIf(isPresent).each(bip340Backends)('the vectors of BIP-340 hold with $name', ({ name, backend }) => {
  const taken = vectors.filter(({ message }) => name === 'noble' || message.length === 32)

  test(`which takes ${taken.length} of them`, () => {
    expect(taken).toHaveLength(name === 'noble' ? 19 : 15)
  })

  test.each(taken)('$index $comment', async ({ secret, publicKey, auxRandom, message, signature, isValid }) => {
    expect(await verdictOf(() => backend.verify(publicKey, message, signature))).toBe(isValid)
    if (secret === '') return
    expect(bytesToHex(backend.publicKey(hexToBytes(secret)))).toBe(bytesToHex(publicKey))
    expect(bytesToHex(await backend.sign(hexToBytes(secret), message, hexToBytes(auxRandom)))).toBe(
      bytesToHex(signature),
    )
  })
})
