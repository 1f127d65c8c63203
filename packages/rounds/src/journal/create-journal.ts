import { createMemoryStore, RondoError, type Store, type StoreOperation } from '@rondo/core'
import { roundsError } from '../errors.js'
import type { Journal, JournalOptions, KeepOptions, KeptArticle, KeptRoom, RoomHead } from './journal.js'
import { articlesPrefix, assertId, claimKey, roomKey, spentKey } from './journal-key.js'
import { resolveJournalLimits } from './journal-limits.js'
import { encodeMarker, timeMsMax } from './journal-record.js'
import { type FoundRoom, type Recalled, recallRooms, removeAll, sweepMarkers } from './recall.js'
import { RoomArticles, type Tally } from './room-articles.js'

/**
 * Makes the journal of a node. Without a store it keeps no articles, and what is claimed or spent is known to this process alone.
 *
 * @example
 * const journal = createJournal(store, { owner: coordinator.peerId, report: (error) => log(error) })
 * journal.open({ room, name: 'dice', version: 1, incarnation, expiresMs })
 * await journal.keep(room, [join], { durable: true, claim: join.parent })
 */
export function createJournal(store: Store | undefined, options: JournalOptions): Journal {
  const { owner, report } = options
  const limits = resolveJournalLimits(options.limits)
  const isDurable = store?.durability === 'durable'
  const kept = (store ?? createMemoryStore()).scope('rounds').scope(owner)
  const rooms = new Map<string, RoomArticles>()
  const tally: Tally = { bytes: 0 }
  const recall = { store: kept, isOpen: (room: string) => rooms.has(room) }
  let housekeeping: Promise<unknown> = Promise.resolve()
  let sweptMs = Number.NEGATIVE_INFINITY

  /** Loading and forgetting, one after the other: neither then sees a room that the other has half done with. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = housekeeping.then(work)
    housekeeping = done.catch(() => undefined)
    return done
  }

  function roomOf(id: string): RoomArticles {
    const room = rooms.get(id)
    if (room === undefined) throw new TypeError(`the room ${id} is not open`)
    return room
  }

  async function sweep(nowMs: number): Promise<number> {
    sweptMs = nowMs
    return sweepMarkers(recall, nowMs)
  }

  async function load(nowMs: number): Promise<readonly KeptRoom[]> {
    const recalled = await recallRooms(recall, limits, nowMs)
    const markers = await sweep(nowMs)
    reportDamage(recalled, markers)
    // A room that was opened meanwhile is of this life now.
    const former = recalled.rooms.filter(({ head }) => rooms.get(head.room)?.isFormer !== false)
    for (const found of former) if (!rooms.has(found.head.room)) restore(found)
    return former.map(({ head, articles }) => ({ ...head, articles: articles.map(({ bytes }) => bytes) }))
  }

  function restore({ head, articles }: FoundRoom): void {
    const room = new RoomArticles(head, true, tally)
    for (const { hash, number, bytes } of articles) room.restore(hash, number, bytes.length)
    rooms.set(head.room, room)
  }

  function reportDamage({ damaged, leftOut }: Recalled, markers: number): void {
    const found = { ...damaged, markers }
    if (damaged.rooms + damaged.articles + markers > 0)
      report(roundsError('JOURNAL_DAMAGED', { detail: listed(found), details: found }))
    if (leftOut.rooms + leftOut.articles > 0)
      report(
        roundsError('JOURNAL_FULL', { detail: `${listed(leftOut)} of former lives are not read`, details: leftOut }),
      )
  }

  function open(head: RoomHead): void {
    assertHead(head)
    const before = rooms.get(head.room)
    if (before?.isFormer === false) throw new TypeError(`the room ${head.room} is open already`)
    if (before === undefined && rooms.size >= limits.roomsMax)
      throw roundsError('JOURNAL_FULL', { detail: `${rooms.size} rooms` })
    before?.close()
    rooms.set(head.room, new RoomArticles({ ...head }, false, tally))
  }

  async function keep(id: string, articles: readonly KeptArticle[], options: KeepOptions): Promise<void> {
    const room = roomOf(id)
    const { durable, claim } = options
    for (const { hash } of articles) assertId(hash, 'a hash')
    if (claim !== undefined) assertId(claim, 'a claim')
    const onDisk = durable && isDurable
    const missing = store === undefined ? [] : room.missing(articles, onDisk)
    admit(room, missing, durable)
    const writing = [...room.writing(articles)]
    if (claim !== undefined) writing.push(keepClaimed(room, missing, claim, onDisk))
    else if (missing.length > 0)
      writing.push(room.keep(missing, onDisk, (operations) => kept.batch(operations, { durable: onDisk })))
    await Promise.all(writing)
  }

  async function keepClaimed(room: RoomArticles, articles: readonly KeptArticle[], claim: string, durable: boolean) {
    const key = claimKey(room.head.room, claim)
    const marker = putMarker(key, room.head)
    const options = { durable, expect: [{ key, value: undefined }] }
    try {
      await room.keepIfGranted(articles, durable, (operations) => kept.batch([...operations, marker], options))
    } catch (cause) {
      if (!isConflict(cause)) throw cause
      throw roundsError('ROUND_TAKEN', { detail: `${room.head.name} in the room ${room.head.room}`, cause })
    }
  }

  /** Refuses what is too much before anything is copied. */
  function admit(room: RoomArticles, articles: readonly KeptArticle[], isOwn: boolean): void {
    let bytes = 0
    for (const article of articles) {
      bytes += article.bytes.length
      if (article.bytes.length > limits.articleBytesMax)
        throw roundsError('JOURNAL_FULL', {
          detail: `an article of ${article.bytes.length} bytes of at most ${limits.articleBytesMax}`,
        })
    }
    if (isOwn || articles.length === 0) return
    const isFull =
      room.count + articles.length > limits.roomArticlesMax ||
      room.bytes + bytes > limits.roomBytesMax ||
      tally.bytes + bytes > limits.bytesMax
    if (isFull)
      throw roundsError('JOURNAL_FULL', {
        detail: `${room.count} articles of ${room.bytes} bytes in the room, ${tally.bytes} bytes in all`,
      })
  }

  async function spend(id: string, attempt: string, secret: string): Promise<boolean> {
    const { head } = roomOf(id)
    assertId(attempt, 'an attempt')
    const key = spentKey(id, attempt, secret)
    try {
      await kept.batch([putMarker(key, head)], { durable: isDurable, expect: [{ key, value: undefined }] })
      return true
    } catch (cause) {
      if (isConflict(cause)) return false
      throw cause
    }
  }

  function putMarker(key: string, { expiresMs }: RoomHead): StoreOperation {
    const untilMs = Math.min(expiresMs + limits.markerMarginMs, timeMsMax)
    return { type: 'put', key, value: encodeMarker(key, untilMs) }
  }

  async function forget(id: string, nowMs: number): Promise<void> {
    const room = rooms.get(id)
    rooms.delete(id)
    room?.close()
    await room?.settle()
    await removeAll(recall, id, articlesPrefix(id), roomKey(id))
    if (nowMs - sweptMs >= limits.markerMarginMs) await sweep(nowMs)
  }

  return {
    isDurable,
    async load(nowMs) {
      assertTime(nowMs)
      return inTurn(() => load(nowMs))
    },
    open,
    keep,
    spend,
    async forget(room, nowMs) {
      assertId(room, 'a room')
      assertTime(nowMs)
      const asked = rooms.get(room)
      // What began in this room since then is not what was to be forgotten.
      await inTurn(async () => (rooms.get(room) === asked ? forget(room, nowMs) : undefined))
    },
  }
}

/** What is no time would make everything expired. */
function assertTime(nowMs: number): void {
  if (!Number.isFinite(nowMs)) throw new TypeError(`nowMs must be milliseconds since 1970, not ${String(nowMs)}`)
}

function isConflict(cause: unknown): boolean {
  return cause instanceof RondoError && cause.code === 'STORE_CONFLICT'
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ')
}

function assertHead({ room, name, version, incarnation, expiresMs }: RoomHead): void {
  assertId(room, 'a room')
  assertId(incarnation, 'an incarnation')
  if (typeof name !== 'string' || name.length < 1 || name.length > 255) throw new TypeError('name must be a name')
  if (!(Number.isInteger(version) && version >= 1 && version <= 65_535))
    throw new TypeError(`version must be a whole number from 1 to 65,535: ${String(version)}`)
  if (!(Number.isInteger(expiresMs) && expiresMs >= 0 && expiresMs <= timeMsMax))
    throw new TypeError(`expiresMs must be whole milliseconds since 1970: ${String(expiresMs)}`)
}
