// The primitives, behind one small interface: native in Node, WebCrypto for signatures where it is there, noble otherwise.
// Everything a channel needs per record is synchronous; signatures may be asynchronous and are awaited in order.

export type MaybePromise<T> = T | Promise<T>

/** ChaCha20-Poly1305 (RFC 8439) under one key, with Noise's nonce: four zero bytes, then the counter, little-endian. */
export interface AeadKey {
  /** Returns the ciphertext with its 16-byte tag behind it, in fresh memory. */
  seal(counter: number, associated: Uint8Array, plaintext: Uint8Array): Uint8Array
  /** Returns the plaintext in fresh memory, or undefined where the tag does not hold. */
  open(counter: number, associated: Uint8Array, sealed: Uint8Array): Uint8Array | undefined
}

/** Raw Ed25519. `verify` is one backend's opinion; only `createEd25519` (the rule around it) gives Rondo's verdict. */
export interface Ed25519Backend {
  publicKey(seed: Uint8Array): Uint8Array
  sign(seed: Uint8Array, message: Uint8Array): MaybePromise<Uint8Array>
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): MaybePromise<boolean>
}

/** SHA-256 of what comes in pieces. After `digest` it is used up. */
export interface Sha256 {
  update(bytes: Uint8Array): void
  digest(): Uint8Array
}

export interface CryptoProvider {
  readonly name: string
  sha256(bytes: Uint8Array): Uint8Array
  createSha256(): Sha256
  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array
  x25519PublicKey(secretKey: Uint8Array): Uint8Array
  /** Undefined where the other key is of small order and the secret would be all zero. */
  x25519SharedSecret(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined
  aeadKey(key: Uint8Array): AeadKey
  readonly ed25519: Ed25519Backend
}
