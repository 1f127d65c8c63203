import type { ByteReader } from '../bytes/byte-reader.js'
import type { ByteWriter } from '../bytes/byte-writer.js'

// When the messages expired whose marks were dropped: whatever expires then is refused for good. While clocks are right
// that is the past. What was dropped while the clock ran a year ahead is a span of its own, so that nothing of the year
// between is refused. Spans grow and join; none is ever taken back.

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

const spansMax = 16

export class ExpiryFloor {
  /** In order, and apart. */
  #spans: readonly Span[] = []

  get spans(): readonly Span[] {
    return this.#spans
  }

  covers(expiresMs: number): boolean {
    return this.#spans.some(({ fromMs, toMs }) => expiresMs >= fromMs && expiresMs <= toMs)
  }

  /** Refuses from now on what expires within the span, both ends included. */
  add(fromMs: number, toMs: number): void {
    if (this.#spans.some((span) => span.fromMs <= fromMs && toMs <= span.toMs)) return
    const spans: Span[] = []
    for (const span of [...this.#spans, { fromMs, toMs }].sort((a, b) => a.fromMs - b.fromMs)) {
      const last = spans.at(-1)
      if (last === undefined || span.fromMs > last.toMs) spans.push(span)
      else spans[spans.length - 1] = join(last, span)
    }
    if (spans.length > spansMax) joinNearest(spans)
    this.#spans = spans
  }

  /** Appends what `decode` reads. */
  encode(writer: ByteWriter): void {
    writer.u8(this.#spans.length)
    for (const { fromMs, toMs } of this.#spans) {
      writer.u48(fromMs)
      writer.u48(toMs)
    }
  }

  /** Reads a floor that was kept; the reader has failed where it is none. */
  static decode(reader: ByteReader): ExpiryFloor {
    const floor = new ExpiryFloor()
    const count = reader.u8()
    if (count > spansMax) reader.fail()
    for (let index = 0; index < count && !reader.failed; index += 1) {
      const fromMs = reader.u48()
      const toMs = reader.u48()
      if (fromMs > toMs) reader.fail()
      if (!reader.failed) floor.add(fromMs, toMs)
    }
    return floor
  }
}

function join(a: Span, b: Span): Span {
  return { fromMs: Math.min(a.fromMs, b.fromMs), toMs: Math.max(a.toMs, b.toMs) }
}

/** Rather refuses the time between two spans than forgets one. */
function joinNearest(spans: Span[]): void {
  const gaps = spans.slice(1).map((span, index) => span.fromMs - spans[index]!.toMs)
  const at = gaps.indexOf(Math.min(...gaps))
  spans.splice(at, 2, join(spans[at]!, spans[at + 1]!))
}
