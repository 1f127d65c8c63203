import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Article, Contribution } from '../../src/articles/article.js'
import type { ArticleDraft } from '../../src/articles/draft.js'
import type { RoomEvent, TimerName } from '../../src/room/events.js'
import { replay } from '../../src/room/replay.js'
import { candidateOf, presentAttempt, type Room, type RoomOutcome } from '../../src/room/room.js'
import { step } from '../../src/room/step.js'
import { digest, peerIdOf } from '../account/room-builder.js'
import { closingOf, incarnationOf, placeOf, Table, type Terms } from './harness.js'
import { odd, phases, planOf } from './plans.js'

// Rooms against a model that sees everything: who said what, however little of it anybody heard. Members do as their rooms want;
// liars, all but one at most, also say whatever they like. Nothing arrives in order, some of it never, some of it twice.

type Move =
  | { readonly what: 'utter' | 'hear' | 'hear all' | 'hear again'; readonly who: number; readonly at: number }
  | { readonly what: 'happen'; readonly who: number; readonly event: RoomEvent }
  /** All say what they want to, and hear what there is; the first who lies, lies. */
  | { readonly what: 'turn'; readonly who: number; readonly at: number }
  | { readonly what: 'restate' | 'distort' | 'invent'; readonly who: number; readonly at: number; readonly how: number }

interface Game {
  readonly terms: Terms
  readonly liars: readonly number[]
  readonly isAccepted: boolean
  readonly moves: readonly Move[]
}

// What may happen.

const timers: readonly TimerName[] = ['answers', 'begin', 'phase', 'regroup', 'gather', 'pull', 'judge', 'expiry']
const event: fc.Arbitrary<RoomEvent> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...timers).map((name): RoomEvent => ({ type: 'timer', name })) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('2', '3').map((nonce) => ({ type: 'accept', nonce: nonce.repeat(64) }) as const),
  },
  fc.constant<RoomEvent>({ type: 'decline', reason: 'no' }),
  fc.constant<RoomEvent>({ type: 'abort', reason: 'STOPPED', detail: 'the node stops' }),
  fc.constantFrom('DECLINED', 'FAILED').map((reason) => ({ type: 'failed', reason, detail: 'it could not' }) as const),
)
const who = fc.nat(4)
const at = fc.nat(1_000)
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      what: fc.constantFrom('utter', 'utter', 'hear', 'hear all', 'hear all', 'hear again'),
      who,
      at,
    }),
  },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('turn' as const), who, at }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('happen' as const), who, event }) },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constantFrom('restate', 'distort', 'invent'), who, at, how: fc.nat(1_000) }),
  },
)

const terms: fc.Arbitrary<Terms> = fc
  .record({
    members: fc.integer({ min: 2, max: 5 }),
    spare: fc.nat(2),
    retries: fc.nat(2),
    leaveOut: fc.constantFrom('nobody' as const, 'culprits' as const, 'suspects' as const),
    distinct: fc.boolean(),
    second: fc.constantFrom('alone' as const, 'together' as const, 'forgiving' as const),
  })
  .map(({ members, spare, retries, ...taste }) => ({
    ...{ plan: planOf(taste), members, minimum: Math.max(2, members - spare), retries },
    roles: Array.from({ length: members }, (_, member) => (member % 2 === 0 ? 'dealer' : undefined)),
  }))

const game: fc.Arbitrary<Game> = fc
  .record({
    terms,
    liars: fc.oneof(fc.constant<number[]>([]), fc.uniqueArray(fc.nat(4), { maxLength: 4 })),
    isAccepted: fc.constantFrom(true, true, true, false),
    moves: fc.array(move, { minLength: 10, maxLength: 160, size: 'max' }),
  })
  .map((made) => ({ ...made, liars: made.liars.filter((liar) => liar < made.terms.members) }))
  .filter(({ liars, terms: { members } }) => liars.length < members)

// What happens.

function play({ terms, liars, isAccepted, moves }: Game): Table {
  const table = new Table(terms, takeTwice)
  if (isAccepted) table.acceptAll()
  for (const next of moves) {
    const number = next.who % terms.members
    if ('how' in next && !liars.includes(number)) continue
    if (next.what === 'turn') takeTurns(table, liars, next.at)
    else make(table, number, next)
  }
  return table
}

function takeTurns(table: Table, liars: readonly number[], at: number): void {
  for (const { number, wanted } of table.players) {
    const isLying = liars[at % 3] === number
    for (let left = wanted.length; left > 0; left -= 1)
      table.utter(number, (draft) => (isLying ? distort(table, draft, at) : draft))
  }
  for (const { number } of table.players) make(table, number, { what: 'hear all', who: number, at })
}

