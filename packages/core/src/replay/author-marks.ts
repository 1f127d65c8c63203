import type { ByteReader } from '../bytes/byte-reader.js'
import type { ByteWriter } from '../bytes/byte-writer.js'
import { checkPeerId, type PeerId } from '../identity/peer-id.js'
import { ReplayWindow } from './replay-window.js'

// All that is remembered of one author. It may be dropped when the last of its marked messages has expired, if the
// floor then covers what they expired at.

export interface AuthorMarks {
  epoch: number
  window: ReplayWindow
  /** The expiries of the messages marked, those of earlier epochs included. */
  earliestMs: number
  latestMs: number
  /** Who brought the first of its messages, and answers for the memory. */
  readonly forwarder: PeerId
  isReserved: boolean
  /** As charged. */
  bytes: number
}

/** Rounded up from what 64-bit V8 takes: the entry, its window and its names; and what a ring costs beside its words. */
const authorBytes = 512
const ringBytes = 256

/** What an author is charged for a window of `words` words. */
export function bytesOfMarks(words: number): number {
  return words === 1 ? authorBytes : authorBytes + ringBytes + words * 4
}

const formatVersion = 1

export function encodeAuthorMarks(marks: AuthorMarks, writer: ByteWriter): void {
  writer.u8(formatVersion)
  writer.u48(marks.epoch)
  writer.u48(marks.earliestMs)
  writer.u48(marks.latestMs)
  writer.u8(marks.forwarder.length)
  writer.utf8(marks.forwarder)
  marks.window.encode(writer)
}

/** What the store has of an author. */
export interface StoredMarks {
  readonly epoch: number
  readonly earliestMs: number
  readonly latestMs: number
  readonly forwarder: PeerId
  readonly window: ReplayWindow
}

/** Undefined where the bytes are not what `encodeAuthorMarks` writes. */
export function decodeAuthorMarks(reader: ByteReader, windowSequences: number): StoredMarks | undefined {
  const version = reader.u8()
  const epoch = reader.u48()
  const earliestMs = reader.u48()
  const latestMs = reader.u48()
  const forwarder = checkPeerId(reader.utf8(reader.u8()))
  const window = ReplayWindow.decode(reader, windowSequences)
  const sound = version === formatVersion && forwarder.ok && earliestMs <= latestMs
  if (!sound || reader.failed || reader.remaining > 0) return undefined
  return { epoch, earliestMs, latestMs, forwarder: forwarder.value, window }
}
