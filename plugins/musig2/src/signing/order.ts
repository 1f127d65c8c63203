import { hex } from '@scure/base'
import type { Tweak } from '../bip327/key-context.js'
import { musig2Error } from '../errors.js'
import { itemsMax, psbtBytesMax, signersMax, tweaksMax } from '../options.js'
import type { Derivation } from '../psbt/derivation.js'
import { itemsOfPsbt, itemsWithin } from '../psbt/items.js'

// What is to be signed, and by whom, as the setup of a round carries it; and the items that follow from it, which every member
// derives for itself.

/** The setup of a signing round, as it travels. */
export interface Order {
  /** By member, in the order of the roster: the keys that it holds, one for each item where there is more than one. */
  readonly seats: readonly (readonly Uint8Array[])[]
  readonly request: MessageRequest | PsbtRequest
}

export interface MessageRequest {
  readonly kind: 'message'
  /** 32 bytes. */
  readonly message: Uint8Array
  /** In the order in which they are aggregated. */
  readonly publicKeys: readonly Uint8Array[]
  readonly tweaks: readonly Tweak[]
}

export interface PsbtRequest {
  readonly kind: 'psbt'
  readonly psbt: Uint8Array
}

/** One signature that the round is to make. */
export interface Item {
  /** Of a PSBT: which of its inputs. */
  readonly input?: number
  /** In the order in which they are aggregated. */
  readonly publicKeys: readonly Uint8Array[]
  readonly tweaks: readonly Tweak[]
  readonly message: Uint8Array
  /** What the keys must come to before the tweaks, 33 bytes, and what they must come to after them, 32. */
  readonly aggregateKey?: Uint8Array
  readonly outputKey?: Uint8Array
  /** Of a PSBT: how the internal key comes of the aggregate key, before the tweaks, and which it must be. */
  readonly derivation?: Derivation | undefined
  readonly internalKey?: Uint8Array | undefined
  /** Of a PSBT: of the scripts that could spend the input as well. */
  readonly merkleRoot?: Uint8Array | undefined
  /** Of a PSBT: what stands behind the 64 bytes of the signature. */
  readonly sighash?: number
}

/**
 * Throws ORDER_REFUSED, PSBT_MALFORMED or PSBT_UNSUPPORTED where it could not be signed. Costs no curve arithmetic: anybody can send
 * an order.
 */
export function itemsOf({ seats, request }: Order): readonly Item[] {
  if (seats.length < 2 || seats.length > signersMax) throw refused(`${seats.length} signers of 2 to ${signersMax}`)
  const items = request.kind === 'psbt' ? itemsOfPsbtBy(request, seats) : [itemOfMessage(request)]
  if (items.length === 0) throw refused('there is nothing to sign')
  if (items.length > itemsMax) throw refused(`${items.length} signatures of at most ${itemsMax}`)
  const holders = holdersOf(seats)
  for (const item of items) assertSeated(item, holders, seats.length)
  return items
}

function itemsOfPsbtBy({ psbt }: PsbtRequest, seats: Order['seats']): readonly Item[] {
  return itemsWithin(itemsOfPsbt(psbt), seats.flat())
}

function itemOfMessage({ message, publicKeys, tweaks }: MessageRequest): Item {
  return { message, publicKeys, tweaks }
}

/** By key: which seat holds it, or -1 where it is there twice. A map, for an order may have 6,400 keys, and anybody can send one. */
export function holdersOf(seats: Order['seats']): ReadonlyMap<string, number> {
  const holders = new Map<string, number>()
  for (const [seat, keys] of seats.entries())
    for (const key of keys) {
      const name = hex.encode(key)
      holders.set(name, holders.has(name) ? -1 : seat)
    }
  return holders
}

/** Each key of the item is held by one member, and each member holds one. */
function assertSeated({ publicKeys }: Item, holders: ReadonlyMap<string, number>, members: number): void {
  const seated = new Set(publicKeys.map((key) => holders.get(hex.encode(key)) ?? -1))
  if (publicKeys.length !== members || seated.size !== members || seated.has(-1))
    throw refused('every signer holds one of the keys that are aggregated, and no two the same')
}

/** In memory of its own: whoever asked may use its buffers for something else, before this is approved or after. */
export function copyOrder({ seats, request }: Order): Order {
  const copied = seats.map((keys) => keys.map(copyBytes))
  if (request.kind === 'psbt') return { seats: copied, request: { kind: 'psbt', psbt: copyBytes(request.psbt) } }
  const { kind, message, publicKeys, tweaks } = request
  const copies = tweaks.map(({ tweak, isXOnly }) => ({ tweak: copyBytes(tweak), isXOnly }))
  const said = { kind, message: copyBytes(message), publicKeys: publicKeys.map(copyBytes), tweaks: copies }
  return { seats: copied, request: said }
}

/** Not `slice`: that of Node's `Buffer` is the same memory. */
function copyBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

/** Its form and its bounds, and nothing else. */
export function isOrder(value: unknown): value is Order {
  return (
    hasExactly(value, ['seats', 'request']) &&
    isListOf(value['seats'], signersMax, (keys) => isListOf(keys, itemsMax, isPublicKey)) &&
    (isMessageRequest(value['request']) || isPsbtRequest(value['request']))
  )
}

function isMessageRequest(value: unknown): value is MessageRequest {
  return (
    hasExactly(value, ['kind', 'message', 'publicKeys', 'tweaks']) &&
    value['kind'] === 'message' &&
    isBytes(value['message'], 32) &&
    isListOf(value['publicKeys'], signersMax, isPublicKey) &&
    isListOf(value['tweaks'], tweaksMax, isTweak)
  )
}

function isPsbtRequest(value: unknown): value is PsbtRequest {
  if (!hasExactly(value, ['kind', 'psbt']) || value['kind'] !== 'psbt') return false
  return value['psbt'] instanceof Uint8Array && value['psbt'].length <= psbtBytesMax
}

function isTweak(value: unknown): value is Tweak {
  return hasExactly(value, ['tweak', 'isXOnly']) && isBytes(value['tweak'], 32) && typeof value['isXOnly'] === 'boolean'
}

/** Whether it is a point is seen when it is aggregated. */
function isPublicKey(value: unknown): value is Uint8Array {
  return isBytes(value, 33) && (value[0] === 2 || value[0] === 3)
}

function isBytes(value: unknown, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length
}

function isListOf<T>(value: unknown, max: number, isItem: (item: unknown) => item is T): value is readonly T[]
function isListOf(value: unknown, max: number, isItem: (item: unknown) => boolean): boolean
function isListOf(value: unknown, max: number, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= max && value.every(isItem)
}

function hasExactly(value: unknown, names: readonly string[]): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const keys = Object.keys(value)
  return keys.length === names.length && names.every((name) => keys.includes(name))
}

function refused(detail: string): Error {
  return musig2Error('ORDER_REFUSED', { detail })
}
