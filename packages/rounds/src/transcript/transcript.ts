import { ByteReader, ByteWriter, compareBytes } from '@rondo/core'
import { compareEntries, type Entry, readEntry } from './entry.js'
import { resolveTranscriptLimits, type TranscriptLimitsOption } from './transcript-limits.js'

// A transcript: signed articles and nothing else, in one order, so one set of statements has one transcript. It claims
// nothing itself; who wants to know what it comes to verifies and replays it.
// Bytes: the tag, the count (4), and for each article its length (4) and its transferable form.

export type DecodedTranscript = { readonly ok: true; readonly articles: readonly Uint8Array[] } | FormRefusal

export interface FormRefusal {
  readonly ok: false
  readonly code: 'TRANSCRIPT_MALFORMED' | 'TRANSCRIPT_LIMIT'
}

/** The version of the format is part of it. */
const tag = new Uint8Array([...'rondo/1 transcript file\0'].map((character) => character.charCodeAt(0)))

const malformed = { ok: false, code: 'TRANSCRIPT_MALFORMED' } as const
const tooLarge = { ok: false, code: 'TRANSCRIPT_LIMIT' } as const

/**
 * Writes a transcript. The order in which articles are given does not matter, and a statement that is given twice is written once.
 * Throws a TypeError for what is no article.
 */
export function encodeTranscript(articles: readonly { readonly bytes: Uint8Array }[]): Uint8Array {
  const entries = articles.map(({ bytes }) => {
    const entry = readEntry(bytes)
    if (entry === undefined) throw new TypeError('a transcript is made of articles')
    return entry
  })
  entries.sort((a, b) => compareEntries(a, b) || compareBytes(a.bytes, b.bytes))
  const once = entries.filter((entry, at) => {
    const before = entries[at - 1]
    return before === undefined || compareEntries(before, entry) !== 0
  })
  const writer = new ByteWriter({ capacityBytes: once.reduce((sum, { bytes }) => sum + 4 + bytes.length, 64) })
  writer.bytes(tag)
  writer.u32(once.length)
  for (const { bytes } of once) {
    writer.u32(bytes.length)
    writer.bytes(bytes)
  }
  return writer.slice()
}

/** Reads what a stranger gave, in its one form or not at all; the articles share memory with it. Believes nothing. Never throws. */
export function decodeTranscript(bytes: Uint8Array, options?: TranscriptLimitsOption): DecodedTranscript {
  const { transcriptBytesMax, articlesMax } = resolveTranscriptLimits(options)
  const decoded = decodeEntries(bytes, transcriptBytesMax, articlesMax)
  return decoded.ok ? { ok: true, articles: decoded.entries.map((entry) => entry.bytes) } : decoded
}

export type DecodedEntries = { readonly ok: true; readonly entries: readonly Entry[] } | FormRefusal

/** The same, with what each article claims. */
export function decodeEntries(bytes: Uint8Array, bytesMax: number, articlesMax: number): DecodedEntries {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('a transcript is a Uint8Array')
  if (bytes.length > bytesMax) return tooLarge
  const reader = new ByteReader(bytes)
  const start = reader.bytes(tag.length)
  if (start.length !== tag.length || start.some((byte, at) => byte !== tag[at])) return malformed
  const count = reader.u32()
  if (count > articlesMax) return tooLarge
  const entries: Entry[] = []
  for (let left = count; left > 0; left -= 1) {
    const entry = readEntry(reader.bytes(reader.u32()))
    if (reader.failed || entry === undefined) return malformed
    const before = entries.at(-1)
    if (before !== undefined && compareEntries(before, entry) >= 0) return malformed
    entries.push(entry)
  }
  return reader.failed || reader.remaining > 0 || count === 0 ? malformed : { ok: true, entries }
}