function make(table: Table, who: number, next: Exclude<Move, { what: 'turn' }>): void {
  const player = table.player(who)
  switch (next.what) {
    case 'happen':
      player.happen(next.event)
      return
    case 'utter':
      table.utter(who, undefined, next.at)
      return
    case 'hear': {
      const missed = table.missedBy(who)
      const article = missed[next.at % Math.max(1, missed.length)]
      if (article !== undefined) player.happen({ type: 'heard', article })
      return
    }
    case 'hear all':
      for (const article of shuffled(table.missedBy(who), next.at)) player.happen({ type: 'heard', article })
      return
    case 'hear again': {
      const article = table.said[next.at % table.said.length]
      if (article !== undefined) player.happen({ type: 'heard', article })
      return
    }
    case 'restate': {
      const own = table.said.filter(({ author, kind }) => author === peerIdOf(who) && kind !== 'invitation')
      const article = own[next.at % Math.max(1, own.length)]
      if (article !== undefined) table.say(who, distort(table, article, next.how), `again ${next.how}`)
      return
    }
    case 'distort':
      table.utter(who, (draft) => distort(table, draft, next.how), next.at)
      return
    case 'invent':
      table.say(who, invent(table, who, next.at, next.how), `${next.how}`)
  }
}

/** In the same place. */
function distort(table: Table, draft: ArticleDraft, how: number): ArticleDraft {
  switch (draft.kind) {
    case 'contribution': {
      const values = [...Object.values(odd), 1, 11, 21, how]
      if (how % 5 === 0) return { ...draft, digest: digest(`${how}`) }
      if (how % 5 === 1) return draft
      return draft.value === undefined && how % 5 < 4 ? draft : { ...draft, value: values[how % values.length] }
    }
    case 'closing': {
      const members = table.players.map(({ number }) => number)
      const reason = (['timeout', 'evidence', 'declined', 'closed', 'failed'] as const)[how % 5] ?? 'timeout'
      return { ...draft, missing: members.filter((member) => (how >> member) % 2 === 0), phase: how % 6, reason }
    }
    case 'join':
      if (draft.proposal === undefined || how % 3 === 0)
        return { ...draft, attempt: attemptsIn(table)[how % 3] ?? digest('none') }
      return how % 3 === 1 ? draft : { ...draft, proposal: { ...draft.proposal, roster: [0, 1] } }
    case 'answer':
      return {
        ...draft,
        answer: how % 2 === 0 ? { accepts: false, reason: 'no' } : { accepts: true, nonce: digest(`${how}`) },
      }
    default:
      return draft
  }
}

/** What no room would want said: of another life, about any attempt, accusing anybody. */
function invent(table: Table, who: number, at: number, how: number): ArticleDraft {
  const { room } = table.invitation
  const parents = [room, ...attemptsIn(table)]
  const parent = parents[at % parents.length] ?? room
  const incarnation = incarnationOf(how % 3 === 0 ? who : who + 100)
  if (how % 2 === 0) return { ...distort(table, closingOf(who, parent), how), incarnation } as ArticleDraft
  if (how % 5 === 1 && who > 0)
    return { kind: 'answer', room, incarnation, answer: { accepts: true, nonce: digest(`${at}`) } }
  const left = table.players.map(({ number }) => number).filter((member) => member !== who && (how >> member) % 2 === 0)
  const roster = table.players.map(({ number }) => number).filter((member) => !left.includes(member))
  const proposal = { roster, answers: [], culprits: at % 2 === 0 ? left : [], suspects: at % 2 === 0 ? [] : left }
  return { kind: 'join', parent, incarnation, attempt: parents[how % parents.length] ?? room, proposal }
}

function attemptsIn({ said }: Table): readonly string[] {
  return [...new Set(said.flatMap((article) => (article.kind === 'join' ? [article.attempt] : [])))]
}

function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  return items
    .map((item, index) => ({ item, key: digest(`${seed} ${index}`) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ item }) => item)
}

// What holds of every step.

const takeTwice: typeof step = (room, happening, atMs) => {
  freeze(room)
  freeze(happening)
  const taken = step(room, happening, atMs)
  if (!isDeepStrictEqual(taken, step(room, happening, atMs))) throw new Error('the same step comes to something else')
  for (const effect of taken.effects) if (effect.type === 'outcome') expectFairness(taken.room, effect.outcome)
  return taken
}

const frozen = new WeakSet<object>()

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || frozen.has(value) || ArrayBuffer.isView(value)) return
  frozen.add(value)
  if (value instanceof Map) return
  Object.freeze(value)
  for (const part of Object.values(value)) freeze(part)
}

