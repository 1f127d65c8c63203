import type { Schema } from '@rondo/core'
import { equalBytes } from '@rondo/core'
import { hex } from '@scure/base'
import { aggregateKeys, type KeyContext, xOnlyKeyOf } from '../bip327/key-context.js'
import { musig2Error } from '../errors.js'
import { outputKeyFrom } from '../psbt/joint-key.js'
import { holdersIn, type Item, isOrder, itemsOf, type Order } from './order.js'

/** Gives the rest of the program a turn. */
export type Pause = () => Promise<void>

/** An order with what follows from it. The keys are aggregated when they are first asked for, and then kept. */
export class SigningTask {
  readonly order: Order
  readonly items: readonly Item[]
  readonly #holders: ReadonlyMap<string, number>
  readonly #aggregates = new Map<string, KeyContext>()
  readonly #keys: (KeyContext | undefined)[] = []

  constructor(order: Order) {
    this.order = order
    this.items = itemsOf(order)
    this.#holders = holdersIn(order.seats)
  }

  /** Who holds each key of an item, in the order of the keys. */
  seatsOf(at: number): readonly number[] {
    return this.#item(at).publicKeys.map((key) => this.#holders.get(hex.encode(key)) ?? -1)
  }

  /** The key with which a member signs an item. */
  keyHeldBy(seat: number, at: number): Uint8Array {
    const key = this.#item(at).publicKeys[this.seatsOf(at).indexOf(seat)]
    if (key === undefined) throw new RangeError(`member ${seat} holds none of the keys`)
    return key
  }

  /** The same as `keyOf` would, piece by piece. */
  async prepareKeys(pause: Pause): Promise<void> {
    for (const at of this.items.keys()) {
      if (this.#keys[at] === undefined) await pause()
      this.keyOf(at)
    }
  }

  /** Throws KEYS_MISMATCH where the keys are none, or make another key than the one that is signed for. */
  keyOf(at: number): KeyContext {
    const known = this.#keys[at]
    if (known !== undefined) return known
    const key = this.#tweaked(this.#item(at))
    this.#keys[at] = key
    return key
  }

  #item(at: number): Item {
    const item = this.items[at]
    if (item === undefined) throw new RangeError(`there is no item ${at}`)
    return item
  }

  #tweaked(item: Item): KeyContext {
    const { outputKey } = item
    try {
      const key = outputKeyFrom(this.aggregateOf(item), item)
      if (outputKey !== undefined && !equalBytes(xOnlyKeyOf(key), outputKey))
        throw new RangeError('the output that is spent has another key')
      return key
    } catch (cause) {
      throw musig2Error('KEYS_MISMATCH', { detail: cause instanceof Error ? cause.message : '', cause })
    }
  }

  /** Before all tweaks. Inputs of one wallet differ in their tweaks alone. */
  aggregateOf({ publicKeys }: Pick<Item, 'publicKeys'>): KeyContext {
    const name = publicKeys.map((key) => hex.encode(key)).join()
    const known = this.#aggregates.get(name) ?? aggregateKeys(publicKeys)
    this.#aggregates.set(name, known)
    return known
  }
}

/** The setup of a signing round: an order comes in, a task comes out. */
export const signingTask: Schema & {
  readonly '~standard': { readonly types?: { readonly input: Order; readonly output: SigningTask } | undefined }
} = Object.freeze({
  '~standard': Object.freeze({
    version: 1 as const,
    vendor: 'rondo',
    validate: (value: unknown) => {
      if (!isOrder(value)) return { issues: [{ message: 'expected an order' }] }
      try {
        return { value: new SigningTask(value) }
      } catch (thrown) {
        return { issues: [{ message: thrown instanceof Error ? thrown.message : 'this cannot be signed' }] }
      }
    },
  }),
})
