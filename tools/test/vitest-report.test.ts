import { expect, test } from 'vitest'
import { countModule } from '../vitest-report.mjs'

type State = 'passed' | 'failed' | 'skipped' | 'pending'

const file = (state: string, ...tests: State[]) => ({
  moduleId: 'a.test.ts',
  state: () => state,
  children: { allTests: () => tests.map((each) => ({ result: () => ({ state: each }) })) },
})

test('tests are counted by what became of them; one that never ran was skipped', () => {
  const counts = { file: 'a.test.ts', passed: 1, failed: 1, skipped: 2 }
  expect(countModule(file('failed', 'passed', 'failed', 'skipped', 'pending'))).toEqual(counts)
})

test('a file that failed though none of its tests did counts as a failure', () => {
  expect(countModule(file('failed'))).toMatchObject({ passed: 0, failed: 1 })
  expect(countModule(file('failed', 'passed'))).toMatchObject({ passed: 1, failed: 1 })
})
