import type { Account } from './account.js'
import { plain } from './plain-text.js'

// How an account calls things: short names of peers that differ from one another, lists, times.

export type NameOf = (member: number) => string

const idCharacters = 8

/** The beginning of a peer's id; more of it where others begin alike, for a beginning can be searched for. */
export function shortIds(peerIds: readonly string[]): ReadonlyMap<string, string> {
  // By code points: an account from elsewhere may hold anything, and nothing is cut in two.
  const ids = [...new Set(peerIds.map(plain))].sort().map((id) => [...id])
  const short = new Map(
    ids.map((id, at) => {
      const differsAt = Math.max(sharedStart(id, ids[at - 1]), sharedStart(id, ids[at + 1]))
      const length = Math.max(idCharacters, differsAt + 1)
      return [id.join(''), length >= id.length ? id.join('') : `${id.slice(0, length).join('')}…`]
    }),
  )
  return new Map(peerIds.map((peerId) => [peerId, short.get(plain(peerId)) ?? plain(peerId)]))
}

function sharedStart(a: readonly string[], b: readonly string[] = []): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length += 1
  return length
}

/** Names the members of an account; a number that is none of theirs is still a name. */
export function namesOf({ members }: Account): NameOf {
  const short = shortIds(members.map(({ peerId }) => peerId))
  const names = members.map(({ peerId }) => short.get(peerId) ?? plain(peerId))
  return (member) => names[member] ?? `member ${member}`
}

/** `a`, `a and b`, `a, b and c`, `a, b and 7 more`. */
export function listOf(names: readonly string[], max = 3): string {
  const [first = 'nobody', ...others] = names
  if (others.length === 0) return first
  if (names.length <= max) return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  const shown = names.slice(0, Math.max(1, max - 1))
  return `${shown.join(', ')} and ${names.length - shown.length} more`
}

export function shortHash(hash: string): string {
  return `${[...plain(hash)].slice(0, idCharacters).join('')}…`
}

/** `412 ms`, `1.24 s`, `31.5 s`, `2 min 5 s`, `1 h 4 min`. */
export function durationText(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9_995) return `${(ms / 1_000).toFixed(2)} s`
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`
  const seconds = Math.round(ms / 1_000)
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
