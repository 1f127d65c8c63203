import { createMemoryBackend, openStore, type StoreBackend } from '@rondo/core'
import { createCrashableStore } from '@rondo/testkit/store'
import fc from 'fast-check'
import { test } from 'vitest'
import { storeCommands } from './store-commands.js'

const numRuns = process.env['RONDO_TIER'] === 'full' ? 5_000 : 200

test('a store in memory does what a plain map does, however it is used', async () => {
  await fc.assert(
    fc.asyncProperty(storeCommands, async (commands) => {
      const backend: StoreBackend = { ...createMemoryBackend('durable'), close: async () => {} }
      const reopen = () => openStore(backend)
      const real = { store: await reopen(), reopen }
      await fc.asyncModelRun(() => ({ model: { seen: new Map(), settled: new Map() }, real }), commands)
    }),
    { numRuns },
  )
})

test('a crashable store does so too, and a crash takes what was not durable and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(storeCommands, async (commands) => {
      const place = createCrashableStore()
      const real = { store: await place.open(), reopen: () => place.open(), crash: place.crash }
      await fc.asyncModelRun(() => ({ model: { seen: new Map(), settled: new Map() }, real }), commands)
    }),
    { numRuns },
  )
})
