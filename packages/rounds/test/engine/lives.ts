import type { Coordinator, OwnMessageDraft, PeerId, Store } from '@rondo/core'
import { wrapCoordinator } from '@rondo/testkit/simulator'
import { decodeSlot, encodeSlot, type Slot } from '../../src/articles/slot.js'
import { hexOf } from '../../src/hex.js'

// What one node said over all its lives: every slot that its key was asked to fill, and every statement of rounds that went out.

export interface Signing {
  readonly author: PeerId
  readonly life: number
  readonly slot: Slot
  readonly signed: string
}

export interface Books {
  readonly signings: readonly Signing[]
  /** The same coordinator, with its signatures noted. */
  watch(coordinator: Coordinator, life: number, changes?: Partial<Coordinator>): Coordinator
  /** What no honest node may ever have done, one line each. */
  complaints(): readonly string[]
}

export function createBooks(): Books {
  const signings: Signing[] = []
  const complaintsAbout = (author: PeerId): readonly string[] => {
    const mine = signings.filter((signing) => signing.author === author)
    const complaints: string[] = []
    const filled = new Map<string, string>()
    const attempts = new Map<string, number>()
    for (const { slot, signed, life } of mine) {
      const place = hexOf(encodeSlot(slot))
      const before = filled.get(place) ?? signed
      if (before !== signed) complaints.push(`${author} signed two things as ${slot.kind}`)
      filled.set(place, before)
      if (slot.kind !== 'contribution') continue
      const owner = attempts.get(slot.attempt) ?? life
      if (owner !== life) complaints.push(`life ${life} of ${author} contributes to an attempt of life ${owner}`)
      attempts.set(slot.attempt, owner)
    }
    return complaints
  }
  return {
    signings,
    watch(coordinator, life, changes = {}) {
      const signMessage = async (draft: OwnMessageDraft): Promise<Uint8Array> => {
        const signed = await coordinator.signMessage(draft)
        const slot = 'slot' in draft.position ? decodeSlot(draft.position.slot) : undefined
        if (slot !== undefined) signings.push({ author: coordinator.peerId, life, slot, signed: hexOf(signed) })
        return signed
      }
      return wrapCoordinator(coordinator, { signMessage, ...changes })
    },
    complaints: () => [...new Set(signings.map(({ author }) => author))].flatMap(complaintsAbout),
  }
}

/**
 * What befalls one write: `refused` writes nothing, `unheard` writes and says that it did not; `broken` refuses this one and all that
 * follow.
 */
export type WriteFault = 'refused' | 'unheard' | 'broken'

export interface FailingStore {
  readonly store: Store
  readonly writes: number
}

/** A store whose nth write fails, those to its scopes included. */
export function failingStore(inner: Store, nth: number, fault: WriteFault): FailingStore {
  let writes = 0
  const store = guardedStore(inner, async (write) => {
    writes += 1
    const isHit = writes === nth || (fault === 'broken' && writes > nth)
    if (!isHit || fault === 'unheard') await write()
    if (isHit) throw new Error(`write ${writes} failed`)
  })
  return {
    store,
    get writes() {
      return writes
    },
  }
}

/** A store whose writes go through a guard, those to its scopes included. */
export function guardedStore(store: Store, guard: (write: () => Promise<void>) => Promise<void>): Store {
  return {
    durability: store.durability,
    get: (key) => store.get(key),
    put: (key, value, options) => guard(() => store.put(key, value, options)),
    delete: (key, options) => guard(() => store.delete(key, options)),
    range: (prefix, options) => store.range(prefix, options),
    batch: (operations, options) => guard(() => store.batch(operations, options)),
    scope: (name) => guardedStore(store.scope(name), guard),
  }
}
