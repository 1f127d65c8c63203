import { type Coordinator, createMemoryStore, type OwnMessageDraft, type Store, type StoreOperation } from '@rondo/core'
import { wrapCoordinator } from '@rondo/testkit/simulator'
import { hex } from '@scure/base'

// What a node writes and says over its lives: stores that fail or are put back, and every statement that its key has signed.

export interface Statement {
  readonly peer: number
  readonly life: number
  /** `nonces`, `agreed`, `sign`, and what the engine says beside them. */
  readonly type: string
  /** Where it stands: what two lives say in one place has to be the same bytes. */
  readonly slot: string
  readonly bytes: string
}

export interface StatementLog {
  readonly signed: readonly Statement[]
  watch(coordinator: Coordinator, peer: number, life: number): Coordinator
  /** What no honest node may ever have signed. */
  complaints(): readonly string[]
}

export function createStatementLog(): StatementLog {
  const signed: Statement[] = []
  return {
    signed,
    watch(coordinator, peer, life) {
      const signMessage = async (draft: OwnMessageDraft): Promise<Uint8Array> => {
        const bytes = await coordinator.signMessage(draft)
        const slot = hex.encode(draft.position.slot)
        signed.push({ peer, life, type: draft.type, slot, bytes: hex.encode(bytes) })
        return bytes
      }
      return wrapCoordinator(coordinator, { signMessage })
    },
    complaints: () =>
      signed.flatMap(({ peer, type, slot, life, bytes }) => {
        const other = signed.find((each) => each.peer === peer && each.slot === slot && each.bytes !== bytes)
        return other === undefined ? [] : [`peer ${peer} said two things as ${type}, in life ${life} and ${other.life}`]
      }),
  }
}

/** A store whose writes go through a guard, those to its scopes included. */
export function guardedStore(
  store: Store,
  guard: (write: () => Promise<void>, keys: readonly string[]) => Promise<void>,
): Store {
  return {
    durability: store.durability,
    get: (key) => store.get(key),
    put: (key, value, options) => guard(() => store.put(key, value, options), [key]),
    delete: (key, options) => guard(() => store.delete(key, options), [key]),
    range: (prefix, options) => store.range(prefix, options),
    batch: (operations, options) =>
      guard(
        () => store.batch(operations, options),
        operations.map(({ key }) => key),
      ),
    scope: (name) => guardedStore(store.scope(name), guard),
  }
}

/** Everything that the rounds of a node have written, with what it is called there. */
export async function recordsOf(store: Store, owner: string): Promise<readonly StoreOperation[]> {
  const records: StoreOperation[] = []
  for await (const { key, value } of store.scope('rounds').scope(owner).range(''))
    records.push({ type: 'put', key, value })
  return records
}

/** A disk on which a backup was put back. */
export async function restore(records: readonly StoreOperation[], owner: string): Promise<Store> {
  const store = createMemoryStore({ durability: 'durable' })
  await store.scope('rounds').scope(owner).batch(records)
  return store
}
