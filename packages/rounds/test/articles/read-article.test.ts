import { bytesCodec, createCoordinator, generateIdentity, type OwnMessageDraft, type PayloadCodec } from '@rondo/core'
import { describe, expect, test } from 'vitest'
import type { Article } from '../../src/articles/article.js'
import { type ArticleDraft, draftMessage } from '../../src/articles/draft.js'
import { readArticle } from '../../src/articles/read-article.js'
import { encodeValue } from '../../src/plan/encode-value.js'
import { judgeForm } from '../../src/plan/judge.js'
import { alice, bob, idOf } from '../plan/samples.js'
import { phase, plan, say, sign, times } from './samples.js'

const incarnation = 'ab'.repeat(16)
const contribution = {
  kind: 'contribution',
  round: idOf('1'),
  attempt: idOf('2'),
  phase: phase.one,
  digest: idOf('3'),
  value: 'hello',
} as const
const digest = new Uint8Array(32).fill(0x33)
const invitation: ArticleDraft = {
  kind: 'invitation',
  nonce: idOf('4'),
  incarnation,
  candidates: [
    { peerId: alice.peerId, role: 'dealer' },
    { peerId: bob.peerId, role: undefined },
  ],
  minimum: 2,
  maximum: 2,
  setup: undefined,
  answerMs: 1,
  deadlineMs: 1,
  retries: 0,
}
const join: ArticleDraft = { kind: 'join', parent: idOf('1'), incarnation, attempt: idOf('2'), proposal: undefined }
const proposal = { roster: [0, 1], answers: [], culprits: [], suspects: [] }
const closing = {
  kind: 'closing',
  attempt: idOf('1'),
  incarnation,
  phase: 1,
  missing: [1],
  reason: 'timeout',
  detail: '',
} as const

/** What is read of the draft's statement where something of it is changed. */
async function read(draft: ArticleDraft, changes: Partial<OwnMessageDraft>): Promise<Article | undefined> {
  return readArticle(plan, await sign({ ...draftMessage(plan, draft, times), ...changes }))
}

describe('a contribution', () => {
  test.each([0, 1, 23, 24, 255, 256, 16_384, 65_535, 65_536, 500_000])(
    'of %i bytes is as long as it is',
    async (length) => {
      for (const value of [new Uint8Array(length), 'x'.repeat(length)]) {
        const article = await say({ ...contribution, value })
        expect(article).toMatchObject({ value, valueBytes: encodeValue(value).length })
      }
    },
  )

  test.each([undefined, null, -0, Number.NaN, [], {}, [undefined]])('of %j is that and nothing else', async (value) => {
    const article = await say({ ...contribution, value })
    expect(article).toEqual(
      expect.objectContaining({ value, valueBytes: value === undefined ? 0 : encodeValue(value).length }),
    )
  })

  test('of nothing has one form', async () => {
    expect(await read(contribution, { payload: [digest] })).toMatchObject({ value: undefined })
    expect(await read(contribution, { payload: [digest, undefined] })).toBeUndefined()
    expect(await read(contribution, { payload: [digest, null] })).toMatchObject({ value: null })
  })

  test.each([phase.agreed, phase.confirm])('to phase %i, which is the engine’s, has no value', async (number) => {
    const signed = { ...contribution, phase: number, value: undefined }
    expect(await say(signed)).toMatchObject({ phase: number, value: undefined, valueBytes: 0 })
    const more = await say({ ...signed, value: 'more' })
    if (more?.kind !== 'contribution') throw new Error('it is read, for it convicts')
    const step = plan.phases[number]
    expect(step && judgeForm(step, more)).toMatchObject({ ok: false, fault: expect.stringContaining('nothing to say') })
  })

  test.each(['two', 'confirm', 'join', 'contribution', 'answer'])('is none under the name %s', async (type) => {
    expect(await read(contribution, { type })).toBeUndefined()
  })

  test('to phase 0 is none, whatever its name', async () => {
    const { position } = draftMessage(plan, contribution, times)
    const slot = position.slot.with(-1, phase.join)
    for (const type of ['join', 'one', 'confirm']) {
      expect(await read(contribution, { type, position: { slot }, payload: [digest] })).toBeUndefined()
    }
  })

  test('to a phase that the plan does not have is none, and is not drafted', async () => {
    const { position } = draftMessage(plan, contribution, times)
    const slot = position.slot.with(-1, phase.beyond)
    for (const type of ['confirm', 'one'])
      expect(await read(contribution, { type, position: { slot } })).toBeUndefined()
    expect(() => draftMessage(plan, { ...contribution, phase: phase.beyond }, times)).toThrow(TypeError)
    expect(() => draftMessage(plan, { ...contribution, phase: phase.join }, times)).toThrow(TypeError)
  })
})

