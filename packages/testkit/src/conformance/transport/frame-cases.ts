import type { Arena, End } from './arena.js'
import { type Case, fromBothSides } from './case.js'
import { thrownBy } from './outcome.js'
import { equalBytes, numberOf, payload, sizes } from './payload.js'

const exchangeFrames = 4_000

export const frameCases: readonly Case[] = [
  ...fromBothSides((side, other) => ({
    title: 'frames of every awkward size arrive whole, empty ones too',
    needs: ['reliable', 'ordered'],
    async run(arena, expect) {
      const pair = await arena.open()
      const max = pair[side].link.capabilities.frameBytesMax
      const awkward = [
        0,
        1,
        2,
        3,
        4,
        0,
        7,
        125,
        126,
        127,
        128,
        255,
        256,
        1_023,
        4_096,
        16_384,
        65_535,
        65_536,
        max - 1,
        max,
      ]
      const lengths = awkward.filter((length) => length <= max)
      lengths.forEach((length, number) => {
        pair[side].send(payload(number, length))
      })
      const { inbox } = pair[other]
      await arena.until(pair[other], `${lengths.length} frames`, ({ frames }) => frames.length >= lengths.length)
      expect(inbox.frames.map(({ length }) => length)).toEqual(lengths)
      expect(inbox.frames.every((frame, number) => equalBytes(frame, payload(number, frame.length)))).toBe(true)
    },
  })),
  ...fromBothSides((side, other) => ({
    title: 'a frame above the largest is refused with a TypeError, and the link lives on',
    needs: ['reliable'],
    async run(arena, expect) {
      const pair = await arena.open()
      const { link } = pair[side]
      expect(thrownBy(() => link.send(new Uint8Array(link.capabilities.frameBytesMax + 1)))).toBe('TypeError')
      pair[side].send(new Uint8Array([1]))
      await arena.until(pair[other], 'a frame', ({ frames }) => frames.length >= 1)
      expect(pair[other].inbox.frames.map(({ length }) => length)).toEqual([1])
    },
  })),
  ...fromBothSides((side, other) => ({
    title: 'a part of a larger buffer is sent as that part alone',
    needs: ['reliable', 'ordered'],
    async run(arena, expect) {
      const pair = await arena.open()
      const whole = payload(1, 4_096)
      const parts = [whole.subarray(100, 1_100), whole.subarray(4_000), whole.subarray(7, 7), whole.subarray(0, 1)]
      const wanted = parts.map((part) => part.slice())
      for (const part of parts) pair[side].send(part)
      await arena.until(pair[other], '4 frames', ({ frames }) => frames.length >= 4)
      const { frames } = pair[other].inbox
      expect(frames.every((frame, index) => equalBytes(frame, wanted[index] ?? frame.subarray(0, 0)))).toBe(true)
    },
  })),
  ...fromBothSides((side, other) => ({
    title: 'the receiver owns what it got: writing over one frame changes no other',
    needs: ['reliable', 'ordered'],
    async run(arena, expect) {
      const pair = await arena.open()
      const lengths = sizes(3, 300, 3_000).map((length) => length + 4)
      pair[other].inbox.onFrame = (frame) => {
        if (numberOf(frame) % 2 === 1) frame.fill(0xff)
      }
      lengths.forEach((length, number) => {
        pair[side].send(payload(number, length))
      })
      await arena.until(pair[other], `${lengths.length} frames`, ({ frames }) => frames.length >= lengths.length)
      const spoilt = pair[other].inbox.frames.filter(
        (frame, number) => number % 2 === 0 && !equalBytes(frame, payload(number, frame.length)),
      )
      expect(spoilt.length).toBe(0)
    },
  })),
  {
    title: 'thousands of frames of random sizes go both ways at once, in order and unharmed',
    needs: ['reliable', 'ordered'],
    async run(arena, expect) {
      const pair = await arena.open()
      await Promise.all([
        exchange(arena, pair.dialler, pair.listener, 11),
        exchange(arena, pair.listener, pair.dialler, 12),
      ])
      for (const { inbox } of [pair.dialler, pair.listener]) {
        expect(inbox.frames.length).toBe(exchangeFrames)
        expect(inbox.frames.findIndex((frame, number) => numberOf(frame) !== number)).toBe(-1)
        expect(inbox.frames.findIndex((frame, number) => !equalBytes(frame, payload(number, frame.length)))).toBe(-1)
      }
    },
  },
  {
    title: 'what arrives is what was sent, whatever else goes missing',
    needs: [],
    async run(arena, expect) {
      const pair = await arena.open()
      for (let number = 0; number < 1_000; number += 1) {
        pair.dialler.send(payload(number, 4 + (number % 500)))
        if (number % 50 === 0) await arena.turn()
      }
      await arena.until(pair.listener, 'a frame', ({ frames }) => frames.length > 0)
      const wrong = pair.listener.inbox.frames.filter((frame) => {
        const number = numberOf(frame)
        return number >= 1_000 || !equalBytes(frame, payload(number, 4 + (number % 500)))
      })
      expect(wrong.length).toBe(0)
    },
  },
]

/** Sends as fast as the link allows, and waits until everything has come out at the other end. */
async function exchange(arena: Arena, from: End, to: End, seed: number): Promise<void> {
  const lengths = sizes(seed, exchangeFrames, 2_000)
  for (const [number, length] of lengths.entries()) {
    const drains = from.inbox.drains
    if (!from.send(payload(number, length + 4))) await arena.until(from, 'drain', (inbox) => inbox.drains > drains)
    if (number % 500 === 0) await arena.turn()
  }
  await arena.until(to, `${exchangeFrames} frames`, ({ frames }) => frames.length >= exchangeFrames)
}
