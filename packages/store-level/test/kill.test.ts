import { createSeededRandom } from '@rondo/testkit/memory'
import { describe, expect, test } from 'vitest'
import { openLevelStore } from '../src/index.js'
import { complaints, readLast } from './child/journal.js'
import { runChild } from './child/run-child.js'
import { useFolder } from './folder.js'

const script = new URL('child/write-and-die.ts', import.meta.url)

const kills = process.env['RONDO_TIER'] === 'full' ? 1_000 : 12

describe('a process that is killed while it writes', () => {
  test(`loses nothing acknowledged, leaves no batch in part and brings no secret back: ${kills} kills`, async () => {
    const location = await useFolder()
    const random = createSeededRandom(1)
    const tally = { acknowledged: 0, unheard: 0 }
    for (let kill = 0; kill < kills; kill += 1) {
      const child = runChild(script, [location, Math.floor(random() * 40), Math.floor(random() ** 2 * 4_000)])
      const { lines, signal, stderr } = await child.ended
      expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' })
      if (lines.length > 0) tally.acknowledged = Number(lines.at(-1))
      const store = await openLevelStore(location)
      const last = await readLast(store)
      expect(last).toBeGreaterThanOrEqual(tally.acknowledged)
      expect(await complaints(store)).toEqual([])
      await store.close()
      tally.unheard += last - tally.acknowledged
      tally.acknowledged = last
    }
    expect(tally.acknowledged).toBeGreaterThan(kills)
    // Batches that were written and not acknowledged: of those there is at most one a kill.
    expect(tally.unheard).toBeLessThanOrEqual(kills)
    process.stderr.write(JSON.stringify(tally))
  })
})
