// The disk of a simulated peer, the one place that knows how what is kept survives a crash: writes that were not durable are
// lost with the life that made them. Its names are those of core's contract of stores.

export interface SimulatedWriteOptions {
  /** Kept from the moment the promise resolves; without it only until the next crash. */
  readonly durable?: boolean | undefined
}

export interface SimulatedBatchOptions extends SimulatedWriteOptions {
  /** What must hold for the batch to be written; `undefined` says that the key must not be there. */
  readonly expect?: readonly { readonly key: string; readonly value: Uint8Array | undefined }[] | undefined
}

export type SimulatedOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'delete'; readonly key: string }

/** One life's hold on the disk of its peer. Once that life has ended, nothing that it asks for settles. */
export interface SimulatedStore {
  get(key: string): Promise<Uint8Array | undefined>
  put(key: string, value: Uint8Array, options?: SimulatedWriteOptions): Promise<void>
  delete(key: string, options?: SimulatedWriteOptions): Promise<void>
  /** Entries whose key begins with the prefix, in the order of their keys' UTF-8. */
  range(prefix: string): AsyncIterable<{ readonly key: string; readonly value: Uint8Array }>
  /** All of it or nothing; rejects with `STORE_CONFLICT` where an expectation does not hold. */
  batch(operations: readonly SimulatedOperation[], options?: SimulatedBatchOptions): Promise<void>
}

export interface Disk {
  /** For one life: `isGone` says when it has ended. */
  open(isGone: () => boolean): SimulatedStore
  /** Forgets what was not durable. */
  crash(): void
}

export function createDisk(): Disk {
  let written = new Map<string, Uint8Array>()
  const kept = new Map<string, Uint8Array>()

  function write(
    operations: readonly SimulatedOperation[],
    { durable = false, expect = [] }: SimulatedBatchOptions,
  ): void {
    for (const { key, value } of expect) {
      if (!areEqual(written.get(key), value)) throw Object.assign(new Error(`STORE_CONFLICT: ${key}`), conflict)
    }
    for (const operation of operations) {
      for (const entries of durable ? [written, kept] : [written]) {
        if (operation.type === 'put') entries.set(operation.key, new Uint8Array(operation.value))
        else entries.delete(operation.key)
      }
    }
  }

  return {
    open: (isGone) => openDisk(() => written, write, isGone),
    crash() {
      written = new Map(kept)
    },
  }
}

const conflict = { code: 'STORE_CONFLICT' } as const

function openDisk(
  entries: () => ReadonlyMap<string, Uint8Array>,
  write: (operations: readonly SimulatedOperation[], options: SimulatedBatchOptions) => void,
  isGone: () => boolean,
): SimulatedStore {
  const whileAlive = async <Value>(act: () => Value): Promise<Value> => {
    if (isGone()) return new Promise<Value>(() => {})
    return act()
  }
  const read = (key: string): Uint8Array | undefined => {
    const value = entries().get(key)
    return value === undefined ? undefined : new Uint8Array(value)
  }
  return {
    get: (key) => whileAlive(() => read(key)),
    put: (key, value, options = {}) => whileAlive(() => write([{ type: 'put', key, value }], options)),
    delete: (key, options = {}) => whileAlive(() => write([{ type: 'delete', key }], options)),
    batch: (operations, options = {}) => whileAlive(() => write(operations, options)),
    async *range(prefix) {
      for (const key of await whileAlive(() => keysOf(entries(), prefix))) {
        const value = await whileAlive(() => read(key))
        if (value !== undefined) yield { key, value }
      }
    },
  }
}

const text = new TextEncoder()

function keysOf(entries: ReadonlyMap<string, Uint8Array>, prefix: string): readonly string[] {
  const keys = [...entries.keys()].filter((key) => key.startsWith(prefix))
  return keys
    .map((key) => ({ key, bytes: text.encode(key) }))
    .sort((a, b) => compareBytes(a.bytes, b.bytes))
    .map(({ key }) => key)
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function areEqual(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return compareBytes(a, b) === 0
}