/** Whoever is named may be, by what this member knows. */
function expectFairness(room: Room, outcome: RoomOutcome): void {
  if (outcome.status !== 'aborted') return
  for (const { member, why, phase } of outcome.suspects) {
    expect(member, 'a suspect').not.toBe(room.me)
    expect(room.culprits.map((culprit) => culprit.member)).not.toContain(member)
    if (why !== 'silent') continue
    const heard = room.articles.filter(
      (article) => candidateOf(room, article.author) === member && isFor(room, article, phase),
    )
    expect(heard, `of the silent member ${member} in ${phase}`).toEqual([])
  }
}

function isFor(room: Room, article: Article, phase: string): boolean {
  const attempt = presentAttempt(room)
  if (article.kind === 'contribution')
    return article.attempt === attempt?.id && room.plan.phases[article.phase]?.name === phase
  if (article.kind === 'answer') return phase === 'answer'
  if (article.kind !== 'join' || phase !== 'join') return false
  if (attempt === undefined) return article.incarnation === room.invitation.incarnation
  const isOfRoster = attempt.members.some(
    ({ peerId, incarnation }) => peerId === article.author && incarnation === article.incarnation,
  )
  return article.attempt === attempt.id && isOfRoster
}

// What holds of every game.

function expectHonesty(table: Table, honest: readonly number[]): void {
  for (const member of honest) {
    const { effects } = table.player(member)
    const places: string[] = []
    const closed = new Set<string>()
    for (const effect of effects) {
      if (effect.type !== 'say' && effect.type !== 'contribute') continue
      places.push(placeOf(effect.draft))
      if (effect.draft.kind === 'closing') closed.add(effect.draft.attempt)
      if (effect.draft.kind === 'contribution')
        expect(closed, 'contributed after its closing').not.toContain(effect.draft.attempt)
    }
    expect(new Set(places).size, `places of ${places.join(', ')}`).toBe(places.length)
  }
}

function expectJustice(table: Table): void {
  const guilty = guiltyIn(table)
  for (const { number, room } of table.players) {
    for (const { member, kind, phase } of room.culprits)
      expect(guilty[kind], `${number} convicts for ${phase}`).toContain(member)
    const places = new Map<string, string>()
    for (const { author, hash, ...article } of room.articles) {
      const place = `${author} ${placeOf(article)}`
      if (!places.has(place)) places.set(place, hash)
      else expect(room.culprits.map(({ member }) => member)).toContain(candidateOf(room, author))
    }
  }
}

function guiltyIn(table: Table): Readonly<Record<'equivocation' | 'fault', readonly number[]>> {
  const numbers = table.players.map(({ number }) => number)
  const of = (number: number) => table.said.filter(({ author }) => author === peerIdOf(number))
  const isRefuted = (article: Article): boolean => {
    if (article.kind !== 'contribution') return false
    const isOwn = article.phase === phases.agreed || article.phase === phases.confirm
    if (isOwn) return article.value !== undefined
    return typeof article.value !== 'number' || article.value === odd.refuted
  }
  return {
    equivocation: numbers.filter((number) => new Set(of(number).map(placeOf)).size < of(number).length),
    fault: numbers.filter((number) => of(number).some(isRefuted)),
  }
}

/** Completed is what all have confirmed, in truth and not as far as somebody heard. */
function expectConfirmation(table: Table): void {
  for (const { room, effects } of table.players) {
    const outcomes = effects.flatMap((effect) => (effect.type === 'outcome' ? [effect.outcome] : []))
    expect(outcomes.at(-1)).toEqual(room.outcome)
    for (const earlier of outcomes.slice(0, -1))
      expect(earlier).toMatchObject({ status: 'aborted', mayBeCompleted: true })
    if (outcomes.length > 1) expect(room.outcome?.status).toBe('completed')
    const attempt = completedIn(room)
    if (attempt === undefined) continue
    const confirmed = table.said.filter(
      (article): article is Contribution =>
        article.kind === 'contribution' && article.attempt === attempt.id && article.phase === phases.confirm,
    )
    for (const { peerId } of attempt.members)
      expect(
        confirmed.some(({ author, digest }) => author === peerId && digest === attempt.digests[phases.confirm]),
      ).toBe(true)
  }
}

function completedIn({ outcome, attempts }: Room) {
  return outcome?.status === 'completed' ? attempts.find(({ number }) => number === outcome.attempt) : undefined
}

/** Two rosters that each keep a majority may share liars alone: then there are two results, and the liars are seen when anybody compares. */
function mayFork({ terms, liars }: Game): boolean {
  const majority = Math.floor(terms.members / 2) + 1
  return terms.plan.leaveOut === 'suspects' && 2 * majority - terms.members <= liars.length
}

