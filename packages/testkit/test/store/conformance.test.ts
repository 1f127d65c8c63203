import { createMemoryStore } from '@rondo/core'
import { storeConformance } from '@rondo/testkit/conformance/store'
import { createSeededRandom } from '@rondo/testkit/memory'
import { createCrashableStore } from '@rondo/testkit/store'
import { describe, expect, test } from 'vitest'

describe('in memory', () => {
  const traits = { durability: 'volatile', persists: false, locks: false } as const
  storeConformance({ describe, test, expect }, () => ({ open: () => createMemoryStore() }), traits)
})

describe('in memory, called durable', () => {
  const createFixture = () => ({ open: () => createMemoryStore({ durability: 'durable' }) })
  storeConformance({ describe, test, expect }, createFixture, { persists: false, locks: false })
})

for (const random of [undefined, createSeededRandom(1), createSeededRandom(2)])
  describe(`crashable, ${random === undefined ? 'losing what is not durable' : 'losing some of what is not durable'}`, () => {
    storeConformance({ describe, test, expect }, () => createCrashableStore({ random }), { crashes: true })
  })
