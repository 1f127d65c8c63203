import { existsSync, readFileSync } from 'node:fs'
import { hexToBytes } from '@noble/curves/utils.js'
import { describe, expect, test } from 'vitest'
import { aggregateKeys, applyTweak, type KeyContext } from '../../src/bip327/key-context.js'

// The vectors of BIP-327 lie beside the repository.

/** What a case of a list of errors says of itself. */
export interface ErrorCase {
  readonly comment?: string
  readonly error: {
    readonly type: 'invalid_contribution' | 'value'
    readonly signer?: number | null
    readonly contrib?: string
  }
}

/** Runs the tests with the vectors of that name, or skips them with a word. */
export function withVectors<V>(name: string, testsOf: (vectors: V) => void): void {
  const file = new URL(`../../../../../shared/vectors/bip327/${name}_vectors.json`, import.meta.url)
  const what = `the vectors ${name} of BIP-327 hold`
  if (!existsSync(file)) return test(`${what}: skipped, for there is no ${file.pathname}`, ({ skip }) => skip())
  describe(what, () => testsOf(JSON.parse(readFileSync(file, 'utf8'))))
}

/** From a list of hex texts, those at these places. */
export const pick = (list: readonly string[], places: readonly number[]): readonly Uint8Array[] =>
  places.map((at) => hexToBytes(list[at] ?? 'none'))

export function tweakedKey(
  publicKeys: readonly Uint8Array[],
  tweaks: readonly Uint8Array[] = [],
  isXOnly: readonly boolean[] = [],
): KeyContext {
  return tweaks
    .map((tweak, at) => ({ tweak, isXOnly: isXOnly[at] === true }))
    .reduce(applyTweak, aggregateKeys(publicKeys))
}

/** The error that the case asks for: whose contribution it was, where it was somebody's. */
export function expectError({ error }: ErrorCase, act: () => unknown): void {
  if (error.type === 'invalid_contribution' && typeof error.signer === 'number') {
    const { signer, contrib: contribution } = error
    expect(act).toThrow(expect.objectContaining({ name: 'ContributionError', signer, contribution }))
  } else {
    expect(act).toThrow(Error)
    expect(act).not.toThrow(expect.objectContaining({ name: 'ContributionError' }))
  }
}
