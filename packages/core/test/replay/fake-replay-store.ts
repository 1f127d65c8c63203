import { setImmediate } from 'node:timers/promises'
import type { ReplayStore, ReplayStoreOperation } from '../../src/replay/replay-store.js'

type BatchOptions = Parameters<ReplayStore['batch']>[1]

/**
 * A disk: a batch is on it once a turn of the event loop has passed, whole or not at all, and a crash loses what is on the
 * way. The map outlives the store that wrote it.
 */
export class FakeReplayStore implements ReplayStore {
  readonly disk: Map<string, Uint8Array>
  /** Operations of each batch that came. */
  readonly batches: (readonly ReplayStoreOperation[])[] = []
  /** Set to make writes, or reads, fail. */
  broken: 'writes' | 'reads' | undefined
  /** Set to have batches wait until `release`. */
  held = false
  readonly #waiting: (() => void)[] = []
  #crashed = false

  constructor(disk = new Map<string, Uint8Array>()) {
    this.disk = disk
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    if (this.broken === 'reads') throw new Error('the disk cannot be read')
    return this.disk.get(key)?.slice()
  }

  async *range(prefix: string): AsyncIterable<{ key: string; value: Uint8Array }> {
    for (const [key, value] of this.disk) if (key.startsWith(prefix)) yield { key, value: value.slice() }
  }

  async batch(operations: readonly ReplayStoreOperation[], { expect = [] }: BatchOptions): Promise<void> {
    this.batches.push(operations)
    if (this.held) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else await setImmediate()
    if (this.#crashed) await new Promise<never>(() => undefined)
    if (this.broken === 'writes') throw new Error('the disk is full')
    for (const { key, value } of expect) {
      if (String(this.disk.get(key)) !== String(value)) throw new Error('the store holds something else')
    }
    for (const operation of operations) {
      if (operation.type === 'put') this.disk.set(operation.key, operation.value.slice())
      else this.disk.delete(operation.key)
    }
  }

  /** Lets go of the batches that wait. */
  release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** What is on the way never arrives, and nobody is told. What is on the disk is there for the next. */
  crash(): FakeReplayStore {
    this.#crashed = true
    return new FakeReplayStore(this.disk)
  }
}
