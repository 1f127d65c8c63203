import { coreError } from '../errors.js'
import type { KeySpace } from './key-space.js'
import type { BatchOptions, StoreDurability, StoreExpectation, StoreOperation } from './store.js'
import type { BackendChange } from './store-backend.js'
import type { StoreLimits } from './store-limits.js'

/** A checked batch, whose bytes nobody else holds. */
export interface StoreWrite {
  readonly changes: readonly BackendChange[]
  readonly expected: readonly (BackendChange & { readonly name: string })[]
  readonly durable: boolean
  readonly bytes: number
}

/** Checks what the caller gave and copies it. Throws a TypeError on misuse, `STORE_OVERSIZED` and `STORE_VOLATILE`. */
export function createStoreWrite(
  operations: readonly StoreOperation[],
  { expect = [], durable = false }: BatchOptions,
  keys: KeySpace,
  limits: StoreLimits,
  durability: StoreDurability,
): StoreWrite {
  if (!Array.isArray(operations) || !Array.isArray(expect))
    throw new TypeError('operations and expectations are arrays')
  if (typeof durable !== 'boolean') throw new TypeError('durable must be true or false')
  const count = operations.length + expect.length
  if (count > limits.batchOperationsMax)
    throw coreError('STORE_OVERSIZED', { detail: `${count} operations of at most ${limits.batchOperationsMax}` })
  if (durable && durability === 'volatile') throw coreError('STORE_VOLATILE')
  let bytes = 0

  function copy(value: Uint8Array): Uint8Array {
    if (!(value instanceof Uint8Array)) throw new TypeError('a value must be a Uint8Array')
    if (value.length > limits.valueBytesMax)
      throw coreError('STORE_OVERSIZED', {
        detail: `a value of ${value.length} bytes of at most ${limits.valueBytesMax}`,
      })
    weigh(value)
    return new Uint8Array(value)
  }

  function weigh({ length }: Uint8Array): void {
    bytes += length
    if (bytes > limits.batchBytesMax)
      throw coreError('STORE_OVERSIZED', { detail: `a batch of more than ${limits.batchBytesMax} bytes` })
  }

  function encode(key: string): Uint8Array {
    const encoded = keys.encode(key)
    weigh(encoded)
    return encoded
  }

  const changes = operations.map((operation) => {
    const { type, key } = operation
    if (type !== 'put' && type !== 'delete') throw new TypeError('the type of an operation is put or delete')
    return { key: encode(key), value: type === 'put' ? copy(operation.value) : undefined }
  })
  const expected = expect.map((expectation: StoreExpectation) => {
    // A forgotten value must not mean that the key is expected to be absent.
    if (!('value' in expectation))
      throw new TypeError('an expectation has a value: undefined for a key that is not there')
    const { key, value } = expectation
    return { name: key, key: encode(key), value: value === undefined ? undefined : copy(value) }
  })
  return { changes, expected, durable, bytes }
}
