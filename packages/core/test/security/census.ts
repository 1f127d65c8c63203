import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// Every Map and Set that comes into being while a census goes on, whoever makes it and however privately: nobody has to know of a
// table to count it, so nobody can forget one.

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

interface Sized {
  readonly size: number
}

export interface Census {
  /** What the tables hold that are still in use: the largest of them, all together, and the sizes of those that hold anything. */
  count(): Promise<{ readonly largest: number; readonly total: number; readonly sizes: readonly number[] }>
  end(): void
}

export function beginCensus(): Census {
  const { Map: NativeMap, Set: NativeSet } = globalThis
  let known: WeakRef<Sized>[] = []
  const note = (table: Sized): void => {
    known.push(new WeakRef(table))
  }
  globalThis.Map = class<Key, Value> extends NativeMap<Key, Value> {
    constructor(entries?: Iterable<readonly [Key, Value]> | null) {
      super(entries)
      note(this)
    }
  } as MapConstructor
  globalThis.Set = class<Value> extends NativeSet<Value> {
    constructor(values?: Iterable<Value> | null) {
      super(values)
      note(this)
    }
  } as SetConstructor
  return {
    async count() {
      // A WeakRef keeps what it was asked for to the end of the turn.
      await new Promise((resolve) => setTimeout(resolve, 0))
      collect()
      known = known.filter((reference) => reference.deref() !== undefined)
      const sizes = known.map((reference) => reference.deref()?.size ?? 0).filter((size) => size > 0)
      return {
        largest: Math.max(0, ...sizes),
        total: sizes.reduce((sum, size) => sum + size, 0),
        sizes: sizes.sort((a, b) => b - a),
      }
    },
    end() {
      globalThis.Map = NativeMap
      globalThis.Set = NativeSet
    },
  }
}
