import type { Arena, Pair } from './arena.js'
import { bothEnds } from './arena.js'
import { type Case, fromBothSides } from './case.js'
import { equalBytes, payload } from './payload.js'

export const endingCases: readonly Case[] = [
  ...fromBothSides((side, other) => ({
    title: 'a close tells both ends, once, and the closing end its own reason',
    needs: [],
    async run(arena, expect) {
      const pair = await arena.open()
      const reason = { code: 'PEER_SLOW', detail: 'it did not read' }
      await arena.within(pair[side].link.close(reason), 'the link to close')
      await closedOnce(arena, pair)
      expect(pair[side].inbox.reasons).toEqual([reason])
      expect(pair[other].inbox.reasons.length).toBe(1)
    },
  })),
  ...fromBothSides((side, other) => ({
    title: 'frames sent before a close arrive before it',
    needs: ['reliable', 'ordered'],
    async run(arena, expect) {
      const pair = await arena.open()
      const count = 60
      for (let number = 0; number < count; number += 1) pair[side].send(payload(number, 4_096))
      void pair[side].link.close()
      await closedOnce(arena, pair)
      const { frames } = pair[other].inbox
      expect(frames.length).toBe(count)
      expect(frames.every((frame, number) => equalBytes(frame, payload(number, 4_096)))).toBe(true)
    },
  })),
  ...fromBothSides((side, other) => ({
    title: 'an end that attaches after the other one sent and closed gets the frames, then the close',
    needs: ['reliable', 'ordered'],
    async run(arena, expect) {
      const pair = await arena.openBare()
      const end = arena.attach(pair[side])
      for (let number = 0; number < 5; number += 1) end.send(payload(number, 100))
      void pair[side].close()
      const far = arena.attach(pair[other])
      await arena.until(far, 'closed', ({ reasons }) => reasons.length > 0)
      expect(far.inbox.frames.length).toBe(5)
    },
  })),
  ...fromBothSides((side) => ({
    title: 'closing twice at once is closing once',
    needs: [],
    async run(arena) {
      const pair = await arena.open()
      const { link } = pair[side]
      await arena.within(Promise.all([link.close(), link.close({ code: 'LINK_CLOSED' })]), 'both closes')
      await closedOnce(arena, pair)
    },
  })),
  {
    title: 'both ends closing at once is closing once',
    needs: [],
    async run(arena) {
      const pair = await arena.open()
      const closing = bothEnds(pair).map(({ link }) => link.close())
      await arena.within(Promise.all(closing), 'both closes')
      await closedOnce(arena, pair)
    },
  },
  {
    title: 'a receiver may close the link from within a frame, and gets no other',
    needs: ['reliable'],
    async run(arena, expect) {
      const pair = await arena.open()
      pair.listener.inbox.onFrame = () => void pair.listener.link.close()
      for (let number = 0; number < 50; number += 1) pair.dialler.send(payload(number, 500))
      await closedOnce(arena, pair)
      expect(pair.listener.inbox.frames.length).toBe(1)
    },
  },
  {
    title: 'a cut tells both ends, once, and nothing comes after',
    needs: ['severs'],
    async run(arena, expect) {
      const pair = await arena.open()
      for (let number = 0; number < 50; number += 1) for (const end of bothEnds(pair)) end.send(payload(number, 4_096))
      await arena.sever()
      await closedOnce(arena, pair)
      for (const end of bothEnds(pair)) expect(end.send(new Uint8Array(1))).toBe(false)
    },
  },
  {
    title: 'a link that was cut closes without complaint',
    needs: ['severs'],
    async run(arena) {
      const pair = await arena.open()
      await arena.sever()
      const closing = bothEnds(pair).map(({ link }) => link.close())
      await arena.within(Promise.all(closing), 'both closes')
      await closedOnce(arena, pair)
    },
  },
]

/** Waits until both ends are closed, and then long enough to see one of them closed again. */
async function closedOnce(arena: Arena, pair: Pair): Promise<void> {
  for (const end of bothEnds(pair)) await arena.until(end, 'closed', ({ reasons }) => reasons.length > 0)
  for (let turn = 0; turn < 10; turn += 1) await arena.turn()
  for (const { inbox } of bothEnds(pair))
    if (inbox.reasons.length !== 1) throw new Error(`an end was closed ${inbox.reasons.length} times`)
}
