import { mkdir, symlink } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openLevelStore } from '../src/index.js'
import { runChild } from './child/run-child.js'
import { useFolder } from './folder.js'

const script = new URL('child/hold.ts', import.meta.url)

/** What another process is told that opens the store and closes it again. */
async function openElsewhere(location: string): Promise<string> {
  const child = runChild(script, [location])
  const answer = await child.ready
  child.process.stdin?.end()
  await child.ended
  return answer
}

async function openHere(location: string) {
  const store = await openLevelStore(location)
  onTestFinished(() => store.close())
  return store
}

describe('a store that is open', () => {
  test('is refused to another process, until it was closed', async () => {
    const location = await useFolder()
    const store = await openHere(location)
    expect(await openElsewhere(location)).toBe('STORE_LOCKED')
    await store.put('a', new Uint8Array([1]), { durable: true })
    await store.close()
    expect(await openElsewhere(location)).toBe('open')
  })

  test('is refused here while another process has it, and free once that was killed', async () => {
    const location = await useFolder()
    const child = runChild(script, [location])
    expect(await child.ready).toBe('open')
    await expect(openLevelStore(location)).rejects.toMatchObject({ code: 'STORE_LOCKED', layer: 'store' })
    child.process.kill('SIGKILL')
    await child.ended
    await openHere(location)
  })

  test('is refused to another process also after it was refused in this one', async () => {
    const location = await useFolder()
    await openHere(location)
    await expect(openLevelStore(location)).rejects.toMatchObject({ code: 'STORE_LOCKED' })
    expect(await openElsewhere(location)).toBe('STORE_LOCKED')
  })

  test('is refused to another process also where Node has no Web Locks', async () => {
    vi.stubGlobal('navigator', undefined)
    onTestFinished(() => void vi.unstubAllGlobals())
    const location = await useFolder()
    const store = await openHere(location)
    await expect(openLevelStore(location)).rejects.toMatchObject({ code: 'STORE_LOCKED' })
    expect(await openElsewhere(location)).toBe('STORE_LOCKED')
    await store.close()
    await openHere(location)
  })

  test.skipIf(globalThis.navigator?.locks === undefined)('is refused to another thread', async () => {
    const location = await useFolder()
    await openHere(location)
    const worker = new Worker(new URL('child/open-in-thread.ts', import.meta.url), { workerData: location })
    expect(await new Promise((resolve) => worker.once('message', resolve))).toBe('STORE_LOCKED')
    await worker.terminate()
    expect(await openElsewhere(location)).toBe('STORE_LOCKED')
  })

  test('is refused by whatever name its folder has', async () => {
    const folder = await useFolder()
    await mkdir(`${folder}/store`)
    await symlink(`${folder}/store`, `${folder}/alias`)
    await openHere(`${folder}/store`)
    for (const name of ['alias', 'store/', './store', 'alias/../store'])
      await expect(openLevelStore(`${folder}/${name}`)).rejects.toMatchObject({ code: 'STORE_LOCKED' })
  })

  test('can be opened again after an open that failed', async () => {
    const location = await useFolder()
    const migrate = () => Promise.reject(new Error('no'))
    await (await openLevelStore(location)).close()
    await expect(openLevelStore(location, { schemaVersion: 2, migrate })).rejects.toMatchObject({
      code: 'STORE_FAILED',
    })
    await openHere(location)
  })
})
