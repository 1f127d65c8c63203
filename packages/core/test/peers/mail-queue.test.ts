import { expect, test } from 'vitest'
import { type Clocks, letterOverheadBytes, MailQueue } from '../../src/peers/mail-queue.js'
import { addressee, letterTo } from './letters.js'

const [ann, bob] = [addressee(1), addressee(2)]
const limits = { awayMessagesPerPeerMax: 3, awayBytesPerPeerMax: 10_000, awayBytesMax: 15_000 }
const keptAtMs = 1_700_000_000_000
const at = (ms: number, wrongMs = 0): Clocks => ({ wallMs: keptAtMs + ms + wrongMs, monotonicMs: 500 + ms })

test('each limit refuses by its name, and room that is made is room', () => {
  const queue = new MailQueue(limits)
  const of = (peerId = ann, bytes = 1, number = 1) => letterTo(peerId, { payload: new Uint8Array(bytes), number })
  for (const number of [1, 2, 3]) queue.add(of(ann, 1, number), at(0))
  expect(queue.refusal(of())).toBe('awayMessagesPerPeerMax')
  expect(queue.refusal(of(bob, 10_000 - letterOverheadBytes + 1))).toBe('awayBytesPerPeerMax')
  queue.add(of(bob, 10_000 - letterOverheadBytes, 4), at(0))
  expect(queue.refusal(of(bob))).toBe('awayBytesPerPeerMax')
  expect(queue.refusal(of(addressee(3), 15_000 - queue.bytes - letterOverheadBytes + 1))).toBe('awayBytesMax')
  expect(queue.refusal(of(addressee(3), 15_000 - queue.bytes - letterOverheadBytes))).toBeUndefined()
  expect(queue.remove(of(ann, 1, 2))).toBe(true)
  expect(queue.remove(of(ann, 1, 2))).toBe(false)
  expect(queue.refusal(of())).toBeUndefined()
  expect(queue.of(ann).map(({ number }) => number)).toEqual([1, 3])
})

test('a letter’s time is up by whichever clock says so first, and setting one back gives it no more', () => {
  const queue = new MailQueue(limits)
  const letter = letterTo(ann, { keptAtMs, queueMs: 1_000 })
  queue.add(letter, at(0))
  const isExpired = (now: Clocks): boolean => queue.expired(now).length > 0
  expect([at(999), at(1_000), at(1, 998), at(1, 999)].map(isExpired)).toEqual([false, true, false, true])
  expect([at(999, -1e9), at(1_000, -1e9)].map(isExpired)).toEqual([false, true])
})

test('one that an earlier run kept has what is left by the wall clock, and no more than it was given', () => {
  const left = (wrongMs: number): number => {
    const queue = new MailQueue(limits)
    queue.add(letterTo(ann, { keptAtMs, queueMs: 1_000 }), at(600, wrongMs))
    for (let ms = 0; ; ms += 1) if (queue.expired(at(600 + ms, wrongMs)).length > 0) return ms
  }
  expect([0, 300, -300, -1e9].map(left)).toEqual([400, 100, 700, 1_000])
})
