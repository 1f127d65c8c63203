import type { Arena, End } from './arena.js'
import { type Case, fromBothSides } from './case.js'
import { numberOf, payload } from './payload.js'

const frameBytes = 16_384
/** More than any high-water mark and any system's own buffers on the way together. */
const floodBytesMax = 64 * 1_024 * 1_024
/** Frames that were read before the pause may still come; more than this is not a pause. */
const straggleBytesMax = 1_048_576

export const backpressureCases: readonly Case[] = [
  ...fromBothSides((side, other) => ({
    title: 'send returns false when too much waits, drain follows, and nothing is lost',
    needs: ['reliable', 'ordered'],
    async run(arena, expect) {
      const pair = await arena.open()
      let sent = 0
      for (let round = 0; round < 3; round += 1) {
        const drains = pair[side].inbox.drains
        sent = fill(pair[side], sent, sent + floodBytesMax / frameBytes)
        await arena.until(pair[side], 'drain', (inbox) => inbox.drains > drains)
      }
      await arena.until(pair[other], `${sent} frames`, ({ frames }) => frames.length >= sent)
      expect(inOrder(pair[other], sent)).toBe(true)
    },
  })),
  ...fromBothSides((side, other) => ({
    title: 'a paused receiver holds the sender up within bounds, and gets everything once resumed',
    needs: ['reliable', 'ordered', 'pauses'],
    async run(arena, expect) {
      const pair = await arena.open()
      await arena.pace()
      pair[other].link.pause()
      const sent = await sendUntilStuck(arena, pair[side])
      expect(pair[side].link.queuedBytes > 0).toBe(true)
      expect(sent * frameBytes).toBeLessThanOrEqual(floodBytesMax)
      expect(pair[other].inbox.bytes).toBeLessThanOrEqual(straggleBytesMax)
      pair[other].link.resume()
      await arena.until(pair[other], `${sent} frames`, ({ frames }) => frames.length >= sent)
      expect(inOrder(pair[other], sent)).toBe(true)
    },
  })),
  ...fromBothSides((side, other) => ({
    title: 'a pause in the middle stops the frames, and a resume brings the rest in order',
    needs: ['reliable', 'ordered', 'pauses'],
    async run(arena, expect) {
      const pair = await arena.open()
      const count = 300
      pair[other].inbox.onFrame = (frame) => {
        if (numberOf(frame) === 3) pair[other].link.pause()
      }
      for (let number = 0; number < count; number += 1) pair[side].send(payload(number, frameBytes))
      await arena.until(pair[other], '4 frames', ({ frames }) => frames.length >= 4)
      await arena.pace(20)
      expect(pair[other].inbox.bytes).toBeLessThanOrEqual(straggleBytesMax)
      pair[other].link.resume()
      await arena.until(pair[other], `${count} frames`, ({ frames }) => frames.length >= count)
      expect(inOrder(pair[other], count)).toBe(true)
    },
  })),
  ...fromBothSides((side, other) => ({
    title: 'a receiver that pauses and resumes all the time loses nothing',
    needs: ['reliable', 'ordered'],
    async run(arena, expect) {
      const pair = await arena.open()
      const count = 1_000
      pair[other].inbox.onFrame = (frame) => {
        if (numberOf(frame) % 10 !== 0) return
        pair[other].link.pause()
        void arena.turn().then(() => pair[other].link.resume())
      }
      for (let number = 0; number < count; number += 1) pair[side].send(payload(number, 200))
      await arena.until(pair[other], `${count} frames`, ({ frames }) => frames.length >= count)
      expect(inOrder(pair[other], count)).toBe(true)
    },
  })),
  ...fromBothSides((side, other) => ({
    title: 'a sender held up by a paused receiver can close all the same',
    needs: ['reliable', 'pauses'],
    async run(arena, expect) {
      const pair = await arena.open()
      pair[other].link.pause()
      await sendUntilStuck(arena, pair[side])
      await arena.within(pair[side].link.close(), 'the link to close')
      await arena.until(pair[side], 'closed', ({ reasons }) => reasons.length > 0)
      expect(pair[side].send(new Uint8Array(1))).toBe(false)
      pair[other].link.resume()
      await arena.until(pair[other], 'closed', ({ reasons }) => reasons.length > 0)
      await arena.pace()
      expect([pair[side].inbox.reasons.length, pair[other].inbox.reasons.length]).toEqual([1, 1])
    },
  })),
  ...fromBothSides((side, other) => ({
    title: 'a paused receiver can close',
    needs: ['reliable'],
    async run(arena, expect) {
      const pair = await arena.open()
      pair[side].link.pause()
      for (let number = 0; number < 20; number += 1) pair[other].send(payload(number, frameBytes))
      await arena.pace()
      await arena.within(pair[side].link.close(), 'the link to close')
      await arena.until(pair[side], 'closed', ({ reasons }) => reasons.length > 0)
      await arena.until(pair[other], 'closed', ({ reasons }) => reasons.length > 0)
      await arena.pace()
      expect([pair[side].inbox.reasons.length, pair[other].inbox.reasons.length]).toEqual([1, 1])
    },
  })),
]

/** Sends numbered frames from `first` until the link says to wait. Fails where it never does. */
function fill(end: End, first: number, limit: number): number {
  for (let number = first; number < limit; number += 1) {
    if (!end.send(payload(number, Math.min(frameBytes, end.link.capabilities.frameBytesMax)))) return number + 1
  }
  throw new Error(`the link took ${limit - first} frames and never said to wait`)
}

/** Sends, waits for drain, sends on, until drain comes no more. Returns how many frames that took. */
async function sendUntilStuck(arena: Arena, end: End): Promise<number> {
  const limit = floodBytesMax / frameBytes
  let sent = 0
  while (true) {
    const drains = end.inbox.drains
    sent = fill(end, sent, limit)
    await arena.pace(20)
    if (end.inbox.drains === drains) return sent
  }
}

function inOrder({ inbox }: End, count: number): boolean {
  return inbox.frames.length === count && inbox.frames.every((frame, number) => numberOf(frame) === number)
}
