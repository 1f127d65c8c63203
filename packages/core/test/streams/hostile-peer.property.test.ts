import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import type { Stream } from '../../src/protocol/stream.js'
import { FakeEnv } from '../fake-env.js'
import { createStreamEnd, type StreamEnd, tell } from './stream-ends.js'

// A peer that sends any frame at any time, against a program that does anything. A small model knows how much each number was let
// send; what the peer gets away with must stay within it, and nothing throws.

const full = process.env['RONDO_TIER'] === 'full'
const windowBytes = 50
const streamsMax = 3

/** What the peer was let, by what the real end sent out. */
interface Model {
  /** Bytes that may still come, by number. */
  readonly allowed: Map<number, number>
  isOver: boolean
}

interface Real {
  readonly end: StreamEnd
  readonly env: FakeEnv
  readonly streams: Stream[]
  told: number
}

/** Reads what the end has sent since, and checks what must hold at any time. */
async function observe(model: Model, real: Real): Promise<void> {
  for (let tick = 0; tick < 8; tick += 1) await Promise.resolve()
  real.env.endTurn()
  for (let tick = 0; tick < 8; tick += 1) await Promise.resolve()
  const { queue } = real.end.wire
  for (const frame of queue.slice(real.told)) {
    if (frame.kind === 'open') model.allowed.set(frame.id, frame.bytes)
    else if (frame.kind === 'credit') model.allowed.set(frame.id, (model.allowed.get(frame.id) ?? 0) + frame.bytes)
    if (frame.kind === 'data') expect(frame.chunk.length).toBeGreaterThan(0)
  }
  real.told = queue.length
  const { streams } = real.end
  expect(streams.size).toBeLessThanOrEqual(2 * streamsMax)
  expect(streams.heldBytes).toBeLessThanOrEqual(streams.size * windowBytes)
  for (const bytes of model.allowed.values()) expect(bytes).toBeLessThanOrEqual(windowBytes)
}

class Frame implements fc.AsyncCommand<Model, Real> {
  readonly frame: Parameters<typeof tell>[1]

  constructor(frame: Parameters<typeof tell>[1]) {
    this.frame = frame
  }

  check({ isOver }: Readonly<Model>): boolean {
    return !isOver
  }

  async run(model: Model, real: Real): Promise<void> {
    const { frame } = this
    const heldBefore = real.end.streams.heldBytes
    const verdict = tell(real.end, frame)
    if (frame.kind === 'data' && verdict === undefined) {
      const allowed = model.allowed.get(frame.id) ?? 0
      // Late ones are dropped; all others were let.
      if (real.end.streams.heldBytes > heldBefore) expect(frame.chunk.length).toBeLessThanOrEqual(allowed)
      model.allowed.set(frame.id, Math.max(0, allowed - frame.chunk.length))
    }
    // As the session does.
    if (verdict !== undefined && Math.abs(frame.id) % 3 === 0) model.isOver = true
    await observe(model, real)
  }

  toString(): string {
    return JSON.stringify(this.frame)
  }
}

class Act implements fc.AsyncCommand<Model, Real> {
  readonly what: 'open' | 'write' | 'read' | 'end' | 'abort' | 'beat'
  readonly at: number

  constructor(what: Act['what'], at: number) {
    this.what = what
    this.at = at
  }

  check(): boolean {
    return true
  }

  async run(model: Model, real: Real): Promise<void> {
    const stream = real.streams[this.at % Math.max(1, real.streams.length)]
    const ignored = (): void => {}
    if (this.what === 'open') real.end.open().then((opened) => real.streams.push(opened), ignored)
    else if (this.what === 'write') stream?.write(new Uint8Array(this.at % 70)).catch(ignored)
    else if (this.what === 'read') stream?.[Symbol.asyncIterator]().next().catch(ignored)
    else if (this.what === 'end') stream?.end()
    else if (this.what === 'abort') stream?.abort()
    else real.end.streams.beat(this.at * 100)
    await observe(model, real)
  }

  toString(): string {
    return `${this.what}(${this.at})`
  }
}

const id = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max: 12 }) }, fc.integer({ min: 0, max: 0xffff_ffff }))
const bytes = fc.oneof({ weight: 6, arbitrary: fc.nat(windowBytes) }, fc.integer({ min: 0, max: 0xffff_ffff }))
const emptyDigest = nativeCrypto.sha256(new Uint8Array())
const digest = fc.oneof(fc.constant(emptyDigest), fc.uint8Array({ maxLength: 40 }))
const code = fc.constantFrom('STREAM_ABORTED', 'STREAM_UNREAD', 'REQUEST_REJECTED', '__proto__', '')
const acts = fc.constantFrom('open', 'write', 'read', 'end', 'abort', 'beat')

const commands = [
  fc.record({ id, bytes }).map((each) => new Frame({ kind: 'open', type: 'upload', payload: null, ...each })),
  fc.record({ id, chunk: fc.uint8Array({ maxLength: 60 }) }).map((each) => new Frame({ kind: 'data', ...each })),
  fc.record({ id, bytes }).map((each) => new Frame({ kind: 'credit', ...each })),
  fc.record({ id, totalBytes: bytes, digest }).map((each) => new Frame({ kind: 'end', ...each })),
  fc.record({ id, rejection: fc.record({ code }) }).map((each) => new Frame({ kind: 'reset', ...each })),
  fc.tuple(acts, fc.nat(80)).map(([what, at]) => new Act(what, at)),
]

test('arbitrary frames never throw, and never get past the window, the credit or the number of streams', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 60 }), async (sequence) => {
      const env = new FakeEnv()
      const end = createStreamEnd(env, 0, {
        streamWindowBytes: windowBytes,
        streamChunkBytesMax: 16,
        streamsPerPeerMax: streamsMax,
        streamIdleMsMax: 2_000,
      })
      const real: Real = { end, env, streams: [], told: 0 }
      end.handle = (stream) => {
        real.streams.push(stream)
        stream.write(new Uint8Array(real.streams.length))
        return real.streams.length % 3 === 0 ? undefined : new Promise(() => {})
      }
      await fc.asyncModelRun(() => ({ model: { allowed: new Map<number, number>(), isOver: false }, real }), sequence)
      expect(end.reports).toEqual([])
    }),
    { numRuns: full ? 5_000 : 200 },
  )
}, 600_000)
