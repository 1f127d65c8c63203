import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCoordinator } from '../../src/coordinator/create-coordinator.js'
import { generateIdentity } from '../../src/identity/identity.js'
import { countVerifications } from '../fake-ends.js'
import { FakeEnv } from '../fake-env.js'
import { joinLinks, type Side, type Tamper } from '../fake-wire.js'

const full = process.env['RONDO_TIER'] === 'full'

/** The three frames of a handshake, in their order: who sends them, as which of theirs, and how long they are. */
const frames = [
  { from: 'dialler', index: 0, bytes: 46 },
  { from: 'listener', index: 0, bytes: 210 },
  { from: 'dialler', index: 1, bytes: 178 },
] as const satisfies readonly { from: Side; index: number; bytes: number }[]

/** Two nodes that handshake again and again; each run starts with a fresh wire and leaves nothing behind. */
class Arena {
  readonly #env = new FakeEnv()
  readonly #near = countVerifications()
  readonly #far = countVerifications()
  readonly #dialler = this.#node(this.#near)
  readonly #listener = this.#node(this.#far)
  #connected = 0

  #node({ crypto }: ReturnType<typeof countVerifications>) {
    const node = createCoordinator({ identity: generateIdentity(), env: this.#env, crypto })
    node.on('connected', () => {
      this.#connected += 1
    })
    node.on('error', () => {})
    return node
  }

  /** How many ends think that they are connected, and how many signatures each verified. */
  async run(tamper?: Tamper) {
    const before = [this.#near.verified(), this.#far.verified()] as const
    this.#connected = 0
    const wire = joinLinks(this.#env, { tamper })
    const adopted = Promise.allSettled([
      this.#dialler.adoptLink(wire.dialler, { role: 'dialler' }),
      this.#listener.adoptLink(wire.listener, { role: 'listener' }),
    ])
    await this.#env.settle()
    // What has not ended by now waits for a frame that never comes.
    if (wire.dialler.closedWith === undefined && this.#connected === 0) await this.#env.advance(10_000)
    const connected = this.#connected
    await this.#dialler.disconnectFromPeer(this.#listener.peerId)
    await this.#env.settle()
    await adopted
    const left = this.#dialler.getStats().connections + this.#listener.getStats().connections
    return { connected, left, verified: [this.#near.verified() - before[0], this.#far.verified() - before[1]] }
  }
}

/** Something done to one frame on its way. */
interface Mischief {
  readonly frame: number
  readonly change: (frame: Uint8Array) => readonly Uint8Array[]
}

/** Keeps the frame until the next of its direction has gone by. */
function swap(frame: number): Tamper {
  const { from, index } = frames[frame] ?? frames[0]
  let kept: Uint8Array | undefined
  return (side, at, bytes) => {
    if (side !== from) return [bytes]
    if (at === index) {
      kept = bytes
      return []
    }
    return at === index + 1 && kept !== undefined ? [bytes, kept] : [bytes]
  }
}

function tamperBy({ frame, change }: Mischief): Tamper {
  const { from, index } = frames[frame] ?? frames[0]
  return (side, at, bytes) => (side === from && at === index ? change(bytes) : [bytes])
}

const flip = (bit: number) => (bytes: Uint8Array) => [bytes.with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)))]

const everyFlip = frames.flatMap(({ bytes }, frame) =>
  Array.from({ length: bytes * 8 }, (_, bit): Mischief => ({ frame, change: flip(bit) })),
)

const anyFrame = fc.nat(frames.length - 1)
const mischief: fc.Arbitrary<Mischief> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...everyFlip) },
  fc.record({
    frame: anyFrame,
    change: fc.nat(209).map((length) => (bytes: Uint8Array) => [bytes.subarray(0, Math.min(length, bytes.length - 1))]),
  }),
  fc.record({
    frame: anyFrame,
    change: fc
      .uint8Array({ minLength: 1, maxLength: 80 })
      .map((tail) => (bytes: Uint8Array) => [Uint8Array.of(...bytes, ...tail)]),
  }),
  fc.record({
    frame: anyFrame,
    change: fc
      .integer({ min: 2, max: 12 })
      .map((times) => (bytes: Uint8Array) => Array.from({ length: times }, () => bytes)),
  }),
  fc.record({ frame: anyFrame, change: fc.constant(() => []) }),
  fc.record({ frame: anyFrame, change: fc.uint8Array({ maxLength: 300 }).map((other) => () => [other]) }),
  fc.record({
    frame: anyFrame,
    change: fc.uint8Array({ maxLength: 300 }).map((other) => (bytes: Uint8Array) => [other, bytes]),
  }),
)

test('an untouched handshake connects both ends, and the frames are as long as the mischief thinks', async () => {
  const arena = new Arena()
  const lengths: number[] = []
  const watch: Tamper = (from, index, frame) => {
    if (frames.some((each) => each.from === from && each.index === index)) lengths.push(frame.length)
    return [frame]
  }
  expect(await arena.run(watch)).toEqual({ connected: 2, left: 0, verified: [1, 1] })
  expect(lengths).toEqual(frames.map(({ bytes }) => bytes))
})

test('whatever is done to one frame, nobody is connected and nobody verifies twice', async () => {
  const arena = new Arena()
  await fc.assert(
    fc.asyncProperty(mischief, async (done) => {
      const { connected, left, verified } = await arena.run(tamperBy(done))
      expect({ connected, left }).toEqual({ connected: 0, left: 0 })
      expect(Math.max(...verified)).toBeLessThanOrEqual(1)
    }),
    { numRuns: full ? 100_000 : 500 },
  )
})

test('every single flipped bit keeps the ends apart', async () => {
  const arena = new Arena()
  // The quick tier takes every fifth: all bytes of all frames, at different bits.
  for (const [at, done] of everyFlip.entries()) {
    if (full || at % 5 === 0) expect((await arena.run(tamperBy(done))).connected).toBe(0)
  }
})

test('frames in another order connect nobody', async () => {
  const arena = new Arena()
  for (const frame of frames.keys()) expect(await arena.run(swap(frame))).toMatchObject({ connected: 0, left: 0 })
})

test('frames of one handshake are worth nothing in another', async () => {
  const arena = new Arena()
  const old = new Map<string, Uint8Array>()
  await arena.run((from, index, frame) => {
    old.set(`${from} ${index}`, frame)
    return [frame]
  })
  for (const { from, index } of frames) {
    const replay: Tamper = (side, at, frame) =>
      side === from && at === index ? [old.get(`${from} ${index}`) ?? frame] : [frame]
    expect((await arena.run(replay)).connected, `${from} ${index}`).toBe(0)
  }
})

test('frames sent back to where they came from connect nobody', async () => {
  const arena = new Arena()
  // The third frame has no answer that it could stand for.
  for (const { from, index } of frames.slice(0, 2)) {
    let seen: Uint8Array | undefined
    const reflect: Tamper = (side, at, frame) => {
      if (side === from && at === index) seen = frame
      return side !== from && seen !== undefined ? [seen] : [frame]
    }
    expect((await arena.run(reflect)).connected).toBe(0)
  }
})
