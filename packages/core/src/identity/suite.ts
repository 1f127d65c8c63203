import type { MaybePromise } from '../crypto/crypto-provider.js'
import type { Env } from '../env/env.js'
import { coreError } from '../errors.js'
import type { Identity } from './identity.js'
import { type PeerId, publicKeyOf, type SuiteName, suiteNameOf } from './peer-id.js'

// An id names its suite: the way its signatures are verified. Each node says which suites it has; nothing is registered for
// all. An id whose suite a node lacks is well-formed, and refused with SUITE_UNSUPPORTED where it is used.

/** How signatures by one kind of key are verified. */
export interface SignatureSuite {
  readonly name: SuiteName
  /** Rondo's verdict, the same on every runtime, whatever the lengths and contents. Never throws, never rejects. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): MaybePromise<boolean>
  /** Whether verifying by this key costs no more than the signature. For a key seen first it may, and callers meter that. */
  isKeyChecked(publicKey: Uint8Array): boolean
}

/** How secrets of one kind become identities: what a keystore asks of a suite. */
export interface KeySuite {
  readonly name: SuiteName
  /** Whether the bytes are a secret of this kind. */
  isSecret(bytes: Uint8Array): boolean
  /** The identity of such a secret, which is copied; a TypeError where it is none. */
  identityFromSecret(secret: Uint8Array, options?: { readonly env?: Pick<Env, 'random'> | undefined }): Identity
}

/** The suites of one node. */
export interface Suites {
  supports(peerId: PeerId): boolean
  /** The id again; throws `SUITE_UNSUPPORTED` where its suite is not here. */
  supported(peerId: PeerId): PeerId
  /** Whether the peer signed the message; false where its suite is not here. Never throws, never rejects. */
  verify(peerId: PeerId, message: Uint8Array, signature: Uint8Array): MaybePromise<boolean>
  isKeyChecked(peerId: PeerId): boolean
}

/** How often a generator may miss the range of secrets; a sound one does so once in 2^128 times. */
const drawsMax = 4

/**
 * Puts suites together, one a name.
 *
 * @example
 * const suites = createSuites([createEd25519(crypto.ed25519), secp256k1()])
 * const holds = await suites.verify(peerId, message, signature)
 */
export function createSuites(given: readonly SignatureSuite[]): Suites {
  const byName = new Map<SuiteName, SignatureSuite>()
  for (const suite of given) {
    const { name } = suite
    if (name !== 'ed25519' && name !== 'secp256k1') throw new TypeError(`no peer id names a suite ${String(name)}`)
    if (byName.has(name)) throw new TypeError(`the suite ${name} is there already`)
    byName.set(name, suite)
  }
  const suiteOf = (peerId: PeerId) => byName.get(suiteNameOf(peerId))
  return {
    supports: (peerId) => suiteOf(peerId) !== undefined,
    supported(peerId) {
      if (suiteOf(peerId) !== undefined) return peerId
      throw coreError('SUITE_UNSUPPORTED', { peerId, detail: `${peerId} is a ${suiteNameOf(peerId)} key` })
    },
    verify(peerId, message, signature) {
      const suite = suiteOf(peerId)
      return suite !== undefined && verdictOf(() => suite.verify(publicKeyOf(peerId), message, signature))
    },
    isKeyChecked: (peerId) => suiteOf(peerId)?.isKeyChecked(publicKeyOf(peerId)) ?? false,
  }
}

/** What somebody else's code says of a signature; one that throws or rejects has refused it. */
export function verdictOf(ask: () => MaybePromise<boolean>): MaybePromise<boolean> {
  try {
    const verdict = ask()
    return typeof verdict === 'boolean' ? verdict : verdict.catch(() => false)
  } catch {
    return false
  }
}

/** A fresh secret of the suite. */
export function drawSecret({ isSecret }: Pick<KeySuite, 'isSecret'>, env: Pick<Env, 'random'>): Uint8Array {
  for (let draw = 0; draw < drawsMax; draw += 1) {
    const secret = env.random(32)
    if (isSecret(secret)) return secret
  }
  throw new TypeError('env.random does not give random bytes')
}
