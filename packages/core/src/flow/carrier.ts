import type { Env } from '../env/env.js'
import type { CipherState } from '../noise/cipher-state.js'
import type { Link } from '../transport/transport.js'
import { plaintextBytesMax, sealRecord, tagBytes } from './record.js'

/** When a key has had its time: a stolen one opens what was said since, and no more. */
export interface RekeyLimits {
  readonly rekeyRecords: number
  readonly rekeyIntervalMs: number
}

/** One channel's way out: plaintext is sealed and goes to the link. */
export class Carrier {
  readonly #link: Link
  readonly #cipher: CipherState
  readonly #env: Env
  readonly #limits: RekeyLimits
  #keyedAtMs: number
  #keyRecords = 0
  /** The largest plaintext of a record here. */
  readonly plaintextMax: number
  /** The link is above its high-water mark. */
  isBlocked = false

  constructor(link: Link, cipher: CipherState, env: Env, limits: RekeyLimits) {
    this.#link = link
    this.#cipher = cipher
    this.#env = env
    this.#limits = limits
    this.#keyedAtMs = env.monotonicMs()
    this.plaintextMax = Math.min(plaintextBytesMax, link.capabilities.frameBytesMax - tagBytes)
  }

  /** The bytes that went to the link; undefined once the counter is used up, and then the link must close. */
  seal(plaintext: Uint8Array): number | undefined {
    const sealed = sealRecord(this.#cipher, plaintext)
    if (sealed === undefined) return undefined
    this.#keyRecords += 1
    if (!this.#link.send(sealed)) this.isBlocked = true
    return sealed.length
  }

  /** Whether this key has had its time. Asked behind a record that left, and once: after a yes, `rekey` follows. */
  isRekeyDue(): boolean {
    const nowMs = this.#env.monotonicMs()
    const { rekeyRecords, rekeyIntervalMs } = this.#limits
    if (this.#keyRecords < rekeyRecords && nowMs - this.#keyedAtMs < rekeyIntervalMs) return false
    this.#keyedAtMs = nowMs
    // The record that says so is still of this key.
    this.#keyRecords = -1
    return true
  }

  /** The other end was told by the record before. */
  rekey(): void {
    this.#cipher.rekey()
  }
}
