import {
  type BackendChange,
  coreError,
  createMemoryBackend,
  type OpenStore,
  type OpenStoreOptions,
  openStore,
  type StoreBackend,
} from '@rondo/core'
import { createFakeDisk } from './fake-disk.js'

/**
 * What befalls a write: the disk is full and nothing is written; or the process dies before the write reached the disk,
 * or after it did and before anybody heard of it.
 */
export type StoreFault = 'full' | 'crash-before' | 'crash-after'

export interface CrashableStoreOptions {
  /**
   * Decides, for each write that was not durable, whether a crash takes it; all are lost where it is left out. Stores
   * promise nothing of the order in which such writes reach the disk, so any of them may survive any other.
   */
  readonly random?: (() => number) | undefined
}

/** A place for a store that outlives the stores opened on it, and can be pulled out from under them. */
export interface CrashableStore {
  /** As core's `openStore`. Rejects with `STORE_LOCKED` while another one is open here. */
  open(options?: OpenStoreOptions): Promise<OpenStore>
  /** The process dies: writes that were not durable are lost, and whatever the open store is asked for fails. */
  crash(): void
  /** Has this befall the nth write from now; 1 is the next one. Joined writes count once. */
  failAt(write: number, fault: StoreFault): void
  /** How many writes there have been, the first one that says what the store is among them: a test can fail each in turn. */
  readonly writes: number
}

/**
 * A durable store in memory for tests that pull the plug.
 *
 * @example
 * const place = createCrashableStore()
 * const store = await place.open()
 * await store.put('kept', new Uint8Array([1]), { durable: true })
 * await store.put('lost', new Uint8Array([2]))
 * place.crash()
 * const again = await place.open() // has 'kept' alone
 */
export function createCrashableStore({ random = () => 0 }: CrashableStoreOptions = {}): CrashableStore {
  const disk = createFakeDisk()
  const faults = new Map<number, StoreFault>()
  let writes = 0
  /** Takes the open store out of the world; undefined while none is open. */
  let kill: (() => void) | undefined

  function crash(): void {
    disk.crash(() => random() >= 0.5)
    kill?.()
    kill = undefined
  }

  async function openBackend(): Promise<StoreBackend> {
    const memory = createMemoryBackend('durable')
    await memory.write(disk.contents(), false)
    let alive = true
    const die = () => {
      alive = false
    }
    const guard = () => {
      if (!alive) throw coreError('STORE_FAILED', { detail: 'the process crashed' })
    }

    async function write(changes: readonly BackendChange[], durable: boolean): Promise<void> {
      guard()
      writes += 1
      const fault = faults.get(writes)
      if (fault === 'full') throw coreError('STORE_QUOTA', { detail: 'the test says so' })
      if (fault !== 'crash-before') disk.write(changes, durable)
      if (fault !== undefined) crash()
      guard()
      await memory.write(changes, durable)
    }

    kill = die
    return {
      durability: 'durable',
      async get(key) {
        guard()
        return memory.get(key)
      },
      async read(span) {
        guard()
        return memory.read(span)
      },
      write,
      async close() {
        // A clean close is no sync: what was not durable stays where a power cut reaches it.
        if (kill === die) kill = undefined
      },
    }
  }

  return {
    async open(options) {
      if (kill !== undefined) throw coreError('STORE_LOCKED')
      return openStore(await openBackend(), options)
    },
    crash,
    failAt(write, fault) {
      if (!Number.isSafeInteger(write) || write < 1) throw new TypeError('writes are counted from 1')
      faults.set(writes + write, fault)
    },
    get writes() {
      return writes
    },
  }
}
