import { defineProtocol, message } from '@rondo/core'
import { idBytes } from '../articles/slot.js'
import { schemaOf } from '../plan/schemas.js'

// What members of a room send one another: articles, the question which of them are lacking, and who is linked to whom. Nothing here
// is signed, for articles are, and all the rest can only delay them.

/** Articles, each in its transferable form. */
export interface Articles {
  readonly room: Uint8Array
  readonly articles: readonly Uint8Array[]
}

/** What the asker holds; the answer is `articles` with what it lacks. */
export interface Ask {
  readonly room: Uint8Array
  /** Where in each hash the part begins that names its statement here: 0, 8, 16 or 24. Another one with every ask. */
  readonly offset: number
  /** Eight bytes a statement. */
  readonly held: Uint8Array
}

/** A member and everybody it is linked to. The higher sequence is the later claim. */
export interface Claim {
  readonly member: number
  readonly sequence: number
  /** A bit for each candidate, the first being the lowest of the first byte. */
  readonly linked: Uint8Array
}

export interface Links extends Claim {
  readonly room: Uint8Array
}

export const membersMax = 100
export const articlesPerMessageMax = 1_024
export const heldMax = 8_192
/** Of the hash of a statement, in an ask. */
export const partBytes = 8
export const sequenceMax = 2 ** 48 - 1

const offsetMax = 24
const linkedBytesMax = Math.ceil(membersMax / 8)
/** Field names, the room and what CBOR adds. */
const frameBytes = 128

export const roundsProtocol = defineProtocol({
  name: 'rounds',
  version: 1,
  messages: {
    articles: message({ payload: schemaOf(isArticles, 'articles of a room') }),
    /** Small, and its answer is large. */
    ask: message({
      payload: schemaOf(isAsk, 'what is held of a room'),
      bytesMax: partBytes * heldMax + frameBytes,
      rate: { perSecond: 20, burst: 100 },
    }),
    /** A new neighbour tells all that it knows: one for each member, in every room that both are in. */
    links: message({
      payload: schemaOf(isLinks, 'the links of a member'),
      bytesMax: linkedBytesMax + frameBytes,
      rate: { perSecond: 50, burst: 2_000 },
    }),
  },
})

function isArticles(value: unknown): value is Articles {
  if (!isObject(value) || !('room' in value && 'articles' in value)) return false
  const { room, articles } = value
  if (!isRoom(room) || !Array.isArray(articles)) return false
  if (articles.length < 1 || articles.length > articlesPerMessageMax) return false
  return articles.every((article) => article instanceof Uint8Array)
}

function isAsk(value: unknown): value is Ask {
  if (!isObject(value) || !('room' in value && 'offset' in value && 'held' in value)) return false
  const { room, offset, held } = value
  if (!isRoom(room) || !isCount(offset, 0, offsetMax) || offset % partBytes !== 0) return false
  return isBytes(held, 0, partBytes * heldMax) && held.length % partBytes === 0
}

function isLinks(value: unknown): value is Links {
  if (!isObject(value) || !('room' in value && 'member' in value && 'sequence' in value && 'linked' in value))
    return false
  const { room, member, sequence, linked } = value
  if (!isRoom(room) || !isCount(member, 0, membersMax - 1)) return false
  return isCount(sequence, 1, sequenceMax) && isBytes(linked, 1, linkedBytesMax)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isRoom(value: unknown): value is Uint8Array {
  return isBytes(value, idBytes, idBytes)
}

function isBytes(value: unknown, least: number, most: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length >= least && value.length <= most
}

function isCount(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}
