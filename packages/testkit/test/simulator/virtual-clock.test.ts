import fc from 'fast-check'
import { expect, test } from 'vitest'
import { VirtualClock } from '../../src/simulator/virtual-clock.js'

const owners = [
  { peer: 0, isGone: false },
  { peer: 1, isGone: false },
] as const

/** Runs everything up to then. */
function runAll(clock: VirtualClock, untilMs = 1e9): void {
  for (let event = clock.next(untilMs); event !== undefined; event = clock.next(untilMs)) event.run()
}

test('events happen by time, and in the order of their scheduling where they share one', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (delays) => {
      const clock = new VirtualClock()
      const happened: (readonly [ms: number, number: number])[] = []
      delays.forEach((ms, number) => {
        clock.schedule(owners[0], ms, () => happened.push([ms, number]))
      })
      runAll(clock)
      const wanted = delays.map((ms, number) => [ms, number] as const).sort(([a, m], [b, n]) => a - b || m - n)
      expect(happened).toEqual(wanted)
    }),
  )
})

test('what is deferred happens before any time passes, in order', () => {
  const clock = new VirtualClock()
  const happened: string[] = []
  clock.schedule(owners[0], 0, () => happened.push(`scheduled at ${clock.nowMs > 0}`))
  clock.defer(owners[0], () => {
    happened.push('first')
    clock.defer(owners[1], () => happened.push('third'))
  })
  clock.defer(owners[1], () => happened.push('second'))
  runAll(clock)
  expect(happened).toEqual(['first', 'second', 'third', 'scheduled at true'])
})

test('what is cancelled does not happen, and is not pending', () => {
  const clock = new VirtualClock()
  const cancels = [3, 1, 2].map((ms) => clock.schedule(owners[0], ms, () => expect(ms).toBe(2)))
  cancels[0]?.()
  cancels[1]?.()
  cancels[1]?.()
  expect(clock.pending().map(({ dueMs }) => dueMs)).toEqual([2])
  runAll(clock)
  expect(clock.pending()).toEqual([])
  expect(clock.nowMs).toBe(2)
})

test('a timer that finds itself a rounding error early gets on all the same', () => {
  const clock = new VirtualClock()
  const dueMs = 1_000_000.1
  let looks = 0
  const look = (): void => {
    looks += 1
    if (clock.nowMs < dueMs) clock.schedule(owners[0], dueMs - clock.nowMs, look)
  }
  clock.schedule(owners[0], dueMs, look)
  runAll(clock)
  expect(clock.nowMs).toBeGreaterThanOrEqual(dueMs)
  expect(looks).toBeLessThanOrEqual(2)
})

test('what is scheduled for no time at all, or for later than asked, does not happen', () => {
  const clock = new VirtualClock()
  clock.schedule(owners[0], Number.POSITIVE_INFINITY, () => expect.unreachable())
  clock.schedule(owners[0], 11, () => expect.unreachable())
  runAll(clock, 10)
  expect(clock.pending().length).toBe(2)
})

test('to a suspended owner nothing happens until it wakes, and then all that was due, in order', () => {
  const clock = new VirtualClock()
  const happened: string[] = []
  const note = (what: string) => () => void happened.push(`${what} at ${clock.nowMs}`)
  clock.suspend(0, 100)
  clock.schedule(owners[0], 100, note('late'))
  clock.schedule(owners[0], 30, note('sooner'))
  clock.schedule(owners[0], 60, note('later'))
  clock.defer(owners[0], note('at once'))
  clock.schedule(owners[1], 50, note('another'))
  runAll(clock)
  expect(happened).toEqual(['another at 50', 'at once at 100', 'sooner at 100', 'later at 100', 'late at 100'])
})

test('an owner that is gone drops what was to happen to it, and can arrange nothing new', () => {
  const clock = new VirtualClock()
  const owner = { peer: 0, isGone: false }
  const happened: string[] = []
  clock.schedule(owner, 10, () => expect.unreachable())
  clock.defer(owner, () => expect.unreachable())
  clock.schedule({ peer: 0, isGone: false }, 20, () => happened.push('the next owner'))
  owner.isGone = true
  clock.schedule(owner, 5, () => expect.unreachable())
  clock.defer(owner, () => expect.unreachable())
  expect(clock.pending().length).toBe(1)
  runAll(clock)
  expect(happened).toEqual(['the next owner'])
})

test('where the clock of a sleeper stands, its timers are as far away when it wakes as when it fell asleep', () => {
  const clock = new VirtualClock()
  const [sleeper] = owners
  const happened: string[] = []
  const note = (what: string) => () => void happened.push(`${what} at ${clock.nowMs}, ${clock.monotonicMs(0)} its own`)
  clock.schedule(sleeper, 30, note('a timer from before'))
  clock.schedule(undefined, 10, () => {
    clock.suspend(0, 100, 'stands')
    clock.defer(sleeper, note('at once'))
  })
  clock.schedule(undefined, 50, () => {
    expect(clock.monotonicMs(0)).toBe(10)
    clock.schedule(sleeper, 5, note('a timer from meanwhile'))
  })
  runAll(clock)
  expect(happened).toEqual([
    'at once at 110, 10 its own',
    'a timer from meanwhile at 115, 15 its own',
    'a timer from before at 130, 30 its own',
  ])
})

test('a second sleep does not cut the first one short', () => {
  const clock = new VirtualClock()
  const wokeAtMs: number[] = []
  clock.suspend(0, 100)
  clock.suspend(0, 10)
  clock.schedule(owners[0], 1, () => wokeAtMs.push(clock.nowMs))
  runAll(clock)
  expect(wokeAtMs).toEqual([100])
})
