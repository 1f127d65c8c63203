import { coreError } from '../errors.js'
import { compareBytes, successor } from './byte-order.js'
import { createMemoryBackend } from './memory-backend.js'
import type { BackendChange, BackendEntry, KeySpan, StoreBackend } from './store-backend.js'

// A backend whose writes stay in memory, seen by its reads as if they were written, until somebody takes them all at
// once. That is how a migration of any length happens wholly or not at all.

export interface Draft {
  readonly backend: StoreBackend
  /** Everything that was written, a key once. */
  changes(): Promise<readonly BackendChange[]>
}

/** In the draft a value follows one byte that says whether there is one. */
const deleted = 0
const present = 1

const everything = { from: new Uint8Array([0]), to: new Uint8Array([255]), reverse: false }

export function createDraft(base: StoreBackend, bytesMax: number): Draft {
  const drafted = createMemoryBackend()
  let draftedBytes = 0

  async function write(changes: readonly BackendChange[]): Promise<void> {
    for (const { key, value } of changes) draftedBytes += key.length + (value?.length ?? 0)
    if (draftedBytes > bytesMax)
      throw coreError('STORE_OVERSIZED', { detail: `a migration that writes more than ${bytesMax} bytes` })
    await drafted.write(
      changes.map(({ key, value }) => ({ key, value: mark(value) })),
      false,
    )
  }

  async function read(span: KeySpan): Promise<readonly BackendEntry[]> {
    const page: BackendEntry[] = []
    let bytes = 0
    for await (const [key, value] of merge(walk(base, span), walk(drafted, span), span.reverse)) {
      if (value === undefined) continue
      page.push([key, value])
      bytes += key.length + value.length
      if (page.length >= span.entriesMax || bytes >= span.bytesMax) break
    }
    return page
  }

  return {
    backend: {
      durability: base.durability,
      async get(key) {
        const marked = await drafted.get(key)
        return marked === undefined ? base.get(key) : unmark(marked)
      },
      read,
      write,
      async close() {},
    },
    async changes() {
      const all: BackendChange[] = []
      const span = { ...everything, entriesMax: 1_024, bytesMax: 1_048_576 }
      for await (const [key, marked] of walk(drafted, span)) all.push({ key, value: unmark(marked) })
      return all
    },
  }
}

function mark(value: Uint8Array | undefined): Uint8Array {
  if (value === undefined) return new Uint8Array([deleted])
  const marked = new Uint8Array(value.length + 1)
  marked[0] = present
  marked.set(value, 1)
  return marked
}

function unmark(marked: Uint8Array): Uint8Array | undefined {
  return marked[0] === present ? marked.subarray(1) : undefined
}

/** All entries of a span, page by page. */
async function* walk(backend: StoreBackend, span: KeySpan): AsyncGenerator<BackendEntry, undefined, void> {
  let { from, to } = span
  for (;;) {
    const page = await backend.read({ ...span, from, to })
    for (const entry of page) {
      if (span.reverse) to = entry[0]
      else from = successor(entry[0])
      yield entry
    }
    if (page.length === 0) return undefined
  }
}

/** Two sorted sequences as one, where the draft's word on a key counts: undefined where it deletes it. */
async function* merge(
  base: AsyncGenerator<BackendEntry, undefined, void>,
  drafted: AsyncGenerator<BackendEntry, undefined, void>,
  reverse: boolean,
): AsyncGenerator<readonly [key: Uint8Array, value: Uint8Array | undefined], void, void> {
  let old = (await base.next()).value
  let fresh = (await drafted.next()).value
  while (old !== undefined || fresh !== undefined) {
    const order = old === undefined ? 1 : fresh === undefined ? -1 : compareBytes(old[0], fresh[0]) * (reverse ? -1 : 1)
    if (old !== undefined && order < 0) yield old
    if (fresh !== undefined && order >= 0) yield [fresh[0], unmark(fresh[1])]
    if (order <= 0) old = (await base.next()).value
    if (order >= 0) fresh = (await drafted.next()).value
  }
}
