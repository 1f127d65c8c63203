import { conflicts, createCoordinator, type OwnMessageDraft } from '@rondo/core'
import { describe, expect, test } from 'vitest'
import { type ArticleDraft, draftMessage } from '../../src/articles/draft.js'
import { attemptIdOf, type RosterMember, roundIdOf } from '../../src/articles/ids.js'
import { readArticle } from '../../src/articles/read-article.js'
import { alice, bob, idOf } from '../plan/samples.js'
import { phase, plan, type SignOptions, sign, times } from './samples.js'

// Two statements of one author in one place convict him. So what an honest member says, whatever befalls it, never stands
// twice in one place, and what it signs for something else stands in none of a round's.

const life = 'aa'.repeat(16)
const nextLife = 'bb'.repeat(16)
const room = idOf('1')
const answer = (incarnation: string, nonce: string) =>
  ({ kind: 'answer', room, incarnation, answer: { accepts: true, nonce } }) as const
const declined = (incarnation: string) =>
  ({ kind: 'answer', room, incarnation, answer: { accepts: false, reason: 'no' } }) as const
const join = (incarnation: string, attempt: string, parent = room) =>
  ({ kind: 'join', parent, incarnation, attempt, proposal: undefined }) as const
const closing = (incarnation: string, missing: readonly number[], attempt = room) =>
  ({ kind: 'closing', attempt, incarnation, phase: 1, missing, reason: 'timeout', detail: '' }) as const
const contribution = (value: unknown, round: string, attempt: string, number: number = phase.one) =>
  ({ kind: 'contribution', round, attempt, phase: number, digest: idOf('9'), value }) as const

interface Signing extends SignOptions {
  readonly createdMs?: number
  readonly changes?: Partial<OwnMessageDraft>
}

async function signed(draft: ArticleDraft, { createdMs = 1_000, changes, ...options }: Signing = {}) {
  return sign({ ...draftMessage(plan, draft, { ...times, createdMs }), ...changes }, options)
}

async function convicts(
  one: ArticleDraft,
  two: ArticleDraft,
  first: Signing = {},
  second: Signing = {},
): Promise<boolean> {
  return conflicts(await signed(one, first), await signed(two, second))
}

describe('convicted is who says in one life', () => {
  test('two answers, two joins, two closings, two contributions', async () => {
    expect(await convicts(answer(life, idOf('2')), answer(life, idOf('3')))).toBe(true)
    expect(await convicts(answer(life, idOf('2')), declined(life))).toBe(true)
    expect(await convicts(join(life, idOf('2')), join(life, idOf('3')))).toBe(true)
    expect(await convicts(closing(life, [1]), closing(life, [2]))).toBe(true)
    expect(await convicts(contribution(1, idOf('2'), idOf('3')), contribution(2, idOf('2'), idOf('3')))).toBe(true)
  })

  test('the same with another past', async () => {
    const said = contribution(1, idOf('2'), idOf('3'))
    expect(await convicts(said, { ...said, digest: idOf('8') })).toBe(true)
  })

  test('and not who is another', async () => {
    const [one, two] = [answer(life, idOf('2')), answer(life, idOf('3'))]
    expect(await convicts(one, two, { identity: alice }, { identity: bob })).toBe(false)
  })
})

