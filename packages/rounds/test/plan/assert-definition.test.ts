import { isName } from '@rondo/core'
import { describe, expect, test } from 'vitest'
import { commitment } from '../../src/plan/commitment.js'
import { defineRounds } from '../../src/plan/define-rounds.js'
import { bytes } from '../../src/plan/schemas.js'

// What a program without types may hand over.
type Loose = Record<string, unknown>
const head = { name: 'game', setup: bytes(0) }
const steps = { contribution: bytes(1), contribute: () => new Uint8Array(1) }

function define(changes: Loose) {
  return () => defineRounds({ ...head, ...changes })
}

function phase(changes: Loose, name = 'say') {
  return () => defineRounds(head).phase(name as never, { ...steps, ...changes })
}

describe('a head is refused for', () => {
  test.each<[string, Loose, RegExp]>([
    ['a name that is none', { name: 'no spaces' }, /not a name: no spaces/],
    ['no name', { name: undefined }, /not a name/],
    ['a name of 65 characters', { name: 'n'.repeat(65) }, /not a name/],
    ['version 0', { version: 0 }, /version/],
    ['a version beyond two bytes', { version: 65_536 }, /version/],
    ['a version and a half', { version: 1.5 }, /version/],
    ['no setup', { setup: undefined }, /Standard Schema/],
    ['a setup that is no schema', { setup: { parse: () => 1 } }, /Standard Schema/],
    ['a role that is no name', { roles: [''] }, /not a role/],
    ['a role named twice', { roles: ['a', 'b', 'a'] }, /named once/],
    ['one member', { members: { minimum: 1 } }, /members.minimum/],
    ['two members and a half', { members: { minimum: 2.5 } }, /members.minimum/],
    ['more members at least than at most', { members: { minimum: 5, maximum: 4 } }, /members.minimum/],
    ['a hundred and one members', { members: { maximum: 101 } }, /members.maximum/],
    ['no number of members', { members: { maximum: Number.NaN } }, /members.maximum/],
    ['a word for whom to leave out', { leaveOut: 'everybody' }, /leaveOut/],
  ])('%s', (_, changes, told) => {
    expect(define(changes)).toThrow(TypeError)
    expect(define(changes)).toThrow(told)
  })
})

