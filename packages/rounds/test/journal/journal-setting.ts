import { encodePeerId, type Store } from '@rondo/core'
import { createJournal } from '../../src/journal/create-journal.js'
import type { JournalOptions, RoomHead } from '../../src/journal/journal.js'

export const owner = encodePeerId(new Uint8Array(32).fill(1))
export const neighbour = encodePeerId(new Uint8Array(32).fill(2))

export const idOf = (number: number): string => number.toString(16).padStart(64, '0')
export const lifeOf = (number: number): string => number.toString(16).padStart(32, '0')

/** Of any content and length, made of one number. */
export const articleOf = (number: number, length = 40 + (number % 7)) => ({
  hash: idOf(number),
  bytes: Uint8Array.from({ length }, (_, index) => number + index),
})

export const expiryMs = 1_000_000

export const headOf = (number: number, life = 1): RoomHead => ({
  room: idOf(number),
  name: 'dice',
  version: 3,
  incarnation: lifeOf(life),
  expiresMs: expiryMs,
})

/** A journal, and the codes of what it reported. */
export function journalOn(store: Store | undefined, options: Partial<JournalOptions> = {}) {
  const reports: { readonly code: string; readonly details: unknown }[] = []
  const report: JournalOptions['report'] = ({ code, details }) => reports.push({ code, details })
  return { journal: createJournal(store, { owner, report, ...options }), reports }
}

export const own = { durable: true } as const
export const ofOthers = { durable: false } as const

export const recordsOf = (store: Store): Store => store.scope('rounds').scope(owner)

export async function keysOf(store: Store): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { key } of recordsOf(store).range('')) keys.push(key)
  return keys
}
