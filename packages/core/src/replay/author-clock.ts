import { ByteReader } from '../bytes/byte-reader.js'
import { ByteWriter } from '../bytes/byte-writer.js'
import type { Env } from '../env/env.js'
import { coreError } from '../errors.js'
import type { ReplayStore } from './replay-store.js'
import { sequenceMax } from './replay-window.js'

// Where our own signed messages stand: an epoch a start, which is the time of the start or more, and a sequence that counts
// from 0. Two messages never share a place, since receivers take the second for a replay of the first, and others take
// both for evidence.

const epochKey = 'replay/epoch'

export interface AuthorPosition {
  readonly epoch: number
  readonly sequence: number
}

export interface AuthorClock {
  readonly epoch: number
  /** A position that no message had before. Throws `AUTHOR_EXHAUSTED` after 2^48 of them. */
  next(): AuthorPosition
}

export interface AuthorClockOptions {
  readonly env: Env
  /** What keeps epochs rising where the clock does not. One author to a store. */
  readonly store?: Pick<ReplayStore, 'get' | 'batch'> | undefined
}

/**
 * Begins an epoch, by one durable write where there is a store; rejects with what the store rejects with.
 *
 * @example
 * const clock = await openAuthorClock({ env, store })
 * const { epoch, sequence } = clock.next()
 */
export async function openAuthorClock({ env, store }: AuthorClockOptions): Promise<AuthorClock> {
  const wallMs = Math.min(Math.max(0, Math.floor(env.wallMs())), sequenceMax)
  if (store === undefined) return new CountingClock(wallMs)
  const kept = await store.get(epochKey)
  const epoch = kept === undefined ? wallMs : Math.max(decodeEpoch(kept) + 1, wallMs)
  if (epoch > sequenceMax) throw coreError('AUTHOR_EXHAUSTED')
  const writer = new ByteWriter()
  writer.u48(epoch)
  // Another process that starts on the same store at this moment takes a later epoch or none.
  const expect = [{ key: epochKey, value: kept }]
  await store.batch([{ type: 'put', key: epochKey, value: writer.slice() }], { expect, durable: true })
  return new CountingClock(epoch)
}

/** Counts up within one epoch. */
export class CountingClock implements AuthorClock {
  readonly epoch: number
  #next: number

  constructor(epoch: number, first = 0) {
    this.epoch = epoch
    this.#next = first
  }

  next(): AuthorPosition {
    if (this.#next > sequenceMax) throw coreError('AUTHOR_EXHAUSTED')
    const sequence = this.#next
    this.#next += 1
    return { epoch: this.epoch, sequence }
  }
}

function decodeEpoch(bytes: Uint8Array): number {
  const reader = new ByteReader(bytes)
  const epoch = reader.u48()
  if (reader.failed || reader.remaining > 0) throw new Error(`the entry ${epochKey} of the store cannot be read`)
  return epoch
}
