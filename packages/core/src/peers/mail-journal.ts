import { ByteReader } from '../bytes/byte-reader.js'
import { ByteWriter } from '../bytes/byte-writer.js'
import type { CryptoProvider } from '../crypto/crypto-provider.js'
import { checkPeerId, type PeerId } from '../identity/peer-id.js'
import { isName, isVersion } from '../protocol/names.js'
import type { Store } from '../store/store.js'
import type { Letter } from './mail-queue.js'

// Letters on disk, one entry each. The key is the letter's number, so that their order is the order of keeping. The value:
//   version 1, digest 8, kept at u48, queue u48, signed u8, codec u8, version u16 (0: none), peer id u8+, protocol u8+, type u8+, payload
// The digest is the beginning of the SHA-256 of the key and of all that follows it: it tells damage, not malice.

const layoutVersion = 1
const digestBytes = 8
const keyDigits = 12
const keyPattern = /^[0-9a-f]{12}$/

/** Of one range, whatever it is that it holds. */
export type FoundMail =
  | { readonly key: string; readonly letter: Letter }
  | { readonly key: string; readonly letter: undefined }

export class MailJournal {
  readonly #store: Store
  readonly #crypto: CryptoProvider
  readonly #isDurable: boolean

  /** Each node keeps its own, whoever else uses the store. */
  constructor(store: Store, owner: PeerId, crypto: CryptoProvider) {
    this.#store = store.scope('mailbox').scope(owner)
    this.#crypto = crypto
    this.#isDurable = store.durability === 'durable'
  }

  /** All that is there, oldest first; without a letter where an entry is damaged. */
  async *read(): AsyncGenerator<FoundMail, void> {
    for await (const { key, value } of this.#store.range('')) {
      yield { key, letter: decodeLetter(key, value, this.#crypto) }
    }
  }

  write(letter: Letter): Promise<void> {
    return this.#store.put(keyOf(letter), encodeLetter(letter, this.#crypto), { durable: this.#isDurable })
  }

  async remove(letters: readonly Letter[]): Promise<void> {
    await this.removeKeys(letters.map(keyOf))
  }

  async removeKeys(keys: readonly string[]): Promise<void> {
    // In parts, since a batch has its bounds.
    for (let at = 0; at < keys.length; at += 1_024) {
      const operations = keys.slice(at, at + 1_024).map((key) => ({ type: 'delete', key }) as const)
      await this.#store.batch(operations, { durable: this.#isDurable })
    }
  }
}

function keyOf({ number }: Letter): string {
  return number.toString(16).padStart(keyDigits, '0')
}

/** The entry of a letter, under the key that its number gives. */
export function encodeLetter(letter: Letter, crypto: CryptoProvider): Uint8Array {
  const { keptAtMs, queueMs, signed, codecId, version = 0, peerId, protocol, type, payload } = letter
  const writer = new ByteWriter({ capacityBytes: payload.length + 256 })
  writer.u8(layoutVersion)
  writer.skip(digestBytes)
  writer.u48(keptAtMs)
  writer.u48(queueMs)
  writer.u8(signed ? 1 : 0)
  writer.u8(codecId)
  writer.u16(version)
  for (const text of [peerId, protocol, type]) {
    writer.u8(text.length)
    writer.utf8(text)
  }
  writer.bytes(payload)
  const value = writer.slice()
  value.set(digestOf(keyOf(letter), value, crypto), 1)
  return value
}

/** Undefined where the entry is damaged or of another layout. Never throws, whatever the bytes. */
export function decodeLetter(key: string, value: Uint8Array, crypto: CryptoProvider): Letter | undefined {
  if (!keyPattern.test(key)) return undefined
  const number = Number.parseInt(key, 16)
  const reader = new ByteReader(value)
  if (reader.u8() !== layoutVersion) return undefined
  const digest = reader.bytes(digestBytes)
  if (reader.failed) return undefined
  const expected = digestOf(key, value, crypto)
  if (!digest.every((byte, index) => byte === expected[index])) return undefined
  const keptAtMs = reader.u48()
  const queueMs = reader.u48()
  const signed = reader.u8() === 1
  const codecId = reader.u8()
  const version = reader.u16()
  const [peerText, protocol, type] = [0, 1, 2].map(() => reader.utf8(reader.u8()))
  const payload = reader.rest()
  const peerId = checkPeerId(peerText)
  if (reader.failed || !peerId.ok || !isName(protocol) || !isName(type) || !(version === 0 || isVersion(version))) {
    return undefined
  }
  return {
    number,
    peerId: peerId.value,
    protocol,
    version: version === 0 ? undefined : version,
    type,
    signed,
    codecId,
    payload,
    keptAtMs,
    queueMs,
  }
}

function digestOf(key: string, value: Uint8Array, crypto: CryptoProvider): Uint8Array {
  const sha256 = crypto.createSha256()
  const writer = new ByteWriter()
  writer.utf8(key)
  sha256.update(writer.view())
  sha256.update(value.subarray(1 + digestBytes))
  return sha256.digest().subarray(0, digestBytes)
}
