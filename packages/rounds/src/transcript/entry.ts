import { compareBytes, decodeSignedMessage, decodeStatement, type PeerId } from '@rondo/core'
import { decodeSlot, type Slot } from '../articles/slot.js'

// What an article claims before its signature was asked for: enough to put it in its place, or to refuse it cheaply.

export interface Entry {
  readonly bytes: Uint8Array
  readonly statement: Uint8Array
  readonly slotBytes: Uint8Array
  readonly slot: Slot
  readonly author: PeerId
  readonly network: string
  readonly protocol: string
  readonly version: number
}

/** Undefined for what is no signed message, or none that stands in a round. What comes out shares memory with `bytes`. */
export function readEntry(bytes: Uint8Array): Entry | undefined {
  const signed = decodeSignedMessage(bytes)
  if (!signed.ok) return undefined
  const { statement } = signed.value
  const decoded = decodeStatement(statement)
  if (!decoded.ok || !('slot' in decoded.body.position)) return undefined
  const slotBytes = decoded.body.position.slot
  const slot = decodeSlot(slotBytes)
  if (slot === undefined) return undefined
  const { author, network, protocol, version } = decoded.head
  return { bytes, statement, slotBytes, slot, author, network, protocol, version }
}

/**
 * The one order: by slot, then by statement, as bytes. A slot begins with its kind, so the invitation comes first, then answers,
 * joins, contributions and closings; those of one attempt stand together, phase by phase. Zero for one statement, however
 * often it was signed.
 */
export function compareEntries(a: Entry, b: Entry): number {
  return compareBytes(a.slotBytes, b.slotBytes) || compareBytes(a.statement, b.statement)
}
