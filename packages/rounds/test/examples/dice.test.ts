import { checkSchema } from '@rondo/core'
import { expect, test } from 'vitest'
import { dice } from '../../src/examples/index.js'
import { authorPhase, playByHand, Refused, refutation } from './by-hand.js'

const three = { setup: { sides: 6 }, members: [{}, {}, {}] }

test('three members roll one number between 1 and the number of sides', async () => {
  const { result } = await playByHand(dice, three)
  expect(result).toEqual({ roll: expect.toSatisfy((roll: number) => Number.isInteger(roll) && roll >= 1 && roll <= 6) })
})

test('every side comes up', async () => {
  const rolls = new Set<unknown>()
  for (let seed = 0; seed < 60; seed += 1)
    rolls.add(JSON.stringify((await playByHand(dice, { ...three, seed })).result))
  expect([...rolls].sort()).toEqual([1, 2, 3, 4, 5, 6].map((roll) => JSON.stringify({ roll })))
})

test('no two commitments may be equal, for who copies one could copy its opening', () => {
  expect(authorPhase(dice, 'commit').distinct).toBe(true)
})

const mismatch = 'the opening does not match its commitment'

test('an opening of another member, or changed by a bit, does not open', async () => {
  const { view, said, roster } = await playByHand(dice, three)
  const [mine, theirs] = said.get('reveal') ?? []
  const reveal = authorPhase(dice, 'reveal')
  expect(refutation(reveal, view, roster[0]!, mine)).toBeUndefined()
  expect(refutation(reveal, view, roster[0]!, theirs)).toBe(mismatch)
  for (const name of ['salt', 'value'] as const) {
    const changed: Uint8Array = Uint8Array.from(Object(mine)[name])
    changed[31]! ^= 1
    expect(refutation(reveal, view, roster[0]!, { ...Object(mine), [name]: changed })).toBe(mismatch)
  }
})

test('what was said in one attempt is worth nothing in another', async () => {
  const { said } = await playByHand(dice, three)
  const again = playByHand(dice, {
    ...three,
    attempt: 'bb'.repeat(32),
    instead: (phase, position, own) => (position === 1 ? said.get(phase)?.[1] : own),
  })
  await expect(again).rejects.toEqual(new Refused(1, mismatch))
})

test('an opening with anything beside salt and value is refused, or its author could choose the roll by it', async () => {
  const choose = playByHand(dice, {
    ...three,
    instead: (phase, position, said) => (phase === 'reveal' && position === 2 ? { ...Object(said), chosen: 17 } : said),
  })
  await expect(choose).rejects.toEqual(new Refused(2, 'schema'))
})

test.each([{}, { sides: 1 }, { sides: 1_000_001 }, { sides: 2.5 }, { sides: Number.NaN }, { sides: '6' }, null, 6])(
  'the setup %j is refused',
  (setup) => {
    expect(checkSchema(dice.setup, setup)).toMatchObject({ ok: false, code: 'SCHEMA_REFUSED' })
  },
)
