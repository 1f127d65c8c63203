import { nativeCrypto } from '../src/crypto/native-crypto.js'
import { type OpenedRecord, openRecord, sealRecord } from '../src/flow/record.js'
import { createCipherState } from '../src/noise/cipher-state.js'

const key = new Uint8Array(32).fill(9)

/** A record that held, of any plaintext: there is no other way to come by one than to seal and open it. */
export function recordOf(plaintext: Uint8Array): OpenedRecord {
  const sealed = sealRecord(createCipherState(nativeCrypto, key), plaintext)
  const record = openRecord(createCipherState(nativeCrypto, key), sealed ?? plaintext)
  if (!record.ok) throw new Error(record.code)
  return record
}