describe('a phase is refused for', () => {
  test.each<[string, Loose, RegExp]>([
    ['no schema', { contribution: undefined }, /say.contribution/],
    ['nothing to contribute', { contribute: undefined }, /say.contribute/],
    ['a check that is no function', { check: true }, /say.check/],
    ['a check of all that is no function', { checkTogether: 'all' }, /say.check/],
    ['contributions of no bytes', { bytesMax: 0 }, /say.bytesMax/],
    ['contributions of half a byte more', { bytesMax: 1.5 }, /say.bytesMax/],
    ['contributions past what travels', { bytesMax: 524_289 }, /say.bytesMax/],
    ['no time', { deadlineMs: 0 }, /say.deadlineMs/],
    ['a time that is no number', { deadlineMs: Number.NaN }, /say.deadlineMs/],
    ['all the time there is', { deadlineMs: Number.POSITIVE_INFINITY }, /say.deadlineMs/],
    ['neither distinct nor not', { distinct: 'yes' }, /say.distinct/],
  ])('%s', (_, changes, told) => {
    expect(phase(changes)).toThrow(TypeError)
    expect(phase(changes)).toThrow(told)
  })

  test('no steps at all', () => {
    expect(() => defineRounds(head).phase('say', undefined as never)).toThrow(/lacks its steps/)
    expect(() => defineRounds(head).phase('say', null as never)).toThrow(/lacks its steps/)
  })

  test.each(['invitation', 'answer', 'join', 'closing', 'confirm'])('the name %s, which is the engine’s', (name) => {
    expect(phase({}, name)).toThrow(/engine's own/)
    expect(() => defineRounds(head).agree(name as never)).toThrow(/engine's own/)
    expect(() => defineRounds(head).remember(name as never, () => 1)).toThrow(/engine's own/)
  })

  test.each(['', ' ', 'a b', 'ä', '-a', 'a\n', 5])('the name %j', (name) => {
    expect(phase({}, name as never)).toThrow(/not a name/)
  })
})

describe('a name is given once', () => {
  const begun = () =>
    defineRounds(head)
      .phase('phase', steps)
      .agree('agreement')
      .remember('kept', () => 1)
      .secret('secret', () => ({ shown: 1, secret: 1 }))

  test.each(['phase', 'agreement', 'kept', 'secret'])('and %s is taken', (name) => {
    const taken = new RegExp(`the name ${name} is taken`)
    expect(() => begun().phase(name as never, steps)).toThrow(taken)
    expect(() => begun().agree(name as never)).toThrow(taken)
    expect(() => begun().remember(name as never, () => 1)).toThrow(taken)
    expect(() => begun().secret(name as never, () => ({ shown: 1, secret: 1 }))).toThrow(taken)
  })
})

test('what is remembered or secret is made by a function', () => {
  expect(() => defineRounds(head).remember('kept', 5 as never)).toThrow(TypeError)
  expect(() => defineRounds(head).secret('secret', undefined as never)).toThrow(TypeError)
})

describe('a protocol has', () => {
  const many = <B>(count: number, builder: B, grow: (builder: B, name: string) => B): B =>
    Array.from({ length: count }, (_, index) => `n${index}`).reduce(grow, builder)

  test('a result that is a function', () => {
    expect(() =>
      defineRounds(head)
        .phase('say', steps)
        .result(5 as never),
    ).toThrow(/result takes a function/)
  })

  test('a result that is there at once', () => {
    const late = defineRounds(head)
      .phase('say', steps)
      .result(() => Promise.reject(new Error('too late to be caught')))
    expect(() => late.result({} as never)).toThrow(/must be there at once/)
  })

  test('a phase that says something', () => {
    expect(() =>
      defineRounds(head)
        .agree('agreement')
        .result(() => 1),
    ).toThrow(/has no phase/)
  })

  test('64 phases and no more', () => {
    const full = many(64, defineRounds(head), (builder, name) => builder.phase(name as never, steps) as never)
    expect(full.result(() => 1).phases).toHaveLength(66)
    expect(() => full.phase('more', steps)).toThrow(/at most 64 phases/)
    expect(() => full.agree('more')).toThrow(/at most 64 phases/)
    expect(full.remember('more', () => 1)).toBeDefined()
  })

  test('64 things that it remembers and no more', () => {
    const full = many(64, defineRounds(head), (builder, name) => builder.remember(name as never, () => 1) as never)
    expect(() => full.remember('more', () => 1)).toThrow(/at most 64 things/)
    expect(() => full.secret('more', () => ({ shown: 1, secret: 1 }))).toThrow(/at most 64 things/)
    expect(full.phase('more', steps)).toBeDefined()
  })
})

test('a name is what travels as the name of a message', () => {
  expect(['a', 'A-1', 'x.y:z/w', '9'.repeat(64)].every(isName)).toBe(true)
  expect(['', '.a', 'a b', 'ä', 'a\n', 'n'.repeat(65), 5, undefined].some(isName)).toBe(false)
})

describe('what was left out', () => {
  const plan = defineRounds(head)
    .phase('commit', { ...steps, contribution: commitment })
    .phase('say', steps)
    .result(() => 1)

  test('has its default', () => {
    expect(plan).toMatchObject({ version: 1, roles: [], membersMin: 2, membersMax: 100, leaveOut: 'culprits' })
    expect(plan.phases.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'join join',
      'commit said',
      'say said',
      'confirm confirm',
    ])
    expect(plan.phases[2]).toMatchObject({ bytesMax: 16_384, distinct: false })
  })

  test('is distinct for commitments, unless that is said', () => {
    expect(plan.phases[1]).toMatchObject({ distinct: true })
    const alike = defineRounds(head).phase('commit', { ...steps, contribution: commitment, distinct: false })
    expect(alike.result(() => 1).phases[1]).toMatchObject({ distinct: false })
  })
})

test('a builder can be gone on with twice, and what came out of it stays as it is', () => {
  const begun = defineRounds({ ...head, roles: ['dealer'] })
    .remember('kept', () => 1)
    .phase('one', steps)
  const [short, long] = [
    begun.result(() => 1),
    begun
      .remember('more', () => 2)
      .phase('two', steps)
      .result(() => 2),
  ]
  expect([short.phases.length, long.phases.length]).toEqual([3, 4])
  expect([[...short.kept.keys()], [...long.kept.keys()]]).toEqual([['kept'], ['kept', 'more']])
  for (const part of [short, short.phases, short.roles, ...short.phases]) expect(Object.isFrozen(part)).toBe(true)
})
