import type { ByteWriter, PayloadCodec, VerifiedMessage } from '@rondo/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Article } from '../../src/articles/article.js'
import { type ArticleDraft, draftMessage } from '../../src/articles/draft.js'
import { readArticle } from '../../src/articles/read-article.js'
import { encodeSlot } from '../../src/articles/slot.js'
import { decodeValue, encodeValue } from '../../src/plan/encode-value.js'
import { alice } from '../plan/samples.js'
import { arbitraryDraft, arbitrarySlot, oddity, sendable } from './arbitrary-article.js'
import { plan, sign, times } from './samples.js'

const numRuns = process.env['RONDO_TIER'] === 'full' ? 5_000 : 150

/** Signs bytes as they are, where a codec's would be expected. */
const raw: PayloadCodec = {
  id: 1,
  name: 'cbor',
  accepts: () => true,
  encode: (value, writer: ByteWriter) => writer.bytes(value instanceof Uint8Array ? value : new Uint8Array(0)),
  decode: decodeValue,
}

/** A hostile member signs this payload where the draft's would be. */
function signPayload(draft: ArticleDraft, payload: Uint8Array): Promise<VerifiedMessage> {
  return sign({ ...draftMessage(plan, draft, times), payload, codec: raw })
}

function payloadOf(draft: ArticleDraft): readonly unknown[] {
  const { payload } = draftMessage(plan, draft, times)
  if (!Array.isArray(payload)) throw new Error('a payload is a list')
  return payload
}

/** What is read is what an honest member would have signed for it, byte by byte: so nothing is read in two ways or from two forms. */
function expectCanonical(article: Article, message: VerifiedMessage): void {
  const again = draftMessage(plan, article, times)
  expect({ ...again, payload: undefined }).toMatchObject({
    protocol: message.protocol,
    version: message.version,
    type: message.type,
    audience: message.audience,
    position: message.position,
  })
  expect(Buffer.from(encodeValue(again.payload)).equals(message.payloadBytes)).toBe(true)
}

const isWhole =
  (max: number, min = 0) =>
  (value: number) =>
    Number.isInteger(value) && value >= min && value <= max
const areIndices = (list: readonly number[]) =>
  list.length <= 100 && list.every((each, at) => isWhole(99)(each) && (at === 0 || each > (list[at - 1] ?? 99)))

function expectBounded(article: Article): void {
  switch (article.kind) {
    case 'invitation': {
      const { candidates, minimum, maximum, answerMs, deadlineMs, retries, room, hash, author } = article
      expect(room).toBe(hash)
      expect(candidates[0]?.peerId).toBe(author)
      expect(new Set(candidates.map(({ peerId }) => peerId)).size).toBe(candidates.length)
      expect(candidates.every(({ role }) => role === undefined || isWhole(64, 1)(role.length))).toBe(true)
      expect([minimum, maximum, candidates.length].every(isWhole(100, 2))).toBe(true)
      expect(minimum <= maximum && minimum <= candidates.length && isWhole(16)(retries)).toBe(true)
      expect([answerMs, deadlineMs].every(isWhole(0xffff_ffff, 1))).toBe(true)
      return
    }
    case 'answer':
      if (article.answer.accepts) expect(article.answer.nonce).toMatch(/^[0-9a-f]{64}$/)
      else expect(article.answer.reason.length).toBeLessThanOrEqual(256)
      return
    case 'join': {
      const { attempt, proposal } = article
      expect(attempt).toMatch(/^[0-9a-f]{64}$/)
      if (proposal === undefined) return
      expect([proposal.roster, proposal.culprits, proposal.suspects].every(areIndices)).toBe(true)
      expect([0, proposal.roster.length]).toContain(proposal.answers.length)
      expect(proposal.answers.every((digits) => /^[0-9a-f]{16}$/.test(digits))).toBe(true)
      return
    }
    case 'contribution': {
      const { digest, value, valueBytes } = article
      expect(digest).toMatch(/^[0-9a-f]{64}$/)
      expect(valueBytes).toBe(value === undefined ? 0 : encodeValue(value).length)
      return
    }
    case 'closing':
      expect(areIndices(article.missing) && isWhole(255)(article.phase)).toBe(true)
      expect(article.detail.length).toBeLessThanOrEqual(256)
  }
}

