import { coreError } from '../errors.js'
import { byteText, equalBytes } from './byte-order.js'
import type { BackendChange, StoreBackend } from './store-backend.js'
import type { StoreWrite } from './store-write.js'

// One write at a time reaches the backend, so that nothing comes between what a batch expects and its write. What arrives
// meanwhile is joined into the next one: many small durable writes share the wait for the disk. A joined write succeeds or
// fails as a whole.

interface Waiting {
  readonly write: StoreWrite
  readonly done: () => void
  readonly failed: (reason: unknown) => void
}

export function createWriteQueue(backend: StoreBackend, joinedBytesMax: number): (write: StoreWrite) => Promise<void> {
  let queue: Waiting[] = []
  let working = false

  async function work(): Promise<void> {
    working = true
    while (queue.length > 0) await writeJoined(takeGroup())
    working = false
  }

  function takeGroup(): readonly Waiting[] {
    let bytes = 0
    let count = 0
    for (const { write } of queue) {
      bytes += write.bytes
      if (count > 0 && bytes > joinedBytesMax) break
      count += 1
    }
    const group = queue.slice(0, count)
    queue = queue.slice(count)
    return group
  }

  async function writeJoined(group: readonly Waiting[]): Promise<void> {
    try {
      const { changes, durable, conflicts } = await judge(group)
      if (changes.length > 0) await backend.write(changes, durable)
      for (const { write, done, failed } of group) {
        const names = conflicts.get(write)
        if (names === undefined) done()
        else failed(coreError('STORE_CONFLICT', { detail: names.join(', '), details: { keys: names } }))
      }
    } catch (reason) {
      for (const { failed } of group) failed(reason)
    }
  }

  /** Which batches of the group find what they expect, where each one sees those before it. */
  async function judge(group: readonly Waiting[]) {
    const changes: BackendChange[] = []
    const conflicts = new Map<StoreWrite, readonly string[]>()
    const written = new Map<string, Uint8Array | undefined>()
    let durable = false
    for (const { write } of group) {
      const names: string[] = []
      for (const { name, key, value } of write.expected) {
        const text = byteText(key)
        const found = written.has(text) ? written.get(text) : await backend.get(key)
        if (!equalBytes(found, value)) names.push(name)
      }
      if (names.length > 0) {
        conflicts.set(write, names)
        continue
      }
      durable ||= write.durable
      for (const change of write.changes) {
        changes.push(change)
        written.set(byteText(change.key), change.value)
      }
    }
    return { changes, durable, conflicts }
  }

  return (write) =>
    new Promise((done, failed) => {
      queue.push({ write, done, failed })
      if (!working) void work()
    })
}
