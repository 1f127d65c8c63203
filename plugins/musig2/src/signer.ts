import type { MaybePromise } from '@rondo/core'
import type { Session } from './bip327/session.js'

/**
 * Who holds secret keys: this program's memory, or a device. It may take its time. Whatever it calls a secret nonce is kept for it in
 * memory, and given back once.
 */
export interface Signer<SecretNonce = unknown> {
  /** Whether this key, of 33 bytes, is one of its own. */
  holds(publicKey: Uint8Array): MaybePromise<boolean>
  makeNonce(request: NonceRequest): MaybePromise<SignerNonce<SecretNonce>>
  /** This signer's part of the signature, 32 bytes. It wipes the nonce, whatever comes of it. */
  sign(request: PartialRequest<SecretNonce>): MaybePromise<Uint8Array>
}

export interface SignerNonce<SecretNonce> {
  /** 66 bytes. */
  readonly publicNonce: Uint8Array
  readonly secretNonce: SecretNonce
}

export interface NonceRequest {
  /** Its own. */
  readonly publicKey: Uint8Array
  /** What will be signed for, of 32 bytes. */
  readonly aggregateKey: Uint8Array
  readonly message: Uint8Array
  /** Where the nonce is for: the round, the attempt, the signer, the item. Never the same twice. */
  readonly place: Uint8Array
  /** 32 bytes, fresh. A device has its own. */
  readonly random: Uint8Array
}

export interface PartialRequest<SecretNonce> {
  /** Its own. */
  readonly publicKey: Uint8Array
  readonly secretNonce: SecretNonce
  /** The keys, tweaks, nonces and the message, and what follows from them. */
  readonly session: Session
  /** Aborts when nothing is wanted any more. */
  readonly signal: AbortSignal
}
