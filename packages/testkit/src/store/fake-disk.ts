import type { BackendChange } from '@rondo/core'

// A disk with a cache: everything is seen at once, and what was not synced may be gone after a crash.

export interface FakeDisk {
  write(changes: readonly BackendChange[], durable: boolean): void
  /** What a program finds that opens it now. */
  contents(): readonly BackendChange[]
  /** Asks of each write that was not synced whether it survives, whole. */
  crash(survives: () => boolean): void
}

interface Write {
  readonly changes: readonly BackendChange[]
  readonly durable: boolean
}

export function createFakeDisk(): FakeDisk {
  const settled = new Map<string, BackendChange>()
  /** From the first write on that was not synced. */
  let unsettled: Write[] = []

  return {
    write(changes, durable) {
      if (durable && unsettled.length === 0) apply(settled, changes)
      else unsettled.push({ changes, durable })
    },
    contents() {
      const seen = new Map(settled)
      for (const { changes } of unsettled) apply(seen, changes)
      return [...seen.values()]
    },
    crash(survives) {
      for (const { changes, durable } of unsettled) if (durable || survives()) apply(settled, changes)
      unsettled = []
    },
  }
}

function apply(entries: Map<string, BackendChange>, changes: readonly BackendChange[]): void {
  for (const change of changes) {
    const name = change.key.join()
    if (change.value === undefined) entries.delete(name)
    else entries.set(name, change)
  }
}
