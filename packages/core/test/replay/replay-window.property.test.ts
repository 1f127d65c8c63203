import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader } from '../../src/bytes/byte-reader.js'
import { ByteWriter } from '../../src/bytes/byte-writer.js'
import { ReplayWindow, sequenceMax, type WindowVerdict } from '../../src/replay/replay-window.js'

const full = process.env['RONDO_TIER'] === 'full'
const width = 300

/** The plain reference: a set, and the highest of it. */
class Model {
  seen = new Set<number>()
  top = -1

  look(sequence: number): WindowVerdict {
    if (sequence <= this.top - width) return 'old'
    return this.seen.has(sequence) ? 'seen' : 'fresh'
  }

  mark(sequence: number): void {
    this.seen.add(sequence)
    this.top = Math.max(this.top, sequence)
  }
}

interface Real {
  window: ReplayWindow
}

type Step = fc.Command<Model, Real>

const at = (start: number, offset: number): number => Math.min(sequenceMax, Math.max(0, start + offset))

class Offer implements Step {
  readonly start: number
  readonly offset: number
  constructor(start: number, offset: number) {
    this.start = start
    this.offset = offset
  }
  check = () => true
  run(model: Model, real: Real): void {
    const sequence = at(model.top < 0 ? this.start : model.top, this.offset)
    expect(real.window.look(sequence)).toBe(model.look(sequence))
    if (model.look(sequence) !== 'fresh') return
    expect(real.window.mark(sequence)).toBe(true)
    model.mark(sequence)
    expect(real.window.look(sequence)).toBe('seen')
  }
  toString = () => `offer ${this.start} ${this.offset}`
}

class TakeBack implements Step {
  readonly pick: number
  constructor(pick: number) {
    this.pick = pick
  }
  check = (model: Readonly<Model>) => model.seen.size > 0
  run(model: Model, { window }: Real): void {
    const marked = [...model.seen]
    const sequence = marked[this.pick % marked.length] ?? 0
    window.unmark(sequence)
    model.seen.delete(sequence)
    expect(window.look(sequence)).toBe(model.look(sequence))
  }
  toString = () => `take back ${this.pick}`
}

class Reread implements Step {
  check = (model: Readonly<Model>) => model.top >= 0
  run(_: Model, real: Real): void {
    const writer = new ByteWriter()
    real.window.encode(writer)
    const reader = new ByteReader(writer.slice())
    real.window = ReplayWindow.decode(reader, width)
    expect([reader.failed, reader.remaining]).toEqual([false, 0])
  }
  toString = () => 'reread'
}

class CompareAll implements Step {
  check = () => true
  run(model: Model, { window }: Real): void {
    const wrong: number[] = []
    for (let sequence = Math.max(0, model.top - 2 * width); sequence <= model.top + 40; sequence += 1) {
      if (window.look(sequence) !== model.look(sequence)) wrong.push(sequence)
    }
    expect(wrong).toEqual([])
  }
  toString = () => 'compare all'
}

const start = fc.oneof(fc.constant(0), fc.nat(5_000), fc.constant(2 ** 32 - 40), fc.constant(sequenceMax - 700))
const offset = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -width - 40, max: 40 }) },
  { weight: 2, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 5 * width }) },
)
const steps = [
  fc.tuple(start, offset).map(([first, off]) => new Offer(first, off)),
  fc.nat().map((pick) => new TakeBack(pick)),
  fc.constant(new Reread()),
  fc.constant(new CompareAll()),
]

test('it says what a set with a lower bound says, whatever comes in whatever order', () => {
  fc.assert(
    fc.property(fc.commands(steps, { size: '+1', maxCommands: 120 }), (commands) => {
      fc.modelRun(() => ({ model: new Model(), real: { window: new ReplayWindow(width) } }), commands)
    }),
    { numRuns: full ? 5_000 : 200 },
  )
})

test('with less room than it asks for, it may refuse what is fresh and never takes a sequence twice', () => {
  const offers = fc.array(fc.tuple(offset, fc.constantFrom(1, 2, 4, 16)), { maxLength: 200 })
  fc.assert(
    fc.property(start, offers, (first, given) => {
      const window = new ReplayWindow(width)
      const taken = new Set<number>()
      let top = first
      for (const [off, words] of given) {
        const sequence = at(top, off)
        if (window.look(sequence) !== 'fresh' || !window.mark(sequence, words)) continue
        expect(taken.has(sequence)).toBe(false)
        taken.add(sequence)
        top = Math.max(top, sequence)
        expect(window.words).toBeLessThanOrEqual(16)
      }
      for (const sequence of taken) expect(window.look(sequence)).not.toBe('fresh')
    }),
    { numRuns: full ? 5_000 : 300 },
  )
})

test('arbitrary bytes never throw, and what is read of them fits what was given', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const reader = new ByteReader(bytes)
      const window = ReplayWindow.decode(reader, width)
      expect(window.words * 4).toBeLessThanOrEqual(Math.max(4, bytes.length * 2))
    }),
  )
})
