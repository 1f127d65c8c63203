import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { aeadNonce } from './aead-nonce.js'
import type { AeadKey, CryptoProvider, Ed25519Backend, Sha256 } from './crypto-provider.js'
import { rememberKeys } from './key-memo.js'

// OpenSSL by way of node:crypto, all of it synchronous. Results are plain Uint8Arrays, never Buffers, whose `slice` is a view.

type Curve = 'Ed25519' | 'X25519'

const aead = 'chacha20-poly1305'
const tagBytes = 16
const unclearedBytesMin = 4_096

/** PKCS #8 of a raw private key is this, then the 32 bytes (RFC 8410, section 7). */
const pkcs8Prefixes: Readonly<Record<Curve, readonly number[]>> = {
  Ed25519: [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20],
  X25519: [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20],
}

const ed25519Secret = rememberKeys((seed) => secretKeyObject('Ed25519', seed))
const x25519Secret = rememberKeys((secretKey) => secretKeyObject('X25519', secretKey))

const ed25519: Ed25519Backend = {
  publicKey: (seed) => rawPublicKey(ed25519Secret(seed)),
  sign: (seed, message) => plain(sign(null, message, ed25519Secret(seed))),
  verify(publicKey, message, signature) {
    if (publicKey.length !== 32) return false
    return verify(null, message, publicKeyObject('Ed25519', publicKey), signature)
  },
}

/** Everything by node:crypto. */
export const nativeCrypto: CryptoProvider = {
  name: 'native',
  sha256,
  createSha256: nativeSha256,
  hmacSha256: (key, bytes) => plain(createHmac('sha256', key).update(bytes).digest()),
  x25519PublicKey: (secretKey) => rawPublicKey(x25519Secret(secretKey)),
  x25519SharedSecret(secretKey, publicKey) {
    if (publicKey.length !== 32) return undefined
    const privateKey = x25519Secret(secretKey)
    try {
      // OpenSSL refuses an all-zero secret by throwing.
      return plain(diffieHellman({ privateKey, publicKey: publicKeyObject('X25519', publicKey) }))
    } catch {
      return undefined
    }
  },
  aeadKey: nativeAeadKey,
  ed25519,
}

function nativeSha256(): Sha256 {
  const running = createHash('sha256')
  return {
    update(bytes) {
      running.update(bytes)
    },
    digest: () => plain(running.digest()),
  }
}

/** By way of a text, a character a byte: the engine makes one in a third of the time that a Buffer takes. */
function sha256(bytes: Uint8Array): Uint8Array {
  const text = hash('sha256', bytes, 'binary')
  const digest = new Uint8Array(32)
  for (let index = 0; index < 32; index += 1) digest[index] = text.charCodeAt(index)
  return digest
}

function nativeAeadKey(raw: Uint8Array): AeadKey {
  const key = createSecretKey(raw)
  return {
    seal(counter, associated, plaintext) {
      const cipher = createCipheriv(aead, key, aeadNonce(counter), { authTagLength: tagBytes })
      if (associated.length > 0) cipher.setAAD(associated, { plaintextLength: plaintext.length })
      const body = cipher.update(plaintext)
      cipher.final()
      const sealed = memoryOf(plaintext.length + tagBytes)
      sealed.set(body)
      sealed.set(cipher.getAuthTag(), plaintext.length)
      return sealed
    },
    open(counter, associated, sealed) {
      const bodyBytes = sealed.length - tagBytes
      if (bodyBytes < 0) return undefined
      const decipher = createDecipheriv(aead, key, aeadNonce(counter), { authTagLength: tagBytes })
      if (associated.length > 0) decipher.setAAD(associated, { plaintextLength: bodyBytes })
      decipher.setAuthTag(sealed.subarray(bodyBytes))
      const plaintext = decipher.update(sealed.subarray(0, bodyBytes))
      try {
        decipher.final()
      } catch {
        return undefined
      }
      return plain(plaintext)
    },
  }
}

function secretKeyObject(curve: Curve, raw: Uint8Array): KeyObject {
  if (raw.length !== 32) throw new TypeError(`an ${curve} secret has 32 bytes, not ${raw.length}`)
  const prefix = pkcs8Prefixes[curve]
  const der = Buffer.alloc(prefix.length + 32)
  der.set(prefix)
  der.set(raw, prefix.length)
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}

/** By JWK, since OpenSSL 3.0 (Node 20) takes 100 µs for the same key in DER. */
function publicKeyObject(curve: Curve, raw: Uint8Array): KeyObject {
  const x = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: curve, x }, format: 'jwk' })
}

function rawPublicKey(secretKey: KeyObject): Uint8Array {
  const { x = '' } = createPublicKey(secretKey).export({ format: 'jwk' })
  return new Uint8Array(Buffer.from(x, 'base64url'))
}

/** To be written over whole: clearing much of it first costs a sixth of what sealing it does. */
function memoryOf(bytes: number): Uint8Array {
  return bytes < unclearedBytesMin ? new Uint8Array(bytes) : plain(Buffer.allocUnsafeSlow(bytes))
}

/** The same memory; none of the buffers handed in here comes from Buffer's shared pool. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}
