import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

// What somebody pays for by importing an entry point. Imports of types alone cost nothing.

const runtimeImport = /^(?:import|export) (?!type )(?:[^'"]*? from )?'([^']+)'/gm

/** Every module that a file brings along: own files relative to src, and the names of others. */
function reachedFrom(entry: string): ReadonlySet<string> {
  const reached = new Set<string>()
  const visit = (file: string): void => {
    if (reached.has(file)) return
    reached.add(file)
    const base = new URL(`../src/${file}`, import.meta.url)
    for (const [, specifier = ''] of readFileSync(base, 'utf8').matchAll(runtimeImport)) {
      if (!specifier.startsWith('.')) reached.add(specifier)
      else visit(new URL(specifier.replace(/\.js$/, '.ts'), base).pathname.split('/src/').at(-1) ?? '')
    }
  }
  visit(entry)
  return reached
}

test('the main entry point brings neither the second suite nor the keystore', () => {
  const reached = reachedFrom('index.ts')
  expect(reached).toContain('identity/suite.ts')
  expect([...reached].filter((name) => /^(secp256k1|keystore)\/|\/(secp256k1|scrypt)\.js$/.test(name))).toEqual([])
})

test('the keystore brings no suite but Ed25519, and the suite no keystore', () => {
  const keystore = reachedFrom('keystore/index.ts')
  expect(keystore).toContain('@noble/hashes/scrypt.js')
  expect([...keystore].filter((name) => name.includes('secp256k1'))).toEqual([])
  const suite = reachedFrom('secp256k1/index.ts')
  expect(suite).toContain('@noble/curves/secp256k1.js')
  expect([...suite].filter((name) => /keystore|scrypt/.test(name))).toEqual([])
})
