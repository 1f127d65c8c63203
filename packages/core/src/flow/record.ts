import type { CipherState } from '../noise/cipher-state.js'

// Stage 1. A record is one link frame: the frames of one turn, sealed together. The counter is implicit, so a record that was
// changed, repeated, dropped or reordered does not open, and the first that does not ends the link.

/** Noise's limit for one message, tag included. */
export const recordBytesMax = 65_535
export const tagBytes = 16
/**
 * What a sender puts into one record, where the link carries as much. Larger records save little and are cut up by the reads of
 * the receiver, who takes them all the same. A frame that is larger by itself travels in parts.
 */
export const plaintextBytesMax = 32_752
/** Plaintext begins with the sender's wall clock, and with how many envelopes have come to it: six bytes each. */
export const recordHeadBytes = 12

const nothing = new Uint8Array(0)

/** A record that held: stage 2 reads frames from nothing else. */
class OpenedRecord {
  declare protected readonly stage: 'record'
  readonly ok = true
  /** Fresh memory: payloads may be views of it. */
  readonly plaintext: Uint8Array

  constructor(plaintext: Uint8Array) {
    this.plaintext = plaintext
  }
}

export type { OpenedRecord }

const refused = { ok: false, code: 'RECORD_REFUSED' } as const
const oversized = { ok: false, code: 'RECORD_OVERSIZED' } as const
export type RecordRefusal = typeof refused | typeof oversized

/** Opens the next record of a channel. */
export function openRecord(cipher: CipherState, sealed: Uint8Array): OpenedRecord | RecordRefusal {
  if (sealed.length > recordBytesMax) return oversized
  const plaintext = cipher.open(nothing, sealed)
  return plaintext === undefined ? refused : new OpenedRecord(plaintext)
}

/** Seals the next record of a channel; undefined once its counter is used up, and then the link must close. */
export function sealRecord(cipher: CipherState, plaintext: Uint8Array): Uint8Array | undefined {
  return cipher.seal(nothing, plaintext)
}
