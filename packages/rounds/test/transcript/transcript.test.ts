import { signMessage, verifyMessage } from '@rondo/core'
import { expect, test } from 'vitest'
import { decodeTranscript, encodeTranscript } from '../../src/transcript/transcript.js'
import { begin, gather, play, playerOf, say, times } from './players.js'

const { articles } = await play(await begin(await gather({ players: 2 })))
const bytes = encodeTranscript(articles)
const headBytes = 'rondo/1 transcript file\0'.length

/** With the messages as they come, whatever their order. */
function written(messages: readonly Uint8Array[], count = messages.length): Uint8Array {
  const parts: number[] = [...bytes.subarray(0, headBytes), ...u32(count)]
  for (const message of messages) parts.push(...u32(message.length), ...message)
  return Uint8Array.from(parts)
}

function u32(value: number): readonly number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff)
}

function decoded(transcript: Uint8Array): readonly Uint8Array[] {
  const read = decodeTranscript(transcript)
  if (!read.ok) throw new Error(read.code)
  return read.articles
}

test('what was written is read again, each article as its author signed it', () => {
  const given = new Set(articles.map((article) => Buffer.from(article.bytes).toString('hex')))
  const read = decoded(bytes)
  expect(new Set(read.map((each) => Buffer.from(each).toString('hex')))).toEqual(given)
  expect(written(read)).toEqual(bytes)
})

test('the invitation comes first, then answers, joins, contributions by phase, and closings', async () => {
  const closing = { kind: 'closing', phase: 1, missing: [], reason: 'failed', detail: '' } as const
  const { attempt } = await play(await begin(await gather({ players: 2 })))
  const [player] = attempt.players
  if (player === undefined) throw new Error('nobody plays')
  const closed = await say(player, { ...closing, attempt: attempt.id, incarnation: player.incarnation })
  const types: string[] = []
  for (const each of decoded(encodeTranscript([closed, ...articles.toReversed()]))) {
    const verdict = await verifyMessage(each)
    if (verdict.ok) types.push(verdict.type)
  }
  expect(types).toEqual([
    ...['invitation', 'answer', 'join', 'join', 'commit', 'commit', 'sure', 'sure'],
    ...['reveal', 'reveal', 'confirm', 'confirm', 'closing'],
  ])
})

test('a statement that is given twice is written once, also where it was signed twice, whichever came first', async () => {
  const host = playerOf(0)
  const draft = { kind: 'closing', attempt: '00'.repeat(32), incarnation: host.incarnation } as const
  const closing = { ...draft, phase: 0, missing: [], reason: 'cancelled', detail: '' } as const
  const [once, again] = [await say(host, closing), await say(host, closing)]
  expect(once.hash).toBe(again.hash)
  expect(once.bytes).not.toEqual(again.bytes)
  expect(encodeTranscript([once, again, once])).toEqual(encodeTranscript([again, once]))
  expect(decoded(encodeTranscript([once, again]))).toHaveLength(1)
})

test('another order is refused, and so is an article that comes twice', () => {
  const read = decoded(bytes)
  const [first, second, ...rest] = read
  if (first === undefined || second === undefined) throw new Error('too few')
  const malformed = { ok: false, code: 'TRANSCRIPT_MALFORMED' }
  expect(decodeTranscript(written([second, first, ...rest]))).toEqual(malformed)
  expect(decodeTranscript(written(read.toReversed()))).toEqual(malformed)
  expect(decodeTranscript(written([first, first, second, ...rest]))).toEqual(malformed)
})

test('a count that lies is refused before anything is taken for it', () => {
  const read = decoded(bytes)
  expect(decodeTranscript(written(read, read.length + 1))).toEqual({ ok: false, code: 'TRANSCRIPT_MALFORMED' })
  expect(decodeTranscript(written(read, read.length - 1))).toEqual({ ok: false, code: 'TRANSCRIPT_MALFORMED' })
  expect(decodeTranscript(written([], 0xffff_ffff))).toEqual({ ok: false, code: 'TRANSCRIPT_LIMIT' })
  expect(decodeTranscript(written([], 16_384))).toEqual({ ok: false, code: 'TRANSCRIPT_MALFORMED' })
  expect(decodeTranscript(written([]))).toEqual({ ok: false, code: 'TRANSCRIPT_MALFORMED' })
})

test('what is larger than was allowed is refused', () => {
  const limit = { ok: false, code: 'TRANSCRIPT_LIMIT' }
  expect(decodeTranscript(bytes, { transcriptBytesMax: bytes.length - 1 })).toEqual(limit)
  expect(decodeTranscript(bytes, { articlesMax: articles.length - 1 })).toEqual(limit)
  const exact = { transcriptBytesMax: bytes.length, articlesMax: articles.length }
  expect(decodeTranscript(bytes, exact).ok).toBe(true)
  expect(decodeTranscript(new Uint8Array(33_554_433))).toEqual(limit)
})

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a limit of %d is a mistake of the caller', (wrong) => {
  expect(() => decodeTranscript(bytes, { articlesMax: wrong })).toThrow(TypeError)
})

test('what is signed and stands in no round is no article', async () => {
  const { identity } = playerOf(0)
  const draft = {
    network: 'main',
    protocol: 'dice',
    type: 'commit',
    version: 1,
    audience: 'anyone',
    payload: 1,
  } as const
  for (const position of [{ epoch: 1, sequence: 1 }, { slot: Uint8Array.of(9, 9) }]) {
    const message = await signMessage(identity, { ...draft, ...times, position })
    expect(() => encodeTranscript([{ bytes: message }])).toThrow(TypeError)
    expect(decodeTranscript(written([message]))).toEqual({ ok: false, code: 'TRANSCRIPT_MALFORMED' })
  }
  expect(() => encodeTranscript([{ bytes: new Uint8Array(400) }])).toThrow(TypeError)
})
