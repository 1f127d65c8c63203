import type { OpenStore, StoreDurability } from '@rondo/core'

/** One fresh, empty place for a store, and how to clean up after it. */
export interface StoreFixture {
  /** Opens the store at that place, the same one each time. */
  open(): Promise<OpenStore> | OpenStore
  /**
   * The machine loses its power: whatever is open is gone without a close, and so is all that was not on stable storage.
   * For most media the end of the process is as much as a test can do.
   */
  readonly crash?: (() => Promise<void> | void) | undefined
  readonly teardown?: (() => Promise<void> | void) | undefined
}

/** What a store declares about itself. The suite holds it to that, and skips what it cannot promise. */
export interface StoreTraits {
  /** As in `store.durability`; durable where left out. */
  readonly durability?: StoreDurability | undefined
  /** Whether what was written is there after `close` and `open`; true where left out. */
  readonly persists?: boolean | undefined
  /** Whether a second open of the same place is refused; true where left out. */
  readonly locks?: boolean | undefined
  /** Whether fixtures bring `crash`; false where left out. */
  readonly crashes?: boolean | undefined
}

export interface Traits {
  readonly durable: boolean
  readonly volatile: boolean
  readonly persists: boolean
  readonly locks: boolean
  readonly crashes: boolean
}

export type Need = keyof Traits

const lacks: Readonly<Record<Need, string>> = {
  durable: 'it declares that it is volatile',
  volatile: 'it declares that it is durable',
  persists: 'it declares that it keeps nothing after close',
  locks: 'it declares that it may be opened twice',
  crashes: 'its fixture cannot crash',
}

export function resolveStoreTraits(traits: StoreTraits): Traits {
  const durable = traits.durability !== 'volatile'
  return Object.freeze({
    durable,
    volatile: !durable,
    persists: traits.persists ?? true,
    locks: traits.locks ?? true,
    crashes: traits.crashes ?? false,
  })
}

/** Why a case cannot be run, in words for its title. */
export function unmetNeed(traits: Traits, needs: readonly Need[]): string | undefined {
  const missing = needs.find((need) => !traits[need])
  return missing === undefined ? undefined : lacks[missing]
}
