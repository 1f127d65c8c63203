import { random } from '#platform'
import type { Env } from '../env/env.js'
import type { Identity } from '../identity/identity.js'
import { encodePeerId, evenPoint } from '../identity/peer-id.js'
import { drawSecret, type KeySuite, type SignatureSuite } from '../identity/suite.js'
import { type Bip340Backend, hashMessage, isSecretKey, nobleBip340, verifyMessage } from './bip340.js'

export interface Secp256k1Options {
  /** Who signs and verifies; plain JavaScript by default. */
  readonly backend?: Bip340Backend | undefined
}

export interface Secp256k1IdentityOptions extends Secp256k1Options {
  /** Where randomness comes from, for each signature too; the system's generator by default. */
  readonly env?: Pick<Env, 'random'> | undefined
}

/** For `createCoordinator({ suites })`, which verifies by it, and for the keystore, which makes identities by it. */
export interface Secp256k1Suite extends SignatureSuite, KeySuite {}

const auxRandomBytes = 32

/**
 * The suite of peers whose keys are BIP-340 keys.
 *
 * @example
 * const node = createCoordinator({ identity: generateSecp256k1Identity(), suites: [secp256k1()], transports: [webSocket()] })
 */
export function secp256k1({ backend = nobleBip340 }: Secp256k1Options = {}): Secp256k1Suite {
  return Object.freeze({
    name: 'secp256k1' as const,
    verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) =>
      verifyMessage(backend, publicKey, message, signature),
    // The group has no torsion: to find x on the curve is part of every verification.
    isKeyChecked: () => true,
    isSecret: isSecretKey,
    identityFromSecret: (secret: Uint8Array, { env }: Pick<Secp256k1IdentityOptions, 'env'> = {}) =>
      secp256k1IdentityFromSecret(secret, { backend, env }),
  })
}

/** A new identity, which lives as long as the object: nothing can read its secret out again. */
export function generateSecp256k1Identity(options: Secp256k1IdentityOptions = {}): Identity {
  return createIdentity(drawSecret({ isSecret: isSecretKey }, options.env ?? { random }), options)
}

/** The identity of a 32-byte secret key, from 1 to n - 1. The secret is copied. */
export function secp256k1IdentityFromSecret(secret: Uint8Array, options: Secp256k1IdentityOptions = {}): Identity {
  if (!isSecretKey(secret)) throw new TypeError('a secp256k1 secret is 32 bytes, from 1 up to the order of the group')
  return createIdentity(new Uint8Array(secret), options)
}

/** Keeps the secret in a closure: it is no property, so that neither a log nor JSON can show it. */
function createIdentity(secret: Uint8Array, options: Secp256k1IdentityOptions): Identity {
  const { backend = nobleBip340, env = { random } } = options
  const publicKey = Uint8Array.of(evenPoint, ...backend.publicKey(secret))
  return Object.freeze({
    peerId: encodePeerId(publicKey),
    sign: (bytes: Uint8Array) => backend.sign(secret, hashMessage(bytes), env.random(auxRandomBytes)),
  })
}
