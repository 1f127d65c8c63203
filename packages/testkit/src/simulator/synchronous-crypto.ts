import { type CryptoProvider, identityFromSeed, nobleCrypto } from '@rondo/core'

/** Undefined where the platform's own crypto will do; noble's where that signs in promises, which no virtual clock sees. */
export function synchronousCrypto(): CryptoProvider | undefined {
  const signature = identityFromSeed(new Uint8Array(32)).sign(new Uint8Array(0))
  if (!(signature instanceof Promise)) return undefined
  signature.catch(() => {})
  return nobleCrypto
}
