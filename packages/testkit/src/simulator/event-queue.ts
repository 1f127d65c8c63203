/** Whose events they are: those of one life of a peer. */
export interface Owner {
  readonly peer: number
  /** From then on nothing happens to it: what was to happen is dropped. */
  isGone: boolean
}

/** Something that will happen at a virtual time. */
export interface VirtualEvent {
  /** Who it happens to; undefined for the world itself. */
  readonly owner: Owner | undefined
  readonly madeAtTicks: number
  /** When it was meant to happen, and when it will: later, where its owner is suspended. */
  dueTicks: number
  atTicks: number
  /** How long the clock of its peer had stood still when this was written. */
  stoodTicks: number
  /** Counts insertions: what was scheduled first happens first among equals. */
  readonly order: number
  cancelled: boolean
  readonly run: () => void
}

/** A binary heap: by time, then by when it was due, then by insertion. */
export class EventQueue {
  readonly #heap: VirtualEvent[] = []

  push(event: VirtualEvent): void {
    const heap = this.#heap
    let at = heap.length
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || !isBefore(event, parent)) break
      heap[at] = parent
      at = above
    }
    heap[at] = event
  }

  /** The next event that was not cancelled; it stays. */
  peek(): VirtualEvent | undefined {
    for (let first = this.#heap[0]; first !== undefined && isVoid(first); first = this.#heap[0]) this.#removeFirst()
    return this.#heap[0]
  }

  pop(): VirtualEvent | undefined {
    const first = this.peek()
    if (first !== undefined) this.#removeFirst()
    return first
  }

  /** In no particular order. */
  pending(): readonly VirtualEvent[] {
    return this.#heap.filter((event) => !isVoid(event))
  }

  #removeFirst(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      const below = this.#earlierChild(at)
      const child = heap[below]
      if (child === undefined || !isBefore(child, last)) break
      heap[at] = child
      at = below
    }
    heap[at] = last
  }

  #earlierChild(at: number): number {
    const left = this.#heap[2 * at + 1]
    const right = this.#heap[2 * at + 2]
    return left !== undefined && right !== undefined && isBefore(right, left) ? 2 * at + 2 : 2 * at + 1
  }
}

/** Whether it will not happen any more. */
export function isVoid({ cancelled, owner }: VirtualEvent): boolean {
  return cancelled || owner?.isGone === true
}

function isBefore(a: VirtualEvent, b: VirtualEvent): boolean {
  if (a.atTicks !== b.atTicks) return a.atTicks < b.atTicks
  if (a.dueTicks !== b.dueTicks) return a.dueTicks < b.dueTicks
  return a.order < b.order
}
