import fc from 'fast-check'
import { test } from 'vitest'
import { type Model, mailboxCommands, Real } from './mailbox-model.js'

const numRuns = process.env['RONDO_TIER'] === 'full' ? 10_000 : 300

test('a mailbox does what a plain list does, whatever sessions, clocks and crashes do', async () => {
  await fc.assert(
    fc.asyncProperty(mailboxCommands, async (commands) => {
      const real = new Real()
      await real.boot()
      const model: Model = { letters: [], expired: 0 }
      await fc.asyncModelRun(() => ({ model, real }), commands)
    }),
    { numRuns },
  )
})
