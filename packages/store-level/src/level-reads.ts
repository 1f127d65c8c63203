import type { BackendEntry, KeySpan, StoreBackend } from '@rondo/core'

// How a store reads, in Node and in browsers alike. Writing is where they differ.

/** As much of classic-level and browser-level as reading takes. */
export interface LevelReader {
  get(key: Uint8Array): Promise<Uint8Array | undefined>
  iterator(range: {
    readonly gte: Uint8Array
    readonly lt: Uint8Array
    readonly reverse: boolean
    readonly limit: number
  }): {
    nextv(size: number): Promise<BackendEntry[]>
    close(): Promise<void>
  }
}

export const levelOptions = { keyEncoding: 'view', valueEncoding: 'view' } as const

/** Few at a time, since a browser reads them all before their size is known. */
const entriesAtOnce = 32

export function levelReads(level: LevelReader): Pick<StoreBackend, 'get' | 'read'> {
  return {
    get: (key) => level.get(key),
    async read({ from, to, reverse, entriesMax, bytesMax }: KeySpan) {
      const iterator = level.iterator({ gte: from, lt: to, reverse, limit: entriesMax })
      try {
        const page: BackendEntry[] = []
        let bytes = 0
        while (page.length < entriesMax && bytes < bytesMax) {
          const entries = await iterator.nextv(Math.min(entriesAtOnce, entriesMax - page.length))
          if (entries.length === 0) break
          for (const entry of entries) {
            page.push(entry)
            bytes += entry[0].length + entry[1].length
          }
        }
        return page
      } finally {
        await iterator.close()
      }
    },
  }
}
