import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeTranscript } from '../../src/transcript/transcript.js'
import { verifyTranscript } from '../../src/transcript/verify-transcript.js'
import { begin, contribute, dice, gather, play, playerOf } from './players.js'

const isFull = process.env['RONDO_TIER'] === 'full'
const { articles, attempt } = await play(await begin(await gather({ players: 2 })))
const bytes = encodeTranscript(articles)

test('a transcript with any byte changed is refused', async () => {
  expect(await verifyTranscript(dice, bytes)).toMatchObject({ status: 'completed' })
  for (let at = 0; at < bytes.length; at += isFull ? 1 : 11) {
    const bent = bytes.slice()
    bent[at]! ^= 1 << (at % 8)
    expect((await verifyTranscript(dice, bent)).ok, `byte ${at}`).toBe(false)
  }
})

test('and so is one with several changed, or with random bytes in the place of an article', async () => {
  const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }))
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
      const bent = bytes.slice()
      for (const [at, value] of changes) bent[at] = value
      if (Buffer.compare(bent, bytes) !== 0) expect((await verifyTranscript(dice, bent)).ok).toBe(false)
    }),
    { numRuns: isFull ? 5_000 : 150 },
  )
})

test('no set of articles verifies to another result, whatever its members sign beside it', async () => {
  const honest = await verifyTranscript(dice, bytes)
  if (!honest.ok || honest.status !== 'completed') throw new Error('not completed')
  const rest = articles.slice(1)
  const digests = [...new Set(articles.flatMap((each) => (each.kind === 'contribution' ? each.digest : [])))]
  // One of two lies: it signs whatever it likes; the other has signed what it has signed, once.
  const lie = fc.record({
    phase: fc.integer({ min: 1, max: dice.phases.length - 1 }),
    digest: fc.constantFrom(...digests),
    value: fc.constantFrom<unknown>(undefined, new Uint8Array(32), {
      salt: new Uint8Array(32),
      value: new Uint8Array(32),
    }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(lie, { maxLength: 5 }), fc.subarray(rest, { maxLength: 2 }), async (lies, left) => {
      const said = await Promise.all(lies.map(({ phase, ...more }) => contribute(attempt, playerOf(1), phase, more)))
      const kept = articles.filter((article) => !left.includes(article))
      const verdict = await verifyTranscript(dice, encodeTranscript([...kept, ...said]))
      if (!verdict.ok) throw new Error(verdict.code)
      if (verdict.status === 'completed') expect(verdict.result).toEqual(honest.result)
      for (const { peerId } of verdict.culprits) expect(peerId).toBe(playerOf(1).identity.peerId)
    }),
    { numRuns: isFull ? 1_000 : 60 },
  )
})

test('random bytes never throw', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 1_000 }), async (random) => {
      expect((await verifyTranscript(dice, random)).ok).toBe(false)
    }),
  )
})
