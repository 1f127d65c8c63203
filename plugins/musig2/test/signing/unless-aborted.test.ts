import { describe, expect, test } from 'vitest'
import { unlessAborted } from '../../src/signing/unless-aborted.js'

describe('an answer that somebody waits for', () => {
  test('comes as it is, now or later, and so does a failure', async () => {
    const { signal } = new AbortController()
    expect(await unlessAborted(signal, () => 1)).toBe(1)
    expect(await unlessAborted(signal, async () => 2)).toBe(2)
    const fault = new Error('no')
    await expect(unlessAborted(signal, () => Promise.reject(fault))).rejects.toBe(fault)
    const failing = (): number => {
      throw fault
    }
    await expect(unlessAborted(signal, failing)).rejects.toBe(fault)
  })

  test('is not asked for where nobody waits any more', async () => {
    let asked = 0
    await expect(unlessAborted(AbortSignal.abort('off'), () => asked++)).rejects.toBe('off')
    expect(asked).toBe(0)
  })

  test('that comes too late is lost, also where it is a failure', async () => {
    const stray: unknown[] = []
    const note = (cause: unknown): void => void stray.push(cause)
    process.on('unhandledRejection', note)
    const controller = new AbortController()
    let fail = (_: Error): void => {}
    const waiting = unlessAborted(
      controller.signal,
      () =>
        new Promise((_, reject) => {
          fail = reject
        }),
    )
    await Promise.resolve()
    controller.abort('off')
    await expect(waiting).rejects.toBe('off')
    fail(new Error('too late'))
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(stray).toEqual([])
  })
})
