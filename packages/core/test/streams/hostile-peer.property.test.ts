import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import type { Stream } from '../../src/protocol/stream.js'
import { LiveStream } from '../../src/streams/live-stream.js'
import { FakeEnv } from '../fake-env.js'
import { createStreamEnd, type StreamEnd, type StreamFrame, tell } from './stream-ends.js'

// A peer that sends any frame at any time, often one that nearly fits, against a program that does anything. The model is what the
// real end let come and what it sent; what the peer gets away with stays within it, and nothing throws.

const full = process.env['RONDO_TIER'] === 'full'
const windowBytes = 50
const chunkBytes = 16
const streamsMax = 3

interface Model {
  /** Bytes let come, bytes let go, bytes sent and bytes said to be taken, by number. */
  readonly given: Map<number, number>
  readonly granted: Map<number, number>
  readonly sent: Map<number, number>
  highest: number
}

interface Real {
  readonly end: StreamEnd
  readonly env: FakeEnv
  readonly streams: LiveStream[]
  read: number
}

const add = (counts: Map<number, number>, id: number, bytes: number): void => {
  counts.set(id, (counts.get(id) ?? 0) + bytes)
}

/** Lets the end work, reads what it has sent since, and checks what must hold at any time. */
async function observe(model: Model, real: Real): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) {
    for (let tick = 0; tick < 8; tick += 1) await Promise.resolve()
    real.env.endTurn()
  }
  const { queue } = real.end.wire
  for (const frame of queue.slice(real.read)) {
    if (frame.kind === 'open') add(model.given, frame.id, frame.bytes)
    else if (frame.kind === 'credit') add(model.given, frame.id, frame.bytes)
    else if (frame.kind === 'data') {
      add(model.sent, frame.id, frame.chunk.length)
      expect(frame.chunk.length).toBeGreaterThan(0)
      expect(frame.chunk.length).toBeLessThanOrEqual(chunkBytes)
    }
  }
  real.read = queue.length
  const { streams } = real.end
  expect(streams.size).toBeLessThanOrEqual(2 * streamsMax)
  expect(streams.heldBytes).toBeLessThanOrEqual(streams.size * windowBytes)
  for (const [id, bytes] of model.sent) expect(bytes).toBeLessThanOrEqual(model.granted.get(id) ?? 0)
  for (const { id, bytesRead, bytesTaken, heldBytes } of real.streams) {
    expect(bytesRead + heldBytes).toBeLessThanOrEqual(model.given.get(id) ?? 0)
    expect(heldBytes).toBeLessThanOrEqual(windowBytes)
    expect(bytesTaken).toBeLessThanOrEqual(model.sent.get(id) ?? 0)
    expect((model.given.get(id) ?? 0) - bytesRead).toBeLessThanOrEqual(windowBytes)
  }
}

/** Makes a frame of what is known now: a number in use, and a size at the edge of what is allowed. */
type Forge = (model: Readonly<Model>, real: Real) => StreamFrame

class Sent implements fc.AsyncCommand<Model, Real> {
  readonly #forge: Forge
  #told = ''

  constructor(forge: Forge) {
    this.#forge = forge
  }

  check(): boolean {
    return true
  }

  async run(model: Model, real: Real): Promise<void> {
    const frame = this.#forge(model, real)
    this.#told = JSON.stringify(frame)
    // The session would end at the first violation; here it goes on, which is harder.
    const verdict = tell(real.end, frame)
    if (frame.kind === 'open' && verdict === undefined) {
      add(model.granted, frame.id, frame.bytes)
      model.highest = Math.max(model.highest, frame.id)
    }
    if (frame.kind === 'credit' && verdict === undefined) add(model.granted, frame.id, frame.bytes)
    await observe(model, real)
  }

  toString(): string {
    return this.#told
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
    if (this.what === 'open') real.end.open().then((opened) => keep(real, opened), ignored)
    else if (this.what === 'write') stream?.write(new Uint8Array(this.at)).catch(ignored)
    else if (this.what === 'read') stream?.[Symbol.asyncIterator]().next().catch(ignored)
    else if (this.what === 'end') stream?.end()
    else if (this.what === 'abort') stream?.abort()
    else real.end.streams.beat(this.at * 50)
    await observe(model, real)
  }

