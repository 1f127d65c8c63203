import type { PeerId } from '@rondo/core'
import {
  copiedCommitment,
  digestLie,
  equivocate,
  falseAccusation,
  falseLinks,
  forgedEvidence,
  forkedRoster,
  garbage,
  malformed,
  manyLives,
  replayOld,
  silent,
  staleAttempt,
  stutter,
  withholdLast,
  wrongOpening,
} from '@rondo/rounds/testing'
import type { Malice } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import type { Article, Contribution } from '../../src/articles/article.js'
import { attemptIdOf } from '../../src/articles/ids.js'
import { type Heard, recite, recitedPlan } from './recital.js'

const phaseOf = (article: Article): string =>
  article.kind === 'contribution' ? (recitedPlan.phases[article.phase]?.name ?? '') : article.kind

/** What a peer heard of another in a phase, each statement once. */
function saidBy(heard: readonly Heard[] | undefined, author: PeerId | undefined, phase: string): readonly Article[] {
  const articles = (heard ?? []).flatMap(({ article }) => (article === undefined ? [] : [article]))
  const said = articles.filter((article) => article.author === author && phaseOf(article) === phase)
  return said.filter(({ hash }, at) => said.findIndex((other) => other.hash === hash) === at)
}

const contributions = (articles: readonly Article[]): readonly Contribution[] =>
  articles.filter((article) => article.kind === 'contribution')

async function recitedWith(malice: Malice, options: Parameters<typeof recite>[1] = {}) {
  const { peerIds, heard, raw, notes } = await recite([malice], options)
  const liar = peerIds[options.malicious ?? 1]
  return {
    peerIds,
    heard,
    raw,
    acts: notes.filter(({ what }) => what !== 'sent').map(({ what, detail }) => `${what} ${detail}`),
    /** What a peer heard of the liar. */
    told: (peer: number, phase: string) => saidBy(heard[peer], liar, phase),
    hears: (peer: number, author: number, phase: string) => saidBy(heard[peer], peerIds[author], phase),
  }
}

test('without malice everybody hears every statement of everybody else', async () => {
  const { heard, peerIds } = await recite([])
  for (const phase of ['join', 'commit', 'reveal', 'confirm']) {
    expect(saidBy(heard[0], peerIds[1], phase)).toHaveLength(1)
    expect(saidBy(heard[2], peerIds[1], phase)).toEqual(saidBy(heard[0], peerIds[1], phase))
  }
})

test.each(['join', 'commit', 'reveal', 'confirm', 'answer'])(
  'equivocate says two things in one place, in %s',
  async (phase) => {
    const { told, acts } = await recitedWith(equivocate(phase))
    const statements = [...told(0, phase), ...told(2, phase)]
    expect(statements).toHaveLength(2)
    expect(statements[0]?.hash).not.toBe(statements[1]?.hash)
    expect(told(0, 'commit').length + told(2, 'commit').length).toBe(2)
    expect(acts.join()).toContain(`said another thing equivocate in ${phase}`)
  },
)

test('equivocate to one tells one member alone another story, and where there is one member, both', async () => {
  const { told } = await recitedWith(equivocate('commit', { to: 'one' }), { peers: 5 })
  const hashes = [0, 2, 3, 4].flatMap((peer) => told(peer, 'commit').map(({ hash }) => hash))
  expect(hashes).toHaveLength(4)
  expect(new Set(hashes).size).toBe(2)
  expect(hashes.filter((hash) => hash === hashes[3])).toHaveLength(3)
  const alone = await recitedWith(equivocate('commit'), { peers: 2 })
  expect(alone.told(0, 'commit')).toHaveLength(2)
})

test('silent says nothing from its phase on, or nothing at all', async () => {
  const { told, acts } = await recitedWith(silent('reveal'))
  expect(told(0, 'commit')).toHaveLength(1)
  expect(told(0, 'reveal')).toHaveLength(0)
  expect(told(0, 'confirm')).toHaveLength(0)
  expect(acts.join()).toContain('kept silent')
  const mute = await recitedWith(silent())
  expect(mute.told(0, 'answer')).toHaveLength(0)
})

