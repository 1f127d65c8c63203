import { bytesToHex, hexToBytes } from '@noble/curves/utils.js'
import { expect, test } from 'vitest'
import { aggregateNonces, isPublicNonce, makeNonce } from '../../src/bip327/nonces.js'
import { type ErrorCase, expectError, pick, withVectors } from './vectors.js'

interface NonceGenVectors {
  readonly test_cases: readonly {
    readonly rand_: string
    readonly sk: string | null
    readonly pk: string
    readonly aggpk: string | null
    readonly msg: string | null
    readonly extra_in: string | null
    readonly expected_secnonce: string
    readonly expected_pubnonce: string
  }[]
}

withVectors<NonceGenVectors>('nonce_gen', ({ test_cases: cases }) => {
  // One case leaves out the key, the aggregate key and the message. Here nobody can.
  const complete = cases.filter(({ sk }) => sk !== null)

  test(`of ${cases.length} cases, ${complete.length} say what the nonce is for`, () => {
    expect(complete).toHaveLength(3)
  })

  test.each(complete)('a nonce for the message "$msg"', (each) => {
    const { publicNonce, secretNonce } = makeNonce({
      secretKey: hexToBytes(each.sk ?? ''),
      publicKey: hexToBytes(each.pk),
      aggregateKey: hexToBytes(each.aggpk ?? ''),
      message: hexToBytes(each.msg ?? ''),
      place: hexToBytes(each.extra_in ?? ''),
      random: hexToBytes(each.rand_),
    })
    expect(bytesToHex(publicNonce).toUpperCase()).toBe(each.expected_pubnonce)
    expect(bytesToHex(secretNonce.take()).toUpperCase()).toBe(each.expected_secnonce)
  })
})

interface NonceAggVectors {
  readonly pnonces: readonly string[]
  readonly valid_test_cases: readonly {
    readonly pnonce_indices: readonly number[]
    readonly expected: string
    readonly comment?: string
  }[]
  readonly error_test_cases: readonly (ErrorCase & { readonly pnonce_indices: readonly number[] })[]
}

withVectors<NonceAggVectors>('nonce_agg', ({ pnonces, valid_test_cases: valid, error_test_cases: errors }) => {
  test.each(valid)('the nonces $pnonce_indices make $expected', ({ pnonce_indices: nonces, expected }) => {
    expect(bytesToHex(aggregateNonces(pick(pnonces, nonces))).toUpperCase()).toBe(expected)
    expect(pick(pnonces, nonces).every(isPublicNonce)).toBe(true)
  })

  test.each(errors)('refused: $comment', (each) => {
    const nonces = pick(pnonces, each.pnonce_indices)
    expectError(each, () => aggregateNonces(nonces))
    expect(nonces.findIndex((nonce) => !isPublicNonce(nonce))).toBe(each.error.signer)
  })
})