  toString(): string {
    return `${this.what}(${this.at})`
  }
}

function keep({ streams }: Real, stream: Stream): void {
  if (!(stream instanceof LiveStream)) throw new Error('a stream of another make')
  streams.push(stream)
}

/** Mostly a number that is or was in use. */
const idOf = ({ given, highest }: Readonly<Model>, at: number): number => {
  const known = [...given.keys()]
  return at % 8 === 7 ? highest + at - 40 : (known[at % Math.max(1, known.length)] ?? at)
}

const at = fc.nat(100)
/** Off the edge by none or one, or anywhere. */
const off = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.constantFrom(-1, 1, -10) },
  fc.integer({ min: -100, max: 2 ** 32 }),
)
const emptyDigest = nativeCrypto.sha256(new Uint8Array())
const digest = fc.oneof(fc.constant(emptyDigest), fc.uint8Array({ maxLength: 40 }))
const code = fc.constantFrom('STREAM_ABORTED', 'STREAM_UNREAD', 'REQUEST_REJECTED', '__proto__', '')
const acts = fc.constantFrom('open', 'open', 'write', 'write', 'read', 'read', 'read', 'end', 'abort', 'beat')
const u32 = (value: number): number => Math.min(Math.max(0, value), 0xffff_ffff)

const commands = [
  fc.record({ at, off }).map(({ at, off }) => {
    return new Sent(({ highest }) => {
      const id = at % 5 === 0 ? highest + at - 10 : highest + 2
      return { kind: 'open', id, type: 'upload', payload: null, bytes: u32(20 + off) }
    })
  }),
  ...[1, 2, 3].map(() =>
    fc.record({ at, off }).map(({ at, off }) => {
      return new Sent((model, { streams }) => {
        const id = idOf(model, at)
        const stream = streams.find((each) => each.id === id)
        const left = (model.given.get(id) ?? 0) - (stream?.bytesRead ?? 0) - (stream?.heldBytes ?? 0)
        return { kind: 'data', id, chunk: new Uint8Array(Math.min(Math.max(0, left + off), 200)) }
      })
    }),
  ),
  fc.record({ at, off }).map(({ at, off }) => {
    return new Sent((model, { streams }) => {
      const id = idOf(model, at)
      const taken = streams.find((each) => each.id === id)?.bytesTaken ?? 0
      // Where the stream is not open yet, that opens it.
      return { kind: 'credit', id, bytes: u32((model.granted.has(id) ? (model.sent.get(id) ?? 0) - taken : 20) + off) }
    })
  }),
  fc.record({ at, off, digest }).map(({ at, off, digest }) => {
    return new Sent((model) => ({ kind: 'end', id: idOf(model, at), totalBytes: u32(off), digest }))
  }),
  fc.record({ at, code }).map(({ at, code }) => {
    return new Sent((model) => ({ kind: 'reset', id: idOf(model, at), rejection: { code } }))
  }),
  ...[1, 2, 3].map(() => fc.tuple(acts, fc.nat(60)).map(([what, at]) => new Act(what, at))),
]

test('arbitrary frames never throw, and never get past the window, the credit or the number of streams', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 80, size: 'max' }), async (sequence) => {
      const env = new FakeEnv()
      const end = createStreamEnd(env, 0, {
        streamWindowBytes: windowBytes,
        streamChunkBytesMax: chunkBytes,
        streamsPerPeerMax: streamsMax,
        streamIdleMsMax: 2_000,
      })
      const real: Real = { end, env, streams: [], read: 0 }
      end.handle = (stream) => {
        keep(real, stream)
        stream.write(new Uint8Array(real.streams.length))
        return real.streams.length % 3 === 0 ? undefined : new Promise(() => {})
      }
      const model: Model = { given: new Map(), granted: new Map(), sent: new Map(), highest: -1 }
      await fc.asyncModelRun(() => ({ model, real }), sequence)
      expect(end.reports).toEqual([])
    }),
    { numRuns: full ? 5_000 : 200 },
  )
}, 600_000)
