import fc from 'fast-check'
import { expect, test } from 'vitest'
import { coreError } from '../../src/errors.js'
import type { Stream } from '../../src/protocol/stream.js'
import { RondoError } from '../../src/rondo-error.js'
import { createStreamEnds, type StreamEnds, someBytes } from './stream-ends.js'

// Two ends back to back. The order of one direction is kept, everything else is arbitrary: how bytes are cut, when frames arrive, who
// gives up and when.

const full = process.env['RONDO_TIER'] === 'full'
const numRuns = full ? 5_000 : 80

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
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), at: fc.nat(9) }) },
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
  readonly backCuts: readonly number[]
  readonly readsAll: boolean
  near: Stream | undefined
  far: Stream | undefined
  aborted: boolean
}

interface Given {
  readonly there: readonly number[]
  readonly back: readonly number[]
  readonly readsAll: boolean
}

/** Opens one stream that carries bytes both ways at once. */
function start(ends: StreamEnds, { there, back, readsAll }: Given, at: number): Transfer {
  const halves = { there: halfOf(there, at + 1), back: halfOf(back, at + 101) }
  const each: Transfer = { ...halves, backCuts: back, readsAll, near: undefined, far: undefined, aborted: false }
  const work = async (): Promise<void> => {
    try {
      each.near = await ends.a.open(each)
      await Promise.all([pour(each.near, each.there, there), drink(each.near, each.back)])
    } catch (error) {
      each.there.written = codeOf(error)
      each.back.read = codeOf(error)
    }
  }
  work()
  return each
}

/** A handler that reads all and awaits all, or one that reads a bit, writes and returns without awaiting anything. */
async function serve(stream: Stream, each: Transfer | undefined): Promise<void> {
  if (each === undefined) throw new Error('a payload was changed')
  each.far = stream
  if (each.readsAll) {
    await Promise.all([drink(stream, each.there), pour(stream, each.back, each.backCuts)])
    return
  }
  const { value } = await stream[Symbol.asyncIterator]().next()
  if (value !== undefined) each.there.got.push(value)
  stream.write(each.back.sent)
}

function abort(each: Transfer | undefined, near: boolean): void {
  const stream = near ? each?.near : each?.far
  if (each === undefined || stream === undefined) return
  each.aborted = true
  stream.abort()
}

function assertOutcome({ there, back, readsAll, aborted, near }: Transfer, closed: boolean): void {
  assertExact(there)
  assertExact(back)
  const settled = [there.written, back.read, ...(readsAll && near !== undefined ? [there.read, back.written] : [])]
  const accidents = [...(aborted ? ['STREAM_ABORTED'] : []), ...(closed ? ['PEER_DISCONNECTED'] : [])]
  const expected = ['done', ...accidents, ...(readsAll ? [] : ['STREAM_UNREAD'])]
  for (const outcome of settled) expect(expected).toContain(outcome)
  // What a handler wrote before it returned arrives, whatever it left unread.
  if (accidents.length === 0) expect(back.read).toBe('done')
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
        const all = transfers.map((given, at) => start(ends, given, at))
        ends.b.handle = (stream, _, payload) =>
          serve(
            stream,
            all.find((each) => each === payload),
          )
        let closed = false
        for (const each of steps) {
          if (each.kind === 'deliver') {
            const verdicts = ends.deliver(each.near ? ends.a : ends.b, each.frames)
            expect(verdicts.filter((verdict) => verdict !== undefined)).toEqual([])
          } else if (each.kind === 'turn') ends.env.endTurn()
          else if (each.kind === 'abort') abort(all[each.at % all.length], each.near)
          else if (each.at === 0) {
            closed = true
            for (const { streams } of [ends.a, ends.b]) streams.close(coreError('PEER_DISCONNECTED'))
          }
          for (let tick = 0; tick < 5; tick += 1) await Promise.resolve()
          assertBounds(ends, bounds.streamWindowBytes)
        }
        await ends.settle()
        expect([ends.a.streams.size, ends.b.streams.size]).toEqual([0, 0])
        for (const each of all) assertOutcome(each, closed)
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
