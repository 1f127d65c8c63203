import { bytesToHex } from '@noble/curves/utils.js'
import { expect, test } from 'vitest'
import { deriveKey, encodePassphrase } from '../../src/keystore/passphrase.js'
import { codeOf } from '../expect-failure.js'

const text = new TextEncoder()

test.each([
  ['password', 'NaCl', 1024, 8, 16, 'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162'],
  ['pleaseletmein', 'SodiumChloride', 16384, 8, 1, '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2'],
])('a key is what RFC 7914 derives from %j', async (passphrase, salt, n, r, p, hex) => {
  const key = await deriveKey(encodePassphrase(passphrase) ?? text.encode(''), text.encode(salt), { n, r, p })
  expect(bytesToHex(key)).toBe(hex)
})

test('more memory than there is is KEYSTORE_COST', async () => {
  const tooMuch = { n: 2 ** 31, r: 1_024, p: 1 }
  expect(await codeOf(deriveKey(text.encode('x'), new Uint8Array(16), tooMuch))).toBe('KEYSTORE_COST')
})

test('deriving lets others go on meanwhile', async () => {
  let turns = 0
  const turn = (): void => {
    turns += 1
    waiting = setImmediate(turn)
  }
  let waiting = setImmediate(turn)
  await deriveKey(text.encode('x'), new Uint8Array(16), { n: 2 ** 15, r: 8, p: 1 })
  clearImmediate(waiting)
  expect(turns).toBeGreaterThan(2)
})
