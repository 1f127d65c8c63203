import { defineRounds } from '../../src/plan/define-rounds.js'
import type { LeaveOut, Plan } from '../../src/plan/plan.js'
import { schemaOf } from '../../src/plan/schemas.js'
import { fault } from '../../src/plan/verdict.js'

// One protocol with everything that a definition may have. Members add numbers up; some numbers are not what they should be.

export const odd = {
  /** `check` refutes it. */
  refuted: 900,
  /** `check` fails on it. */
  checkFails: 901,
  /** Valid alone, and not together with anything. */
  apart: 902,
  /** `checkTogether` fails on it. */
  togetherFails: 903,
  /** There is no result of it. */
  noResult: 904,
  /** The schema refuses it. */
  text: 'no number',
} as const

const anything = schemaOf((_): _ is unknown => true, 'anything')
const number = schemaOf((value): value is number => typeof value === 'number', 'a number')

export interface Taste {
  readonly leaveOut?: LeaveOut
  readonly distinct?: boolean
  /** The second phase: each alone, all together, or all together by a verdict that forgives what each alone would not be. */
  readonly second?: 'alone' | 'together' | 'forgiving'
}

function check(_: unknown, from: string, value: number) {
  if (value === odd.checkFails) throw new Error(`it fails on ${from}`)
  return value !== odd.refuted || fault('it is refuted')
}

function sums(values: readonly number[], isForgiving: boolean): boolean {
  if (values.includes(odd.togetherFails)) throw new Error('it fails on all of them')
  return !values.includes(odd.apart) && (isForgiving || !values.includes(odd.refuted))
}

/** Phases: join, one, agreed, two, confirm. */
export function planOf({ leaveOut = 'culprits', distinct = false, second = 'alone' }: Taste = {}): Plan {
  return defineRounds({ name: 'sum', setup: anything, roles: ['dealer'], leaveOut })
    .phase('one', { contribution: number, contribute: () => 1, check, distinct })
    .agree('agreed')
    .phase('two', {
      ...{ contribution: number, contribute: () => 1, check },
      checkTogether: second === 'alone' ? undefined : (view) => sums(view.all('two'), second === 'forgiving'),
    })
    .result((view) => {
      const values = [...view.all('one'), ...view.all('two')]
      if (values.includes(odd.noResult)) throw new Error('there is no result')
      return { sum: values.reduce((sum, value) => sum + value, 0), dealers: view.membersIn('dealer').length }
    })
}

export const phases = { join: 0, one: 1, agreed: 2, two: 3, confirm: 4 } as const
