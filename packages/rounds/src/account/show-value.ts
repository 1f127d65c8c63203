import { hexOf } from '../hex.js'

// A value as text for people: what a program printed it as, in one line, and cut. Reads it without trust, for it may come from peers.

const charactersMax = 240
const depthMax = 4
const entriesMax = 16
const bytesShownMax = 16

/** Never throws, and takes no longer for a large value than for a small one. */
export function showValue(value: unknown): string {
  try {
    return cutAt(show(value, { left: 4 * charactersMax }, 0), charactersMax)
  } catch {
    return 'a value that cannot be shown'
  }
}

/** By code points, so that none is split. */
function cutAt(text: string, max: number): string {
  if (text.length <= max) return text
  const points = [...text.slice(0, 2 * max + 2)]
  return points.length <= max && text.length <= 2 * max + 2 ? text : `${points.slice(0, max - 1).join('')}…`
}

function show(value: unknown, budget: { left: number }, depth: number): string {
  const isDeep = depth > depthMax && typeof value === 'object' && value !== null
  const text = isDeep || budget.left <= 0 ? '…' : showWhole(value, budget, depth)
  budget.left -= text.length
  return text
}

function showWhole(value: unknown, budget: { left: number }, depth: number): string {
  if (typeof value === 'string') return `'${cutAt(value, charactersMax)}'`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'bigint') return cutAt(value.toString(), charactersMax)
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Uint8Array) return showBytes(value)
  const inner = (each: unknown) => show(each, budget, depth + 1)
  if (Array.isArray(value)) return `[${listed(value, value.length, inner)}]`
  if (value instanceof Set) return `{ ${listed(value, value.size, inner)} }`
  const entries = value instanceof Map ? value : Object.entries(value)
  const count = value instanceof Map ? value.size : Object.keys(value).length
  if (count === 0) return '{}'
  const name = (key: unknown) => (typeof key === 'string' ? cutAt(key, 64) : inner(key))
  return `{ ${listed(entries, count, ([key, each]: [unknown, unknown]) => `${name(key)}: ${inner(each)}`)} }`
}

function showBytes(bytes: Uint8Array): string {
  const start = hexOf(bytes.subarray(0, bytesShownMax))
  return bytes.length <= bytesShownMax ? start : `${start}… (${bytes.length} bytes)`
}

function listed<T>(items: Iterable<T>, count: number, showOne: (item: T) => string): string {
  const shown: string[] = []
  for (const item of items) {
    if (shown.length === entriesMax) break
    shown.push(showOne(item))
  }
  if (count > entriesMax) shown.push(`${count - entriesMax} more`)
  return shown.join(', ')
}
