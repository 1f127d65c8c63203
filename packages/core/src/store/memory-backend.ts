import { bytesOfText, byteText } from './byte-order.js'
import type { StoreDurability } from './store.js'
import type { BackendEntry, StoreBackend } from './store-backend.js'

/** A sorted map: what memory stores keep, and others before they write. */
export function createMemoryBackend(durability: StoreDurability = 'volatile'): StoreBackend {
  const values = new Map<string, Uint8Array>()
  /** The keys in order, as texts that sort like their bytes. */
  const sorted: string[] = []

  /** Where the key is, or would be. */
  function place(key: string): number {
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (sorted[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    durability,
    async get(key) {
      return values.get(byteText(key))
    },
    async read({ from, to, reverse, entriesMax, bytesMax }) {
      const first = place(byteText(from))
      const last = place(byteText(to)) - 1
      const page: BackendEntry[] = []
      let bytes = 0
      for (let step = 0; step <= last - first && page.length < entriesMax && bytes < bytesMax; step += 1) {
        const text = sorted[reverse ? last - step : first + step]!
        const value = values.get(text)!
        bytes += text.length + value.length
        page.push([bytesOfText(text), value])
      }
      return page
    },
    async write(changes) {
      for (const { key, value } of changes) {
        const text = byteText(key)
        const isNew = !values.has(text)
        if (value === undefined) {
          if (!isNew) sorted.splice(place(text), 1)
          values.delete(text)
        } else {
          if (isNew) sorted.splice(place(text), 0, text)
          values.set(text, value)
        }
      }
    },
    async close() {
      values.clear()
      sorted.length = 0
    },
  }
}
