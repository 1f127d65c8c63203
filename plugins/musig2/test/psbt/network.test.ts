import { p2pkh, p2sh, p2tr, p2wpkh, p2wsh } from '@scure/btc-signer'
import { pubECDSA, pubSchnorr } from '@scure/btc-signer/utils.js'
import { describe, expect, test } from 'vitest'
import { addressOf } from '../../src/psbt/network.js'
import { bytesOf } from './signers.js'

const key = bytesOf('network')
const inner = p2pkh(pubECDSA(key))

describe('the address of a script', () => {
  test.each([p2pkh(pubECDSA(key)), p2sh(inner), p2wpkh(pubECDSA(key)), p2wsh(inner), p2tr(pubSchnorr(key))])(
    'is that which pays to it: $type',
    ({ script, address }) => {
      expect(address).toBeDefined()
      expect(addressOf(script, 'mainnet')).toBe(address)
    },
  )

  test.each<[string, Uint8Array]>([
    ['a key hash', Uint8Array.of(0, 0x4c, 20, ...key.subarray(0, 20))],
    ['a script hash', Uint8Array.of(0, 0x4c, 32, ...key)],
    ['a taproot key', Uint8Array.of(0x51, 0x4c, 32, ...pubSchnorr(key))],
    ['a taproot key, in two bytes', Uint8Array.of(0x51, 0x4d, 32, 0, ...pubSchnorr(key))],
    ['a legacy key hash', Uint8Array.of(0x76, 0xa9, 0x4c, 20, ...key.subarray(0, 20), 0x88, 0xac)],
    ['a legacy script hash', Uint8Array.of(0xa9, 0x4c, 20, ...key.subarray(0, 20), 0x87)],
  ])(
    'is none where %s is pushed in another way: it reads the same, and anybody may be able to spend it',
    (_, script) => {
      expect(addressOf(script, 'mainnet')).toBeUndefined()
    },
  )
})
