import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Stream } from '../../src/protocol/stream.js'
import { RondoError } from '../../src/rondo-error.js'
import { createStreamEnds, type StreamEnds, someBytes } from './stream-ends.js'

// Two ends back to back. The order of one direction is kept, everything else is arbitrary: how bytes are cut, when frames arrive, who
// gives up and when.

const full = process.env['RONDO_TIER'] === 'full'
const numRuns = full ? 5_000 : 60

const sizes = fc.array(fc.oneof(fc.nat(40), fc.nat(3_000)), { maxLength: 12 })
const transfer = fc.record({ there: sizes, back: sizes, readsAll: fc.boolean() })
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('deliver' as const),
      near: fc.boolean(),
      frames: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('turn' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort' as const), near: fc.boolean(), at: fc.nat(3) }) },
)
const limits = fc.record({
  streamWindowBytes: fc.integer({ min: 1, max: 2_000 }),
  streamChunkBytesMax: fc.integer({ min: 1, max: 500 }),
})

interface Half {
  readonly sent: Uint8Array
  readonly got: Uint8Array[]
  /** How it came out at the writer's and at the reader's end. */
  written: string
  read: string
}

const codeOf = (error: unknown): string => (error instanceof RondoError ? error.code : String(error))

async function pour(stream: Stream, half: Half, cuts: readonly number[]): Promise<void> {
  let at = 0
  try {
    for (const size of cuts) {
      await stream.write(half.sent.subarray(at, at + size))
      at += size
    }
    await stream.end()
    half.written = 'done'
  } catch (error) {
    half.written = codeOf(error)
  }
}

async function drink(stream: Stream, half: Half): Promise<void> {
  try {
    for await (const chunk of stream) half.got.push(chunk)
    half.read = 'done'
  } catch (error) {
    half.read = codeOf(error)
  }
}

const halfOf = (cuts: readonly number[], seed: number): Half => ({
  sent: someBytes(
    cuts.reduce((sum, size) => sum + size, 0),
    seed,
  ),
  got: [],
  written: 'pending',
  read: 'pending',
})

interface Transfer {
  readonly there: Half
  readonly back: Half
  near: Stream | undefined
  far: Stream | undefined
  aborted: boolean
}

/** Opens one stream that carries bytes both ways at once. */
function start(ends: StreamEnds, there: readonly number[], back: readonly number[], at: number): Transfer {
  const each: Transfer = {
    there: halfOf(there, at + 1),
    back: halfOf(back, at + 101),
    near: undefined,
    far: undefined,
    aborted: false,
  }
  const opening = ends.a.open(each)
  const tasks = async (): Promise<void> => {
    try {
      each.near = await opening
      await Promise.all([pour(each.near, each.there, there), drink(each.near, each.back)])
    } catch (error) {
      each.there.written = codeOf(error)
      each.back.read = codeOf(error)
    }
  }
  tasks()
  return each
}

function assertBounds(ends: StreamEnds, windowBytes: number): void {
  for (const { streams } of [ends.a, ends.b]) {
    expect(streams.heldBytes).toBeLessThanOrEqual(streams.size * windowBytes)
  }
}

/** What was read is what was written, from the beginning, and all of it where anybody says so. */
function assertExact({ sent, got, written, read }: Half): void {
  const received = Buffer.concat(got)
  expect(received.equals(sent.subarray(0, received.length))).toBe(true)
  if (read === 'done' || written === 'done') expect(received.length).toBe(sent.length)
}

test('bytes arrive exactly and in order, memory stays within the window, and every end settles', async () => {
  await fc.assert(
    fc.asyncProperty(
      limits,
      fc.array(transfer, { minLength: 1, maxLength: 4 }),
      fc.array(step, { maxLength: 60 }),
      async (bounds, transfers, steps) => {
        const ends = createStreamEnds(bounds)
        const cutsOf = new Map<Transfer, readonly number[]>()
        ends.b.handle = async (stream, _, payload) => {
          const each = [...cutsOf.keys()].find((known) => known === payload)
          if (each === undefined) throw new Error('a payload was changed')
          each.far = stream
          await Promise.all([drink(stream, each.there), pour(stream, each.back, cutsOf.get(each) ?? [])])
        }
        const all = transfers.map(({ there, back }, at) => {
          const each = start(ends, there, back, at)
          cutsOf.set(each, back)
          return each
        })
        for (const each of steps) {
          if (each.kind === 'deliver') {
            const verdicts = ends.deliver(each.near ? ends.a : ends.b, each.frames)
            expect(verdicts.filter((verdict) => verdict !== undefined)).toEqual([])
          } else if (each.kind === 'turn') {
            ends.env.endTurn()
          } else {
            const chosen = all[each.at % all.length]
            const end = each.near ? chosen?.near : chosen?.far
            if (chosen !== undefined && end !== undefined) chosen.aborted = true
            end?.abort()
          }
          for (let tick = 0; tick < 5; tick += 1) await Promise.resolve()
          assertBounds(ends, bounds.streamWindowBytes)
        }
        await ends.settle()
        expect([ends.a.streams.size, ends.b.streams.size]).toEqual([0, 0])
        for (const { there, back, aborted } of all) {
          assertExact(there)
          assertExact(back)
          const outcomes = [there.written, there.read, back.written, back.read]
          if (aborted) {
            for (const outcome of outcomes) expect(['done', 'STREAM_ABORTED']).toContain(outcome)
          } else expect(outcomes).toEqual(['done', 'done', 'done', 'done'])
        }
        expect([...ends.a.reports, ...ends.b.reports]).toEqual([])
      },
    ),
    { numRuns },
  )
}, 600_000)

test('a wire that has room only now and then changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(limits, sizes, fc.integer({ min: 1, max: 3 }), async (bounds, cuts, queueMax) => {
      const ends = createStreamEnds(bounds)
      ends.a.wire.queueMax = queueMax
      const half = halfOf(cuts, 1)
      ends.b.handle = (stream) => drink(stream, half)
      const opening = ends.a.open()
      await ends.settle()
      const sending = pour(await opening, half, cuts)
      await ends.settle()
      await sending
      expect([half.written, half.read]).toEqual(['done', 'done'])
      assertExact(half)
    }),
    { numRuns: full ? 1_000 : 30 },
  )
}, 600_000)
