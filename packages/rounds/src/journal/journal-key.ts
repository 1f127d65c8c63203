import { hexOf } from '../hex.js'

// Where the records lie, by kind:
//   room/ROOM            article/ROOM/HASH            claimed/ROOM/CLAIM            spent/ROOM/ATTEMPT/SECRET
// All parts are hexadecimal, the name of a secret too, so none holds a slash. That a marker's key is there is all it says.

export type RecordKind = 'room' | 'article' | 'claimed' | 'spent'

const partPattern = /^(?:[0-9a-f]{2}){1,128}$/
const partsOf: Readonly<Record<RecordKind, number>> = { room: 1, article: 2, claimed: 2, spent: 3 }
const secretBytesMax = 128

export const prefixOf = (kind: RecordKind): string => `${kind}/`
export const roomKey = (room: string): string => `room/${room}`
export const articlesPrefix = (room: string): string => `article/${room}/`
export const articleKey = (room: string, hash: string): string => `article/${room}/${hash}`
export const claimKey = (room: string, claim: string): string => `claimed/${room}/${claim}`

export function spentKey(room: string, attempt: string, secret: string): string {
  const name = new TextEncoder().encode(secret)
  if (name.length < 1 || name.length > secretBytesMax)
    throw new TypeError(`the name of a secret has 1 to ${secretBytesMax} bytes`)
  return `spent/${room}/${attempt}/${hexOf(name)}`
}

/** The parts of a key, the room first; undefined where the journal made no such key. */
export function readKey(kind: RecordKind, key: string): readonly [room: string, ...rest: string[]] | undefined {
  const [found, room, ...rest] = key.split('/')
  if (found !== kind || room === undefined || rest.length !== partsOf[kind] - 1) return undefined
  return [room, ...rest].every(isId) ? [room, ...rest] : undefined
}

export function assertId(text: string, what: string): void {
  if (!isId(text)) throw new TypeError(`${what} must be hexadecimal, not ${String(text)}`)
}

function isId(text: unknown): boolean {
  return typeof text === 'string' && partPattern.test(text)
}