function expectOneResult(table: Table, honest: readonly number[]): void {
  const results = honest.flatMap((member) => {
    const { room } = table.player(member)
    const attempt = completedIn(room)
    // The digest before `confirm` stands for all that was said before.
    return attempt === undefined ? [] : [JSON.stringify([attempt.id, attempt.digests[phases.confirm], room.outcome])]
  })
  expect(new Set(results).size, 'results').toBeLessThan(2)
}

/** Who holds what another completed with has completed as well, whatever else was said to it. */
function expectCompletion(table: Table, honest: readonly number[]): void {
  const attempts = new Set(honest.map((member) => completedIn(table.player(member).room)))
  for (const attempt of attempts)
    for (const member of honest.filter((each) => attempt?.roster.includes(each)))
      expect(table.player(member).room.outcome?.status).toBe('completed')
}

const numRuns = process.env['RONDO_TIER'] === 'full' ? 5_000 : 120

function honestOf({ terms, liars }: Game): readonly number[] {
  return Array.from({ length: terms.members }, (_, member) => member).filter((member) => !liars.includes(member))
}

/** What happened at all: nothing of it may stop to happen without being noticed. */
const seen = new Map<string, number>()

function look(table: Table, honest: readonly number[]): void {
  const see = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1)
  for (const member of honest) {
    const { room, effects } = table.player(member)
    if (room.outcome?.status === 'aborted') see(room.outcome.reason)
    if (completedIn(room) !== undefined) see(`completed in ${Math.min(2, room.attempts.length)}`)
    if (effects.filter(({ type }) => type === 'outcome').length > 1) see('upgraded')
    for (const { kind } of room.culprits) see(kind)
  }
}

test('whatever is said and heard, in any order: nobody innocent is convicted, and there is one result or none', () => {
  fc.assert(
    fc.property(game, (made) => {
      const table = play(made)
      const honest = honestOf(made)
      const expectAll = (): void => {
        expectHonesty(table, honest)
        expectJustice(table)
        expectConfirmation(table)
        if (!mayFork(made)) expectOneResult(table, honest)
      }
      expectAll()
      const completed = honest.flatMap((member) =>
        completedIn(table.player(member).room) === undefined ? [] : [member],
      )
      table.settle()
      expectAll()
      for (const member of completed) expect(table.player(member).room.outcome?.status).toBe('completed')
      expectCompletion(table, honest)
      look(table, honest)
    }),
    { numRuns },
  )
  const wanted = ['completed in 1', 'equivocation', 'TIMEOUT', 'DECLINED']
  for (const what of wanted) expect(seen.get(what) ?? 0, what).toBeGreaterThan(0)
})

const replays = (game: Game, table: Table, seed: number) =>
  [0, 1, 2].map((turn) => verdictOf(replay(game.terms.plan, shuffled(table.said, seed + turn))))

test('what articles come to does not depend on their order, as long as nobody says two things in one place', () => {
  const singles = game.map((made) => ({ ...made, moves: made.moves.filter(({ what }) => what !== 'restate') }))
  fc.assert(
    fc.property(singles, fc.nat(), (made, seed) => {
      const table = play(made).settle()
      fc.pre(guiltyIn(table).equivocation.length === 0)
      const [first, ...others] = replays(made, table, seed)
      for (const other of others) expect(other).toEqual(first)
    }),
    { numRuns },
  )
})

test('two statements in one place: whatever comes first, there is one result and nobody innocent is convicted', () => {
  fc.assert(
    fc.property(game, fc.nat(), (made, seed) => {
      const table = play(made).settle()
      const { equivocation, fault } = guiltyIn(table)
      const verdicts = replays(made, table, seed)
      const guilty = [...equivocation, ...fault].map(String)
      for (const { culprits } of verdicts)
        for (const culprit of culprits ?? []) expect(guilty).toContain(culprit.split(' ')[0])
      const completed = verdicts.filter((verdict) => verdict.completed !== undefined)
      if (!mayFork(made)) expect(new Set(completed.map(({ result }) => JSON.stringify(result))).size).toBeLessThan(2)
    }),
    { numRuns },
  )
})

function verdictOf(room: Room | undefined) {
  return {
    result: room?.outcome?.status === 'completed' ? room.outcome.result : undefined,
    completed: room === undefined ? undefined : completedIn(room)?.id,
    culprits: room?.culprits.map(({ member, kind, phase }) => `${member} ${kind} ${phase}`).sort(),
    attempts: room?.attempts.map(({ id, digests, phase }) => `${id} ${phase} ${digests.join()}`).sort(),
  }
}