describe('no article is what is', () => {
  test.each<[string, Partial<OwnMessageDraft>]>([
    ['of another protocol', { protocol: 'dice' }],
    ['of another version', { version: 2 }],
    ['for one peer', { audience: { to: bob.peerId } }],
    ['for a topic', { audience: { topic: 'game' } }],
    ['in bytes', { payload: encodeValue([digest, 'hello']), codec: bytesCodec }],
    ['a map', { payload: { digest } }],
    ['nothing', { payload: undefined }],
    ['an empty list', { payload: [] }],
    ['of no slot of a round', { position: { slot: new Uint8Array([9]) } }],
  ])('%s', async (_, changes) => {
    expect(await read(contribution, {})).toBeDefined()
    expect(await read(contribution, changes)).toBeUndefined()
  })

  test('in a codec of one’s own, though it says the same', async () => {
    const own: PayloadCodec = {
      id: 64,
      name: 'own',
      accepts: () => true,
      encode: (value, writer) => writer.bytes(encodeValue(value)),
      decode: () => ({ ok: true, value: [digest, 'hello'] }),
    }
    expect(await read(contribution, { codec: own })).toBeUndefined()
  })
})

describe('counts and lists', () => {
  const fields = (changes: { [at: number]: unknown }) => (list: readonly unknown[]) =>
    list.map((each, at) => (at in changes ? changes[at] : each))
  const payloadOf = (draft: ArticleDraft) => draftMessage(plan, draft, times).payload as readonly unknown[]

  test.each<[string, ArticleDraft, { [at: number]: unknown }]>([
    ['a zero below zero', invitation, { 7: -0 }],
    ['a fraction', invitation, { 5: 1.5 }],
    ['no number', invitation, { 5: Number.NaN }],
    ['a bigint', invitation, { 5: 5n }],
    ['no time to answer', invitation, { 5: 0 }],
    ['seventeen retries', invitation, { 7: 17 }],
    ['fewer candidates than members', invitation, { 2: 3, 3: 3 }],
    ['one member', invitation, { 2: 1 }],
    ['another host', invitation, { 1: [[bob.peerId], [alice.peerId]] }],
    ['a role that is undefined', invitation, { 1: [[alice.peerId, undefined], [bob.peerId]] }],
    ['a role without a name', invitation, { 1: [[alice.peerId, ''], [bob.peerId]] }],
    ['a candidate named twice', invitation, { 1: [[alice.peerId], [bob.peerId], [bob.peerId]] }],
    ['a list that is not in order', closing, { 1: [2, 1] }],
    ['a list with one named twice', closing, { 1: [1, 1] }],
    ['a place that no candidate has', closing, { 1: [100] }],
    ['a reason that is none', closing, { 2: 'because' }],
    ['words past their bound', closing, { 3: 'x'.repeat(257) }],
    ['a roster of one', { ...join, proposal }, { 1: [0] }],
    ['half an answer', { ...join, proposal }, { 2: new Uint8Array(12) }],
    ['an answer too few', { ...join, proposal }, { 2: new Uint8Array(8) }],
    ['answers for more than the roster', { ...join, proposal }, { 2: new Uint8Array(24) }],
  ])('with %s are refused', async (_, draft, changes) => {
    expect(await read(draft, {})).toBeDefined()
    expect(await read(draft, { payload: fields(changes)(payloadOf(draft)) })).toBeUndefined()
  })

  test.each<[string, ArticleDraft]>([
    ['an invitation', invitation],
    ['an answer', { kind: 'answer', room: idOf('1'), incarnation, answer: { accepts: true, nonce: idOf('2') } }],
    ['a refusal', { kind: 'answer', room: idOf('1'), incarnation, answer: { accepts: false, reason: 'no' } }],
    ['a join', join],
    ['a proposal', { ...join, proposal }],
    ['a contribution', contribution],
    ['a closing', closing],
  ])('of %s have as many fields as it has', async (_, draft) => {
    const list = payloadOf(draft)
    expect(await read(draft, {})).toBeDefined()
    for (const more of [0, undefined, null]) expect(await read(draft, { payload: [...list, more] })).toBeUndefined()
    // A contribution without its value contributes nothing, which a schema may well accept.
    if (draft.kind !== 'contribution') expect(await read(draft, { payload: list.slice(0, -1) })).toBeUndefined()
  })

  test('of candidates end at a hundred', async () => {
    const others = Array.from({ length: 100 }, () => [generateIdentity().peerId])
    const invite = (members: unknown[]) => read(invitation, { payload: fields({ 1: members })(payloadOf(invitation)) })
    expect(await invite([[alice.peerId], ...others.slice(1)])).toBeDefined()
    expect(await invite([[alice.peerId], ...others])).toBeUndefined()
  })

  test('a proposal is whole or not there', async () => {
    const [attempt, ...rest] = payloadOf({ ...join, proposal })
    for (let kept = 1; kept < rest.length; kept += 1) {
      expect(await read(join, { payload: [attempt, ...rest.slice(0, kept)] })).toBeUndefined()
    }
    expect(await read(join, { payload: [attempt, ...rest, []] })).toBeUndefined()
  })
})

