import type { Link } from '@rondo/core'
import type { Arena, BarePair, End } from './arena.js'
import { type Case, fromBothSides, type Side } from './case.js'
import { thrownBy } from './outcome.js'

// Every operation in every state of a link: none throws, none wakes the dead, and none harms a link that is alive.

interface State {
  readonly name: string
  /** What `send` answers here. */
  readonly sends: boolean
  /** Brings the subject into the state, with a receiver at the other end. Its own end, if one is attached here too. */
  enter(arena: Arena, pair: BarePair, side: Side, other: Side): Promise<End | undefined>
}

const isClosed = ({ reasons }: End['inbox']) => reasons.length > 0

const states: readonly State[] = [
  { name: 'before a receiver is attached', sends: true, enter: async () => undefined },
  { name: 'once attached', sends: true, enter: async (arena, pair, side) => arena.attach(pair[side]) },
  {
    name: 'while paused',
    sends: true,
    async enter(arena, pair, side) {
      const end = arena.attach(pair[side])
      pair[side].pause()
      return end
    },
  },
  {
    name: 'while it closes',
    sends: false,
    async enter(arena, pair, side) {
      const end = arena.attach(pair[side])
      void pair[side].close()
      return end
    },
  },
  {
    name: 'after it was closed',
    sends: false,
    async enter(arena, pair, side) {
      const end = arena.attach(pair[side])
      await arena.within(pair[side].close(), 'the link to close')
      await arena.until(end, 'closed', isClosed)
      return end
    },
  },
  {
    name: 'after the other end closed it',
    sends: false,
    async enter(arena, pair, side, other) {
      const end = arena.attach(pair[side])
      void pair[other].close()
      await arena.until(end, 'closed', isClosed)
      return end
    },
  },
  {
    name: 'after it was closed before a receiver was attached',
    sends: false,
    async enter(arena, pair, side) {
      await arena.within(pair[side].close(), 'the link to close')
      return undefined
    },
  },
]

const operations: Readonly<Record<string, (link: Link) => unknown>> = {
  send: (link) => link.send(new Uint8Array([1, 2, 3])),
  pause: (link) => link.pause(),
  resume: (link) => link.resume(),
  close: (link) => link.close(),
}

const matrix: readonly Case[] = fromBothSidesOfEach(states, (state, side, other) =>
  Object.entries(operations).map(([operation, perform]) => ({
    title: `${operation} ${state.name} does no harm, seen from the ${side}`,
    needs: ['reliable'],
    async run(arena, expect) {
      const pair = await arena.openBare()
      const far = arena.attach(pair[other])
      const attached = await state.enter(arena, pair, side, other)
      const answer = perform(pair[side])
      if (operation === 'send') expect(answer).toBe(state.sends)
      if (operation === 'close') await arena.within(Promise.resolve(answer), 'the link to close')
      pair[side].resume()
      const end = attached ?? arena.attach(pair[side])
      if (state.sends && operation !== 'close') await proveAlive(arena, end, far)
      else await arena.until(end, 'closed', isClosed)
      await arena.pace()
      expect(end.inbox.reasons.length).toBe(state.sends && operation !== 'close' ? 0 : 1)
      if (!state.sends) expect(pair[side].send(new Uint8Array([9]))).toBe(false)
    },
  })),
)

/** A frame each way, told apart from what was sent before. */
async function proveAlive(arena: Arena, near: End, far: End): Promise<void> {
  near.send(new Uint8Array([5]))
  far.send(new Uint8Array([6]))
  await arena.until(far, 'a frame', ({ frames }) => frames.some((frame) => frame[0] === 5))
  await arena.until(near, 'a frame', ({ frames }) => frames.some((frame) => frame[0] === 6))
}

function fromBothSidesOfEach(
  from: readonly State[],
  make: (state: State, side: Side, other: Side) => readonly Case[],
): readonly Case[] {
  return from.flatMap((state) => [...make(state, 'dialler', 'listener'), ...make(state, 'listener', 'dialler')])
}

export const lifecycleCases: readonly Case[] = [
  ...matrix,
  ...fromBothSides((side, other) => ({
    title: 'frames sent before the other end attaches wait for it',
    needs: ['reliable', 'ordered'],
    async run(arena, expect) {
      const pair = await arena.openBare()
      const end = arena.attach(pair[side])
      for (let number = 0; number < 20; number += 1) end.send(new Uint8Array([number]))
      await arena.pace()
      const far = arena.attach(pair[other])
      await arena.until(far, '20 frames', ({ frames }) => frames.length >= 20)
      expect(far.inbox.frames.map(([number]) => number)).toEqual(Array.from({ length: 20 }, (_, number) => number))
    },
  })),
  ...fromBothSides((side) => ({
    title: 'a second receiver is refused with a TypeError, and the first one stays',
    needs: ['reliable'],
    async run(arena, expect) {
      const pair = await arena.open()
      const stranger = { frame: () => stolen(), drain: () => stolen(), closed: () => stolen() }
      const stolen = () => {
        throw new Error('the second receiver was called')
      }
      expect(thrownBy(() => pair[side].link.attach(stranger))).toBe('TypeError')
      await proveAlive(arena, pair.dialler, pair.listener)
    },
  })),
  ...fromBothSides((side, other) => ({
    title: 'a link paused before its first frame delivers it once resumed',
    needs: ['reliable', 'pauses'],
    async run(arena, expect) {
      const pair = await arena.openBare()
      pair[side].pause()
      const end = arena.attach(pair[side])
      const far = arena.attach(pair[other])
      far.send(new Uint8Array([1]))
      await arena.pace()
      expect(end.inbox.frames.length).toBe(0)
      pair[side].resume()
      await arena.until(end, 'the frame', ({ frames }) => frames.length === 1)
    },
  })),
  ...fromBothSides((side) => ({
    title: 'pausing and resuming more often than needed changes nothing',
    needs: ['reliable'],
    async run(arena) {
      const pair = await arena.open()
      pair[side].link.resume()
      pair[side].link.pause()
      pair[side].link.pause()
      pair[side].link.resume()
      await proveAlive(arena, pair.dialler, pair.listener)
    },
  })),
]
