import { readdir, writeFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openLevelStore } from '../src/index.js'
import { levelError } from '../src/node-backend.js'
import { complaints, readLast, writeNext } from './child/journal.js'
import { runChild } from './child/run-child.js'
import { useFolder } from './folder.js'

const script = new URL('child/fill.ts', import.meta.url)

describe('a store without room', () => {
  test.skipIf(process.platform === 'win32')(
    'says STORE_QUOTA, writes nothing more until it was opened again, and keeps all that was acknowledged',
    async () => {
      const location = await useFolder()
      // Files of at most 300 blocks, whatever a block is to this shell: LevelDB's log grows past that.
      const { lines, stderr } = await runChild(script, [location], 'ulimit -f 300').ended
      expect(stderr).toBe('')
      const written = lines.length - 3
      expect(written).toBeGreaterThan(0)
      expect(lines.slice(written)).toEqual(['STORE_QUOTA', 'STORE_FAILED', String(written)])

      const store = await openLevelStore(location)
      expect(await readLast(store)).toBeGreaterThanOrEqual(written)
      expect(await complaints(store)).toEqual([])
      await writeNext(store, (await readLast(store)) + 1)
      await store.close()
    },
  )

  test('knows the words and codes in which a system says so', () => {
    const error = (message: string, code: string) => Object.assign(new Error(message), { code })
    const notOpen = (cause: Error) =>
      Object.assign(new Error('not open', { cause }), { code: 'LEVEL_DATABASE_NOT_OPEN' })
    const full = error('IO error: /data/000003.log: No space left on device', 'LEVEL_IO_ERROR')
    expect(levelError(full).code).toBe('STORE_QUOTA')
    expect(levelError(notOpen(full)).code).toBe('STORE_QUOTA')
    expect(levelError(error('EDQUOT: quota, mkdir', 'EDQUOT')).code).toBe('STORE_QUOTA')
    expect(levelError(error('IO error: /data/000003.log: Input/output error', 'LEVEL_IO_ERROR')).code).toBe(
      'STORE_FAILED',
    )
    expect(levelError(error('Corruption: bad record', 'LEVEL_CORRUPTION')).code).toBe('STORE_FAILED')
    expect(levelError('nothing known').code).toBe('STORE_FAILED')
  })

  test('says STORE_FAILED where the location cannot be a folder', async () => {
    const folder = await useFolder()
    await writeFile(`${folder}/file`, '')
    await expect(openLevelStore(`${folder}/file/store`)).rejects.toMatchObject({ code: 'STORE_FAILED' })
  })

  test('says STORE_FAILED where what is there is no LevelDB', async () => {
    const location = await useFolder()
    await (await openLevelStore(location)).close()
    await writeFile(`${location}/CURRENT`, 'MANIFEST-999999\n')
    await expect(openLevelStore(location)).rejects.toMatchObject({ code: 'STORE_FAILED' })
  })

  test('is made with all the folders around it, by relative names too', async () => {
    const folder = await useFolder()
    const location = relative(process.cwd(), `${folder}/one/two/three`)
    const store = await openLevelStore(location)
    await store.put('a', new Uint8Array([1]), { durable: true })
    await store.close()
    expect(await readdir(`${folder}/one/two`)).toEqual(['three'])
  })
})
