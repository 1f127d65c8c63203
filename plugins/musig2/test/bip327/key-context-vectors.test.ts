import { bytesToHex, hexToBytes } from '@noble/curves/utils.js'
import { expect, test } from 'vitest'
import { sortKeys, xOnlyKeyOf } from '../../src/bip327/key-context.js'
import { type ErrorCase, expectError, pick, tweakedKey, withVectors } from './vectors.js'

interface KeyAggVectors {
  readonly pubkeys: readonly string[]
  readonly tweaks: readonly string[]
  readonly valid_test_cases: readonly { readonly key_indices: readonly number[]; readonly expected: string }[]
  readonly error_test_cases: readonly (ErrorCase & {
    readonly key_indices: readonly number[]
    readonly tweak_indices: readonly number[]
    readonly is_xonly: readonly boolean[]
  })[]
}

withVectors<KeyAggVectors>('key_agg', ({ pubkeys, tweaks, valid_test_cases: valid, error_test_cases: errors }) => {
  test.each(valid)('the keys $key_indices make $expected', ({ key_indices: keys, expected }) => {
    expect(bytesToHex(xOnlyKeyOf(tweakedKey(pick(pubkeys, keys)))).toUpperCase()).toBe(expected)
  })

  test.each(errors)('refused: $comment', (each) => {
    const keys = pick(pubkeys, each.key_indices)
    expectError(each, () => tweakedKey(keys, pick(tweaks, each.tweak_indices), each.is_xonly))
  })
})

interface KeySortVectors {
  readonly pubkeys: readonly string[]
  readonly sorted_pubkeys: readonly string[]
}

withVectors<KeySortVectors>('key_sort', ({ pubkeys, sorted_pubkeys: sorted }) => {
  test('keys are sorted, and those that were given stay as they are', () => {
    const keys = pubkeys.map(hexToBytes)
    expect(sortKeys(keys)).toEqual(sorted.map(hexToBytes))
    expect(keys).toEqual(pubkeys.map(hexToBytes))
  })
})
