import { ByteReader } from '../bytes/byte-reader.js'
import { ByteWriter } from '../bytes/byte-writer.js'
import { checkPeerId, type PeerId } from '../identity/peer-id.js'
import { decodeAuthorMarks, encodeAuthorMarks } from './author-marks.js'
import { ExpiryFloor } from './expiry-floor.js'
import { ReplayCache } from './replay-cache.js'
import type { ReplayLimits } from './replay-limits.js'
import type { ReplayStore, ReplayStoreOperation } from './replay-store.js'

// What outlives a restart: one entry an author, and one with the floor and the moment from which the memory is complete.
// An entry is deleted no earlier than the floor that covers it is written. Bytes that cannot be read are a failure, never
// an empty memory.

const memoryKey = 'replay/memory'
const authorPrefix = 'replay/author/'
const formatVersion = 1
/** Deletions a batch; the rest wait for the next, since an entry too many does no harm. */
const deletionsMax = 1_024

/** What was read, or an empty memory. */
export interface LoadedMemory {
  readonly cache: ReplayCache
  /** Undefined where the store knew nothing. */
  readonly completeFromMs: number | undefined
}

export async function loadMemory(
  store: ReplayStore | undefined,
  limits: ReplayLimits,
  isReserved: (author: PeerId) => boolean,
): Promise<LoadedMemory> {
  const bytes = await store?.get(memoryKey)
  if (store === undefined || bytes === undefined) {
    const cache = new ReplayCache({ limits, isReserved, isStored: store !== undefined })
    return { cache, completeFromMs: undefined }
  }
  const { completeFromMs, floor } = decodeMemory(bytes)
  const cache = new ReplayCache({ limits, isReserved, isStored: true, floor })
  for await (const { key, value } of store.range(authorPrefix)) {
    const author = checkPeerId(key.slice(authorPrefix.length))
    const marks = decodeAuthorMarks(new ByteReader(value), limits.windowSequences)
    if (!author.ok || marks === undefined) throw new Error(`the entry ${key} of the replay memory cannot be read`)
    cache.restore(author.value, marks)
  }
  return { cache, completeFromMs }
}

/** Writes what has changed, durably; what a failed write was to carry, the next one carries. */
export async function writeMemory(store: ReplayStore, cache: ReplayCache, completeFromMs: number): Promise<void> {
  const authors = [...cache.changed, ...[...cache.dropped].slice(0, deletionsMax)]
  const operations = authors.map((author) => authorOperation(cache, author))
  operations.push({ type: 'put', key: memoryKey, value: encodeMemory(cache.floor, completeFromMs) })
  for (const author of authors) if (!cache.changed.delete(author)) cache.dropped.delete(author)
  try {
    await store.batch(operations, { durable: true })
  } catch (cause) {
    for (const author of authors) cache.noteChange(author)
    throw cause
  }
}

function authorOperation(cache: ReplayCache, author: PeerId): ReplayStoreOperation {
  const key = authorPrefix + author
  const marks = cache.marksOf(author)
  if (marks === undefined) return { type: 'delete', key }
  const writer = new ByteWriter()
  encodeAuthorMarks(marks, writer)
  return { type: 'put', key, value: writer.slice() }
}

function encodeMemory(floor: ExpiryFloor, completeFromMs: number): Uint8Array {
  const writer = new ByteWriter()
  writer.u8(formatVersion)
  writer.u48(completeFromMs)
  floor.encode(writer)
  return writer.slice()
}

function decodeMemory(bytes: Uint8Array): { completeFromMs: number; floor: ExpiryFloor } {
  const reader = new ByteReader(bytes)
  const version = reader.u8()
  const completeFromMs = reader.u48()
  const floor = ExpiryFloor.decode(reader)
  if (version !== formatVersion || reader.failed || reader.remaining > 0) {
    throw new Error(`the entry ${memoryKey} of the store cannot be read`)
  }
  return { completeFromMs, floor }
}