describe('an honest member says nothing twice', () => {
  test('after a restart, or restored from a backup: it is in another life', async () => {
    expect(await convicts(answer(life, idOf('2')), answer(nextLife, idOf('3')))).toBe(false)
    expect(await convicts(join(life, idOf('2')), join(nextLife, idOf('3')))).toBe(false)
    expect(await convicts(closing(life, [1]), closing(nextLife, [2]))).toBe(false)
  })

  test('as two nodes with one key, of which each has a life of its own: a round has the one of them that it names', () => {
    const member = (incarnation: string): RosterMember => ({
      peerId: alice.peerId,
      role: undefined,
      incarnation,
      nonce: idOf('2'),
    })
    const rounds = [life, nextLife].map((incarnation) => roundIdOf(room, [member(incarnation)]))
    expect(rounds[0]).not.toBe(rounds[1])
  })

  test('in a further attempt, though it has the same roster', async () => {
    const proposal = { roster: [0, 1], culprits: [], suspects: [] }
    const first = attemptIdOf(room, idOf('2'), proposal)
    const second = attemptIdOf(first, idOf('2'), proposal)
    expect(await convicts(contribution(1, idOf('2'), first), contribution(2, idOf('2'), second))).toBe(false)
    expect(await convicts(join(life, first), join(life, second, first))).toBe(false)
    expect(await convicts(closing(life, [1], first), closing(life, [2], second))).toBe(false)
  })

  test('in two rooms at once, which invitations alike in all but their nonce make', async () => {
    const invitation = {
      kind: 'invitation',
      incarnation: life,
      candidates: [alice, bob].map(({ peerId }) => ({ peerId, role: undefined })),
      ...{ minimum: 2, maximum: 2, setup: 1, answerMs: 1, deadlineMs: 1, retries: 0 },
    } as const
    const [one, two] = [
      await signed({ ...invitation, nonce: idOf('2') }),
      await signed({ ...invitation, nonce: idOf('3') }),
    ]
    expect(conflicts(one, two)).toBe(false)
    expect(readArticle(plan, one)).not.toMatchObject({ room: readArticle(plan, two)?.hash })
  })

  test('of each kind in places of the others', async () => {
    const all = [
      answer(life, idOf('2')),
      join(life, idOf('2')),
      closing(life, [1]),
      contribution(1, room, room),
      contribution(1, room, room, phase.two),
    ]
    const messages = await Promise.all(all.map((draft) => signed(draft)))
    for (const one of messages) for (const two of messages) expect(conflicts(one, two)).toBe(false)
  })

  test('when it signs the very same again, but does when it signs it at another time: what is signed is kept', async () => {
    const said = contribution(1, idOf('2'), idOf('3'))
    expect(await convicts(said, said)).toBe(false)
    expect((await signed(said)).bytes).not.toEqual((await signed(said)).bytes)
    expect(await convicts(said, said, {}, { createdMs: 1_001 })).toBe(true)
  })
})

describe('what is signed for something else convicts nobody here', () => {
  const [said, other] = [contribution(1, idOf('2'), idOf('3')), contribution(2, idOf('2'), idOf('3'))]

  test('in another network, or another protocol', async () => {
    expect(await convicts(said, other, {}, { network: 'test' })).toBe(false)
    expect(await convicts(said, other, {}, { changes: { protocol: 'dice' } })).toBe(false)
  })

  test('in another version: rooms of two versions are two rooms', async () => {
    const invitation = {
      kind: 'invitation',
      nonce: idOf('2'),
      incarnation: life,
      candidates: [alice, bob].map(({ peerId }) => ({ peerId, role: undefined })),
      ...{ minimum: 2, maximum: 2, setup: 1, answerMs: 1, deadlineMs: 1, retries: 0 },
    } as const
    const older = { ...plan, version: plan.version - 1 }
    const one = readArticle(plan, await signed(invitation))
    const two = readArticle(older, await sign(draftMessage(older, invitation, times)))
    expect(one?.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(two?.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(one?.hash).not.toBe(two?.hash)
  })

  test('as a signed message of a protocol of the same name, since that stands in a sequence', async () => {
    const slot = draftMessage(plan, said, times).position.slot
    const sequence = { epoch: 5, sequence: slot[0] ?? 0 }
    const draft = { ...draftMessage(plan, said, times), position: sequence }
    const message = await sign(draft as never)
    expect(message.position).toEqual(sequence)
    expect(conflicts(message, await signed(said))).toBe(false)
    expect(readArticle(plan, message)).toBeUndefined()
  })

  test('and a node signs nothing by hand that stands in its sequence', () => {
    const node = createCoordinator({ identity: alice })
    const draft = { ...draftMessage(plan, said, times), position: { epoch: 5, sequence: 0 } }
    expect(() => node.signMessage(draft as never)).toThrow(TypeError)
  })

  test('to somebody, for such statements are for anyone', async () => {
    const private_ = await signed(said, { changes: { audience: { to: bob.peerId } } })
    expect(readArticle(plan, private_)).toBeUndefined()
  })
})
