import { platformCrypto, random } from '#platform'
import type { Ed25519Backend, MaybePromise } from '../crypto/crypto-provider.js'
import type { Env } from '../env/env.js'
import { encodePeerId, type PeerId } from './peer-id.js'

/** Whoever can sign for a peer id. The key may lie where nobody can read it. */
export interface Identity {
  readonly peerId: PeerId
  sign(bytes: Uint8Array): MaybePromise<Uint8Array>
}

export interface IdentityOptions {
  /** Who signs; the platform's fastest by default. */
  readonly ed25519?: Ed25519Backend | undefined
}

export interface GenerateIdentityOptions extends IdentityOptions {
  /** Where the seed comes from; the system's generator by default. */
  readonly env?: Pick<Env, 'random'> | undefined
}

/**
 * A new identity, which lives as long as the object: nothing can read its seed out again.
 *
 * @example
 * const coordinator = createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })
 */
export function generateIdentity(options: GenerateIdentityOptions = {}): Identity {
  return createIdentity(options.env === undefined ? random(32) : options.env.random(32), options)
}

/** The identity of a 32-byte seed (RFC 8032), which must be secret and unpredictable. The seed is copied. */
export function identityFromSeed(seed: Uint8Array, options: IdentityOptions = {}): Identity {
  if (!(seed instanceof Uint8Array) || seed.length !== 32) throw new TypeError('an identity’s seed is 32 bytes')
  return createIdentity(new Uint8Array(seed), options)
}

/** Keeps the seed in a closure: it is no property, so that neither a log nor JSON can show it. */
function createIdentity(seed: Uint8Array, { ed25519 = platformCrypto.ed25519 }: IdentityOptions): Identity {
  return Object.freeze({
    peerId: encodePeerId(ed25519.publicKey(seed)),
    sign: (bytes: Uint8Array) => ed25519.sign(seed, bytes),
  })
}
