import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { random } from '#platform'
import type { Env } from '../env/env.js'
import { coreError } from '../errors.js'
import { type Identity, identityFromSeed } from '../identity/identity.js'
import { type PeerId, suiteNameOf } from '../identity/peer-id.js'
import { drawSecret, type KeySuite } from '../identity/suite.js'
import { associatedData, decodeKeyFile, encodeKeyFile, type KeyFile, nonceBytes, saltBytes } from './key-file.js'
import { memoryBytesOf, type OpenLimits, resolveMemoryMax, resolveSealCost, type SealOptions } from './options.js'
import { deriveKey, encodePassphrase } from './passphrase.js'

// Keys that outlive the process. A kept key holds its secret in a closure, and gives it out in two ways only, both by name:
// sealed under a passphrase, or bare. What is handed to a coordinator is its identity, which can do neither.

/** A key that may be written down. */
export interface KeptKey {
  /** For a coordinator. It signs, and cannot show its secret. */
  readonly identity: Identity
  /** The key as text, encrypted: fit for a file or any store. Sealing anew is how a passphrase is changed. */
  seal(passphrase: string, options?: SealOptions): Promise<string>
  /** A copy of the 32 bytes, for a backup by other means. Whoever has them is the peer. */
  exportSecret(): Uint8Array
}

export interface KeyOptions {
  /** What kind of key: Ed25519 by default, or `secp256k1()`. */
  readonly suite?: KeySuite | undefined
  /** Where randomness comes from; the system's generator by default. */
  readonly env?: Pick<Env, 'random'> | undefined
}

export interface OpenOptions extends OpenLimits {
  /** Kinds of keys besides Ed25519 that may be opened, such as `secp256k1()`. */
  readonly suites?: readonly KeySuite[] | undefined
  readonly env?: Pick<Env, 'random'> | undefined
}

const ed25519: KeySuite = {
  name: 'ed25519',
  isSecret: (bytes) => bytes instanceof Uint8Array && bytes.length === 32,
  identityFromSecret: (secret) => identityFromSeed(secret),
}

/**
 * A new key.
 *
 * @example
 * const key = generateKey()
 * await writeFile('node.key', await key.seal(passphrase), { mode: 0o600 })
 * const node = createCoordinator({ identity: key.identity })
 */
export function generateKey({ suite = ed25519, env = { random } }: KeyOptions = {}): KeptKey {
  return keep(drawSecret(suite, env), suite, env)
}

/** The key of a secret that was exported or made elsewhere; a TypeError where it is none of the suite. It is copied. */
export function importKey(secret: Uint8Array, { suite = ed25519, env = { random } }: KeyOptions = {}): KeptKey {
  if (!suite.isSecret(secret)) throw new TypeError(`these bytes are no ${suite.name} secret`)
  return keep(new Uint8Array(secret), suite, env)
}

/**
 * Opens what `seal` made. Rejects with `KEYSTORE_PASSPHRASE`, `KEYSTORE_MALFORMED`, `KEYSTORE_VERSION`, `KEYSTORE_COST` or
 * `SUITE_UNSUPPORTED`, all but the first before any work.
 *
 * @example
 * const { identity } = await openKey(await readFile('node.key', 'utf8'), passphrase)
 */
export async function openKey(text: string, passphrase: string, options: OpenOptions = {}): Promise<KeptKey> {
  const { suites = [], env = { random } } = options
  const memoryBytesMax = resolveMemoryMax(options)
  const file = readKeyFile(text)
  const { peerId, cost } = file
  const suite = [...suites, ed25519].find(({ name }) => name === suiteNameOf(peerId))
  if (suite === undefined) throw coreError('SUITE_UNSUPPORTED', { peerId, detail: suiteNameOf(peerId) })
  const memoryBytes = memoryBytesOf(cost)
  if (memoryBytes > memoryBytesMax) {
    throw coreError('KEYSTORE_COST', { peerId, detail: `${memoryBytes} bytes`, details: { memoryBytes } })
  }
  const secret = await unseal(file, passphrase)
  if (secret === undefined) throw coreError('KEYSTORE_PASSPHRASE', { peerId })
  const key = suite.isSecret(secret) ? keep(secret, suite, env) : undefined
  // Whoever knows a passphrase can seal one peer's secret under another's name.
  if (key?.identity.peerId !== peerId) throw coreError('KEYSTORE_MALFORMED', { peerId, detail: 'the key is another’s' })
  return key
}

/** Whose key a sealed text says it is; only opening it proves that. Throws `KEYSTORE_MALFORMED` or `KEYSTORE_VERSION`. */
export function peerIdOfSealed(text: string): PeerId {
  return readKeyFile(text).peerId
}

function keep(secret: Uint8Array, suite: KeySuite, env: Pick<Env, 'random'>): KeptKey {
  const identity = suite.identityFromSecret(secret, { env })
  return Object.freeze({
    identity,
    seal: (passphrase: string, options?: SealOptions) => seal(secret, identity.peerId, passphrase, env, options),
    exportSecret: () => new Uint8Array(secret),
  })
}

async function seal(
  secret: Uint8Array,
  peerId: PeerId,
  passphrase: string,
  env: Pick<Env, 'random'>,
  options?: SealOptions,
): Promise<string> {
  const cost = resolveSealCost(options)
  const encoded = encodePassphrase(passphrase)
  if (encoded === undefined) {
    throw new TypeError('a passphrase is a text of 1 to 1,024 characters')
  }
  const salt = env.random(saltBytes)
  const nonce = env.random(nonceBytes)
  const key = await deriveKey(encoded, salt, cost)
  const sealed = xchacha20poly1305(key, nonce, associatedData({ peerId, cost, salt })).encrypt(secret)
  key.fill(0)
  return encodeKeyFile({ peerId, cost, salt, nonce, sealed })
}

/** The secret, or undefined where the passphrase does not open it. */
async function unseal(file: KeyFile, passphrase: string): Promise<Uint8Array | undefined> {
  const encoded = encodePassphrase(passphrase)
  if (encoded === undefined) return undefined
  const key = await deriveKey(encoded, file.salt, file.cost)
  try {
    return xchacha20poly1305(key, file.nonce, associatedData(file)).decrypt(file.sealed)
  } catch {
    return undefined
  } finally {
    key.fill(0)
  }
}

function readKeyFile(text: string): KeyFile {
  const reading = decodeKeyFile(text)
  if (!reading.ok) throw coreError(reading.code)
  return reading.file
}