test('withholdLast keeps its confirmation to itself, or tells one', async () => {
  const { told } = await recitedWith(withholdLast())
  expect([told(0, 'reveal').length, told(0, 'confirm').length, told(2, 'confirm').length]).toEqual([1, 0, 0])
  const partial = await recitedWith(withholdLast({ to: 'one' }))
  expect(partial.told(0, 'confirm').length + partial.told(2, 'confirm').length).toBe(1)
  const earlier = await recitedWith(withholdLast({ phase: 'reveal' }))
  expect([earlier.told(0, 'reveal').length, earlier.told(0, 'confirm').length]).toEqual([0, 1])
})

test('wrongOpening says another value under the same salt, and to everybody the same', async () => {
  const { told } = await recitedWith(wrongOpening('reveal'))
  const [said, ...more] = contributions(told(0, 'reveal'))
  expect(more).toEqual([])
  expect(said?.value).toEqual({ salt: Uint8Array.of(1), value: 2 })
  expect(told(2, 'reveal')).toEqual(told(0, 'reveal'))
})

test('digestLie changes what it saw, and not what it says', async () => {
  const { told, hears } = await recitedWith(digestLie('commit'))
  const [said] = contributions(told(0, 'commit'))
  const [honest] = contributions(hears(0, 2, 'commit'))
  expect(said?.value).toEqual(Uint8Array.of(1, 1, 2, 3))
  expect(said?.digest).not.toBe(honest?.digest)
})

test('malformed says something of another shape, and in an engine phase anything at all', async () => {
  const { told } = await recitedWith(malformed('commit'))
  expect(contributions(told(0, 'commit'))[0]?.value).not.toBeInstanceOf(Uint8Array)
  const confirmed = await recitedWith(malformed('confirm'))
  expect(contributions(confirmed.told(0, 'confirm'))[0]?.value).toBeDefined()
})

test('falseAccusation closes with everybody else missing, and says nothing after that', async () => {
  const { told } = await recitedWith(falseAccusation('reveal'), { peers: 4 })
  const [closing] = told(3, 'closing')
  expect(closing).toMatchObject({ kind: 'closing', phase: 2, missing: [0, 2, 3], reason: 'timeout' })
  expect([told(3, 'commit').length, told(3, 'reveal').length, told(3, 'confirm').length]).toEqual([1, 0, 0])
})

test('copiedCommitment waits for another and says what it heard, in every phase that it is given', async () => {
  const { told, hears } = await recitedWith(copiedCommitment('commit', 'reveal'), { peers: 4 })
  for (const phase of ['commit', 'reveal']) {
    const [copy] = contributions(told(0, phase))
    const originals = [...contributions(hears(3, 0, phase)), ...contributions(hears(0, 3, phase))]
    expect(originals.map(({ value }) => value)).toContainEqual(copy?.value)
    expect(told(3, phase)).toEqual(told(0, phase))
  }
})

test('replayOld repeats articles, those of former rounds among them', async () => {
  const { heard, acts } = await recitedWith(replayOld({ share: 1 }), { rounds: 2 })
  const articles = (heard[0] ?? []).filter(({ article }) => article !== undefined)
  const rooms = new Set(articles.map(({ room }) => room))
  expect(rooms.size).toBe(2)
  const hashes = articles.map(({ article }) => article?.hash)
  expect(new Set(hashes).size).toBeLessThan(hashes.length)
  const isMisplaced = ({ article, room }: Heard): boolean =>
    articles.some((other) => other.article?.hash === article?.hash && other.room !== room)
  expect(articles.some(isMisplaced)).toBe(true)
  expect(acts.join()).toContain('replayed')
})

test('forgedEvidence shows what nobody signed: not one forgery verifies', async () => {
  const { heard, peerIds, acts } = await recitedWith(forgedEvidence())
  const forged = (heard[0] ?? []).filter(({ article }) => article === undefined)
  expect(forged.length).toBeGreaterThan(2)
  // Nobody who is honest appears to have said two things.
  for (const peer of [0, 2])
    for (const phase of ['join', 'commit', 'reveal', 'confirm'])
      expect(saidBy(heard[0], peerIds[peer], phase).length).toBeLessThanOrEqual(1)
  expect(acts.join()).toContain('forged')
})

