import { randomBytes } from 'node:crypto'
import { aggregateKeys, applyTweak, type KeyContext, type Tweak, xOnlyKeyOf } from '../../src/bip327/key-context.js'
import { makeNonce, type NoncePair } from '../../src/bip327/nonces.js'
import { aggregatePartials, signPartially } from '../../src/bip327/partials.js'
import { createSession, type Session } from '../../src/bip327/session.js'
import type { Signed } from '../../src/bip327/signatures.js'
import { publicKeyFor } from '../../src/memory-signer.js'

// Signers who sign in one place, one after the other.

export const bytes = (length = 32): Uint8Array => new Uint8Array(randomBytes(length))

export interface Signing {
  readonly key: KeyContext
  readonly session: Session
  readonly partials: readonly Uint8Array[]
  readonly signed: Signed
}

export function nonceFor(key: KeyContext, secretKey: Uint8Array, message: Uint8Array): NoncePair {
  const aggregateKey = xOnlyKeyOf(key)
  const publicKey = publicKeyFor(secretKey)
  return makeNonce({ secretKey, publicKey, aggregateKey, message, place: bytes(), random: bytes() })
}

/** All of them sign. */
export function signTogether(
  secretKeys: readonly Uint8Array[],
  tweaks: readonly Tweak[] = [],
  message = bytes(),
): Signing {
  const key = tweaks.reduce(applyTweak, aggregateKeys(secretKeys.map(publicKeyFor)))
  const nonces = secretKeys.map((secretKey) => nonceFor(key, secretKey, message))
  const publicNonces = nonces.map(({ publicNonce }) => publicNonce)
  const session = createSession(key, publicNonces, message)
  const partials = nonces.map(({ secretNonce }, at) =>
    signPartially(session, secretNonce.take(), secretKeys[at] ?? bytes()),
  )
  const signature = aggregatePartials(session, partials)
  return { key, session, partials, signed: { publicKey: xOnlyKeyOf(key), message, signature } }
}
