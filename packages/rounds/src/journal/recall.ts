import type { Store } from '@rondo/core'
import type { RoomHead } from './journal.js'
import { prefixOf, readKey } from './journal-key.js'
import type { JournalLimits } from './journal-limits.js'
import { type ArticleRecord, decodeArticle, decodeMarker, decodeRoom } from './journal-record.js'

// Reads what former lives left, and clears away what is of no use. What it reads may be torn or made up: it never throws for
// that, and it never takes a marker for less than it is.

/** Deletions a batch; nobody knows how many there are. */
const deletionsMax = 256

export interface FoundRoom {
  readonly head: RoomHead
  readonly articles: (ArticleRecord & { readonly hash: string })[]
}

export interface Recalled {
  readonly rooms: readonly FoundRoom[]
  /** What could not be read, by kind. */
  readonly damaged: Readonly<Record<'rooms' | 'articles', number>>
  /** What would have gone past the limits: it stays in the store. */
  readonly leftOut: Readonly<Record<'rooms' | 'articles', number>>
}

/** `isOpen` tells the rooms that are not to be touched, whatever is found of them. */
export interface Recall {
  readonly store: Store
  readonly isOpen: (room: string) => boolean
}

export async function recallRooms(recall: Recall, limits: JournalLimits, nowMs: number): Promise<Recalled> {
  const counts = { damaged: { rooms: 0, articles: 0 }, leftOut: { rooms: 0, articles: 0 } }
  const rooms = await recallHeads(recall, limits, nowMs, counts)
  await recallArticles(recall, limits, rooms, counts)
  const found = [...rooms.values()].filter((room) => room !== 'left out')
  for (const { articles } of found) articles.sort((a, b) => a.number - b.number)
  return { rooms: found, ...counts }
}

type Rooms = Map<string, FoundRoom | 'left out'>
type Counts = Record<'damaged' | 'leftOut', Record<'rooms' | 'articles', number>>

async function recallHeads(
  recall: Recall,
  limits: JournalLimits,
  nowMs: number,
  { damaged, leftOut }: Counts,
): Promise<Rooms> {
  const rooms: Rooms = new Map()
  const useless = createRemover(recall)
  for await (const { key, value } of recall.store.range(prefixOf('room'))) {
    const [room] = readKey('room', key) ?? []
    const head = decodeRoom(key, value)
    const isUnread = room === undefined || head === undefined
    if (isUnread) damaged.rooms += 1
    if (isUnread || head.expiresMs <= nowMs) await useless.remove(room, key)
    else if (rooms.size - leftOut.rooms < limits.roomsMax) rooms.set(room, { head: { room, ...head }, articles: [] })
    else {
      leftOut.rooms += 1
      rooms.set(room, 'left out')
    }
  }
  await useless.flush()
  return rooms
}

async function recallArticles(
  recall: Recall,
  limits: JournalLimits,
  rooms: Rooms,
  { damaged, leftOut }: Counts,
): Promise<void> {
  let bytes = 0
  const useless = createRemover(recall)
  for await (const { key, value } of recall.store.range(prefixOf('article'))) {
    const [room = '', hash = ''] = readKey('article', key) ?? []
    const found = rooms.get(room)
    const article = decodeArticle(key, value)
    if (article === undefined) damaged.articles += 1
    if (article === undefined || found === undefined) await useless.remove(room, key)
    else if (found !== 'left out') {
      bytes += article.bytes.length
      if (bytes > limits.bytesMax || found.articles.length >= limits.roomArticlesMax) leftOut.articles += 1
      else found.articles.push({ ...article, hash })
    }
  }
  await useless.flush()
}

/** Deletes the markers whose time is over. Returns how many cannot be read: those stay for good, for what is there is spent. */
export async function sweepMarkers(recall: Recall, nowMs: number): Promise<number> {
  let unreadable = 0
  const useless = createRemover(recall)
  for (const kind of ['claimed', 'spent'] as const) {
    for await (const { key, value } of recall.store.range(prefixOf(kind))) {
      const [room] = readKey(kind, key) ?? []
      const untilMs = decodeMarker(key, value)
      if (room === undefined || untilMs === undefined) unreadable += 1
      else if (untilMs <= nowMs) await useless.remove(room, key)
    }
  }
  await useless.flush()
  return unreadable
}

/** Deletes everything that begins with a prefix, and one key after it. */
export async function removeAll(recall: Recall, room: string, prefix: string, last: string): Promise<void> {
  const useless = createRemover(recall)
  for await (const { key } of recall.store.range(prefix)) await useless.remove(room, key)
  await useless.remove(room, last)
  await useless.flush()
}

/**
 * Collects deletions. Whether a room was opened meanwhile is asked in the turn in which the store is given the batch. Stores write
 * in the order in which they were asked, so what is kept of the room from then on comes after.
 */
function createRemover({ store, isOpen }: Recall) {
  let useless: { readonly room: string | undefined; readonly key: string }[] = []

  async function flush(): Promise<void> {
    const keys = useless.filter(({ room }) => room === undefined || !isOpen(room)).map(({ key }) => key)
    useless = []
    if (keys.length > 0) await store.batch(keys.map((key) => ({ type: 'delete', key })))
  }

  return {
    flush,
    async remove(room: string | undefined, key: string): Promise<void> {
      useless.push({ room, key })
      if (useless.length >= deletionsMax) await flush()
    },
  }
}