function expectSound(message: VerifiedMessage): Article | undefined {
  const article = readArticle(plan, message)
  if (article === undefined) return undefined
  expectBounded(article)
  expectCanonical(article, message)
  return article
}

test('whatever an honest member says is read as it was meant', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryDraft, async (draft) => {
      const message = await sign(draftMessage(plan, draft, times))
      const article = expectSound(message)
      // Properties that are undefined do not travel, within values.
      const sent = draft.kind === 'contribution' ? { ...draft, value: travelled(draft.value) } : draft
      expect(article).toMatchObject(sent.kind === 'invitation' ? { ...sent, setup: travelled(sent.setup) } : sent)
      expect(article).toMatchObject({ author: alice.peerId, network: 'main', ...times, bytes: message.bytes })
    }),
    { numRuns },
  )
})

function travelled(value: unknown): unknown {
  const decoded = decodeValue(encodeValue(value))
  return decoded.ok ? decoded.value : undefined
}

describe('a hostile member who signs', () => {
  test('anything at all in any slot is read within all bounds, or not at all', async () => {
    const payload = fc.oneof(sendable, fc.array(oddity, { maxLength: 9 })).map(encodeValue)
    await fc.assert(
      fc.asyncProperty(arbitrarySlot, payload, fc.constantFrom(...typeNames), async (slot, bytes, type) => {
        const draft = { protocol: plan.name, version: plan.version, type, audience: 'anyone' } as const
        expectSound(
          await sign({ ...draft, ...times, position: { slot: encodeSlot(slot) }, payload: bytes, codec: raw }),
        )
      }),
      { numRuns },
    )
  })

  test('a statement with one field changed is refused, or said something else', async () => {
    let refused = 0
    let read = 0
    await fc.assert(
      fc.asyncProperty(arbitraryDraft, fc.nat(), oddity, async (draft, at, odd) => {
        const fields = payloadOf(draft)
        const changed = encodeValue(fields.with(at % fields.length, odd))
        const honest = await sign(draftMessage(plan, draft, times))
        const message = await signPayload(draft, changed)
        const article = expectSound(message)
        if (article === undefined) refused += 1
        else read += 1
        const isSame = Buffer.from(changed).equals(honest.payloadBytes)
        expect(article?.hash === readArticle(plan, honest)?.hash).toBe(isSame)
      }),
      { numRuns },
    )
    expect(Math.min(refused, read)).toBeGreaterThan(0)
  })

  test('a field more or a field less is refused, or said something else', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryDraft, fc.nat(), oddity, fc.boolean(), async (draft, at, odd, isMore) => {
        const fields = payloadOf(draft)
        const changed = isMore
          ? fields.toSpliced(at % (fields.length + 1), 0, odd)
          : fields.toSpliced(at % fields.length, 1)
        expectSound(await signPayload(draft, encodeValue(changed)))
      }),
      { numRuns },
    )
  })

  test('bytes with one of them changed are refused, or say something else', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryDraft, fc.nat(), fc.integer({ min: 1, max: 255 }), async (draft, at, flip) => {
        const bytes = encodeValue(payloadOf(draft))
        const index = at % Math.min(bytes.length, 200)
        bytes[index] = (bytes[index] ?? 0) ^ flip
        expectSound(await signPayload(draft, bytes))
      }),
      { numRuns },
    )
  })

  test('random bytes is read within all bounds, or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryDraft, fc.uint8Array({ maxLength: 100 }), async (draft, bytes) => {
        expectSound(await signPayload(draft, bytes))
      }),
      { numRuns },
    )
  })
})

const typeNames = ['invitation', 'answer', 'join', 'one', 'agreed', 'two', 'confirm', 'closing', 'contribution']
