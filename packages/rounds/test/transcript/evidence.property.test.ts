import fc from 'fast-check'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import type { Article } from '../../src/articles/article.js'
import { encodeSlot } from '../../src/articles/slot.js'
import { hexOf } from '../../src/hex.js'
import { defineRounds, fault } from '../../src/index.js'
import { verifyEvidence } from '../../src/transcript/evidence.js'
import { encodeTranscript } from '../../src/transcript/transcript.js'
import { acceptOf, begin, beginAgain, contribute, gather, play, playerOf, say } from './players.js'

const isFull = process.env['RONDO_TIER'] === 'full'

const echoes = defineRounds({ name: 'echoes', setup: v.object({}), leaveOut: 'suspects' })
  .phase('offer', { contribution: v.number(), contribute: (view, local) => view.roster.indexOf(local.me) })
  .phase('echo', {
    contribution: v.array(v.number()),
    contribute: (view) => [...view.all('offer'), view.number],
    check: (view, _, echo) =>
      echo.join() === [...view.all('offer'), view.number].join() || fault('not what was offered'),
  })
  .result((view) => view.all('offer'))

/** Keeps to the rules in two lives, two rounds and two attempts; the others sign whatever may help them. */
const honest = playerOf(1)

async function articlesOfAll(): Promise<readonly Article[]> {
  const table = await gather({ plan: echoes, setup: {}, players: 3 })
  const reborn = playerOf(1, 1)
  const pool: Article[] = [await say(reborn, acceptOf(table.invitation, reborn), table.saying)]
  const first = await play(await begin(table))
  const second = await play(await beginAgain(first.attempt, {}))
  const without = await begin(table, [0, 2])
  pool.push(...first.articles, ...second.said.flat(), ...without.joins)
  for (const { attempt, said } of [first, second]) {
    for (const [phase, row] of said.entries()) {
      for (const article of row) {
        const liar = attempt.players.find(({ identity }) => identity.peerId === article.author)
        if (article.kind !== 'contribution' || liar === undefined || liar.identity.peerId === honest.identity.peerId)
          continue
        const { digest } = article
        for (const value of [7, [7, 7, 7]]) pool.push(await contribute(attempt, liar, phase, { digest, value }))
      }
    }
  }
  for (const setup of [{ more: 1 }]) pool.push(await say(playerOf(0), { ...table.invitation, setup }, table.saying))
  return pool
}

const pool = await articlesOfAll()

test('no choice among all that was ever signed convicts who kept to the rules', async () => {
  const convicted = new Set<string>()
  const start = pool.filter(({ kind }) => kind === 'invitation' || kind === 'answer' || kind === 'join')
  await fc.assert(
    fc.asyncProperty(fc.subarray(start), fc.subarray([...pool]), fc.boolean(), async (left, chosen, whole) => {
      const articles = whole ? [...start, ...chosen] : [...start.filter((each) => !left.includes(each)), ...chosen]
      fc.pre(articles.length > 0)
      const verdict = await verifyEvidence(echoes, encodeTranscript(articles))
      if (!verdict.ok) return
      convicted.add(verdict.kind)
      expect(verdict.culprit).not.toBe(honest.identity.peerId)
    }),
    { numRuns: isFull ? 5_000 : 200 },
  )
  expect(convicted).toContain('equivocation')
})

test('nor does any choice of one statement for each place', async () => {
  const places = new Map<string, Article[]>()
  for (const article of pool) {
    const place = `${article.author} ${hexOf(encodeSlot(article))}`
    places.set(place, [...(places.get(place) ?? []), article])
  }
  const kinds = new Set<string>()
  // Mostly what belongs together, so that a good many of these choices are rounds that get somewhere.
  const choice = fc.tuple(
    ...[...places.values()].map(([first, ...others]) =>
      fc.oneof(
        { weight: 30, arbitrary: fc.constant(first) },
        { weight: 1, arbitrary: fc.constant(undefined) },
        { weight: 3, arbitrary: fc.constantFrom(first, ...others) },
      ),
    ),
  )
  await fc.assert(
    fc.asyncProperty(choice, async (chosen) => {
      const articles = chosen.flatMap((each) => each ?? [])
      const verdict = await verifyEvidence(echoes, encodeTranscript(articles))
      if (!verdict.ok) return
      kinds.add(verdict.kind)
      expect(verdict.culprit).not.toBe(honest.identity.peerId)
    }),
    { numRuns: isFull ? 5_000 : 200 },
  )
  expect(kinds).toContain('fault')
})

test('evidence with any byte changed is refused', async () => {
  const table = await gather({ plan: echoes, setup: {}, players: 2 })
  const bend = ({ phase, position }: { phase: string; position: number }) =>
    phase === 'echo' && position === 0 ? { value: [9] } : undefined
  const { articles } = await play(await begin(table), { bend, last: 'echo' })
  const evidence = encodeTranscript(articles)
  expect(await verifyEvidence(echoes, evidence)).toMatchObject({ ok: true, kind: 'fault' })
  for (let at = 0; at < evidence.length; at += isFull ? 1 : 11) {
    const bent = evidence.slice()
    bent[at]! ^= 1 << (at % 8)
    expect((await verifyEvidence(echoes, bent)).ok, `byte ${at}`).toBe(false)
  }
})

test('random bytes never throw and never convict', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 1_000 }), async (random) => {
      expect((await verifyEvidence(echoes, random)).ok).toBe(false)
    }),
  )
})
