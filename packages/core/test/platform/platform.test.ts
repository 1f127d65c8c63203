import { describe, expect, test } from 'vitest'
import { createEd25519 } from '../../src/identity/ed25519.js'
import * as node from '../../src/platform/node.js'
import * as portable from '../../src/platform/portable.js'
import { createSchedule } from '../../src/platform/schedule.js'

const platforms = [
  { name: 'Node', platform: node },
  { name: 'portable', platform: portable },
]

test('both platforms export the same names', () => {
  expect(Object.keys(node).sort()).toEqual(Object.keys(portable).sort())
})

describe.each(platforms)('the $name platform', ({ platform }) => {
  test.each([0, 1, 16, 32, 512, 513, 4096, 65_537, 200_000])('gives %i random bytes', (bytes) => {
    const given = platform.random(bytes)
    expect(given).toHaveLength(bytes)
    expect(given.constructor).toBe(Uint8Array)
    expect(given.buffer.byteLength).toBe(bytes)
    for (let start = 0; start + 64 <= bytes; start += 64) {
      expect(given.subarray(start, start + 64).some((byte) => byte !== 0)).toBe(true)
    }
  })

  test('never gives the same bytes twice', () => {
    const seen = new Set<string>()
    for (let call = 0; call < 5000; call += 1) seen.add(String(platform.random(8 + (call % 40)).subarray(0, 8)))
    expect(seen.size).toBe(5000)
  })

  test('runs what is deferred later, in order, each once, past one that runs meanwhile', async () => {
    const order: string[] = []
    await new Promise<void>((resolve) => {
      platform.defer(() => {
        order.push('first')
        platform.defer(resolve)
      })
      platform.defer(() => order.push('second'))
      order.push('now')
      queueMicrotask(() => order.push('microtask'))
    })
    expect(order).toEqual(['now', 'microtask', 'first', 'second'])
  })

  test('cancels a schedule, twice too, and after the run', async () => {
    const ran: string[] = []
    const cancelled = platform.schedule(0, () => ran.push('cancelled'))
    cancelled()
    cancelled()
    await new Promise<void>((resolve) => {
      const cancel = platform.schedule(1, () => {
        cancel()
        resolve()
      })
    })
    expect(ran).toEqual([])
  })

  test('has clocks: one for the wall, and one that never runs backwards', () => {
    expect(platform.wallMs()).toBeGreaterThan(Date.UTC(2024, 0))
    const readings = Array.from({ length: 1000 }, () => platform.monotonicMs())
    expect(readings).toEqual([...readings].sort((a, b) => a - b))
  })

  test('signs and verifies', async () => {
    const ed25519 = createEd25519(platform.platformCrypto.ed25519)
    const seed = platform.random(32)
    const message = platform.random(100)
    const signature = await ed25519.sign(seed, message)
    expect(await ed25519.verify(ed25519.publicKey(seed), message, signature)).toBe(true)
    expect(await ed25519.verify(ed25519.publicKey(seed), platform.random(100), signature)).toBe(false)
  })
})

describe('a schedule beyond what a timer holds', () => {
  const day = 86_400_000

  function createTimers() {
    const started: { readonly ms: number; readonly run: () => void; cancelled: boolean }[] = []
    const schedule = createSchedule((ms, run) => {
      const timer = { ms, run, cancelled: false }
      started.push(timer)
      return () => {
        timer.cancelled = true
      }
    })
    return { started, schedule }
  }

  test('runs once, after the sum of its timers', () => {
    const { started, schedule } = createTimers()
    let ran = 0
    schedule(60 * day, () => {
      ran += 1
    })
    for (let index = 0; index < started.length; index += 1) {
      expect(ran).toBe(0)
      started[index]?.run()
    }
    expect(ran).toBe(1)
    expect(started.map(({ ms }) => ms < 2 ** 31)).toEqual([true, true, true])
    expect(started.reduce((sum, { ms }) => sum + ms, 0)).toBe(60 * day)
  })

  test('is cancelled in the middle', () => {
    const { started, schedule } = createTimers()
    const cancel = schedule(Number.POSITIVE_INFINITY, () => undefined)
    started[0]?.run()
    started[1]?.run()
    cancel()
    expect(started.map(({ cancelled }) => cancelled)).toEqual([false, false, true])
  })
})