test('words that are too long, or no text, are cut when they are drafted', async () => {
  const smiles = `${'x'.repeat(255)}😀 and more`
  const cut = `${'x'.repeat(255)}\ufffd`
  expect(await say({ ...closing, detail: smiles })).toMatchObject({ detail: cut })
  const refusal = { kind: 'answer', room: idOf('1'), incarnation, answer: { accepts: false, reason: smiles } } as const
  expect(await say(refusal)).toMatchObject({ answer: { reason: cut } })
})

describe('what is read', () => {
  test('names the network that it was signed for', async () => {
    expect(await say(contribution)).toMatchObject({ network: 'main' })
    expect(await say(contribution, { network: 'test' })).toMatchObject({ network: 'test' })
  })

  test('is good no longer than it was to be, whatever the clock of its author says', async () => {
    const late = draftMessage(plan, contribution, { createdMs: 99_999, expiresMs: 61_000 })
    expect(readArticle(plan, await sign(late))).toMatchObject({ createdMs: 60_999, expiresMs: 61_000 })
  })

  test('is the same at every node, whatever its codecs and limits', async () => {
    const greedy: PayloadCodec = { ...bytesCodec, id: 64, name: 'greedy', accepts: () => true, encode: () => {} }
    const author = createCoordinator({ identity: alice, codecs: [greedy], limits: { cborDepthMax: 2 } })
    const reader = createCoordinator({
      identity: bob,
      limits: { cborDepthMax: 1, cborItemsMax: 1, cborStringBytesMax: 8 },
    })
    const value = { deep: [[['value']]], long: 'x'.repeat(100) }
    const bytes = await author.signMessage(draftMessage(plan, { ...contribution, value }, times))
    const verdict = await reader.verifyMessage(bytes)
    if (!verdict.ok) throw new Error(verdict.code)
    expect(verdict.payload.ok).toBe(false)
    expect(readArticle(plan, verdict)).toMatchObject({ author: alice.peerId, value })
  })
})