test('staleAttempt contributes where nothing was proposed, or proposes what it may not', async () => {
  const { told, heard, peerIds } = await recitedWith(staleAttempt(), { peers: 4 })
  const attempts = new Set(
    (heard[0] ?? []).flatMap(({ article }) =>
      article?.author === peerIds[1] && article?.kind === 'contribution' ? [article.attempt] : [],
    ),
  )
  const proposals = told(0, 'join').flatMap((join) =>
    join.kind === 'join' && join.proposal !== undefined ? [join] : [],
  )
  expect(attempts.size - 1 + proposals.length).toBe(3)
  for (const { parent, attempt, proposal } of proposals) {
    const [contribution] = contributions(told(0, 'commit'))
    expect(proposal?.roster).toHaveLength(3)
    expect(attempt).toBe(
      attemptIdOf(parent, contribution?.round ?? '', proposal ?? { roster: [], culprits: [], suspects: [] }),
    )
  }
})

test('forkedRoster proposes two rosters as host, and gives two answers as guest', async () => {
  const host = await recitedWith(forkedRoster(), { peers: 4, malicious: 0 })
  const rosters = [1, 2, 3].flatMap((peer) =>
    host.told(peer, 'join').map((join) => (join.kind === 'join' ? (join.proposal?.roster.length ?? 0) : 0)),
  )
  expect(new Set(rosters)).toEqual(new Set([3, 4]))
  const guest = await recitedWith(forkedRoster(), { peers: 3 })
  const nonces = [0, 2].flatMap((peer) =>
    guest.told(peer, 'answer').map((each) => each.kind === 'answer' && each.answer.accepts && each.answer.nonce),
  )
  expect(new Set(nonces).size).toBe(2)
})

test('manyLives answers one guest many times, each in a place of its own', async () => {
  const { told } = await recitedWith(manyLives({ lives: 5 }), { peers: 4 })
  expect([0, 2, 3].map((peer) => told(peer, 'answer').length)).toEqual([1, 6, 1])
  expect(() => manyLives({ lives: 0 })).toThrow(TypeError)
})

test('stutter says one statement in many copies, no two alike', async () => {
  const { heard, peerIds } = await recitedWith(stutter({ times: 3 }))
  const copies = (heard[0] ?? []).filter(({ article }) => article?.author === peerIds[1] && article?.kind === 'join')
  expect(copies).toHaveLength(4)
  expect(new Set(copies.map(({ article }) => article?.hash)).size).toBe(1)
  expect(new Set(copies.map(({ bytes }) => bytes.join())).size).toBe(4)
  expect(() => stutter({ times: 0 })).toThrow(TypeError)
})

test('falseLinks claims of others that they are linked to nobody but itself', async () => {
  const { raw } = await recitedWith(falseLinks(), { peers: 4 })
  const claims = (raw[0] ?? []).filter((payload) => Object(payload).linked instanceof Uint8Array)
  expect(claims.map((claim) => [Object(claim).member, [...Object(claim).linked]])).toEqual([
    [0, [0b0010]],
    [1, [0b1101]],
    [2, [0b0010]],
    [3, [0b0010]],
  ])
})

test('garbage is garbage of every kind, beside what is right', async () => {
  const kinds = new Set<string>()
  for (let seed = 1; seed <= 12; seed += 1) {
    const { told, raw, acts } = await recitedWith(garbage({ share: 1 }), { peers: 2, seed })
    for (const act of acts) {
      const [, kind] = /^garbage garbage, (.*) to /.exec(act) ?? []
      if (kind !== undefined) kinds.add(kind)
    }
    expect(told(0, 'confirm')).toHaveLength(1)
    expect(raw[0]?.length).toBeGreaterThan(5)
  }
  expect(kinds.size).toBeGreaterThan(8)
})

test('what nobody can do is a TypeError', () => {
  expect(() => replayOld({ share: 2 })).toThrow(TypeError)
  expect(() => garbage({ share: -1 })).toThrow(TypeError)
  expect(() => equivocate('commit', { to: JSON.parse('"most"') })).toThrow(TypeError)
  expect(() => withholdLast({ to: JSON.parse('"two"') })).toThrow(TypeError)
})
