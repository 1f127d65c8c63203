import type { Malice } from '@rondo/testkit/simulator'
import type { Contribution } from '../../articles/article.js'
import { encodeSlot } from '../../articles/slot.js'
import type { Ledger } from './ledger.js'
import { roundMalice } from './round-malice.js'

const signatureBytes = 64

/**
 * Shows statements that would convict honest members if they had made them: with a signature that does not hold or belongs to
 * another statement, and genuine ones of different places dressed up as one.
 */
export function forgedEvidence(): Malice {
  return roundMalice('forged evidence', ({ random, note }) => ({
    say({ article }, peer, { ledger, me }) {
      const [victim, other] = twoOfOneAuthor(ledger, me, random)
      if (victim === undefined) return undefined
      const forgeries = [withFlippedBit(victim.bytes, random())]
      if (other !== undefined)
        forgeries.push(withSignatureOf(victim.bytes, other.bytes), dressedUp(victim, other), other.bytes)
      note('forged', `${forgeries.length} statements of ${victim.author} for ${peer}`)
      return [article.bytes, ...forgeries]
    },
  }))
}

/** Contributions of somebody else, of two different slots where there are two. */
function twoOfOneAuthor(ledger: Ledger, me: string, random: () => number): readonly [Contribution?, Contribution?] {
  const heard = ledger.entries.flatMap(({ said: { article } }) =>
    article.kind === 'contribution' && article.author !== me ? [article] : [],
  )
  const victim = heard[Math.floor(random() * heard.length)]
  if (victim === undefined) return []
  const others = heard.filter(({ author, hash }) => author === victim.author && hash !== victim.hash)
  const other = others[Math.floor(random() * others.length)]
  return other === undefined ? [victim] : [victim, other]
}

function withFlippedBit(bytes: Uint8Array, where: number): Uint8Array {
  const forged = new Uint8Array(bytes)
  const at = Math.floor(where * forged.length)
  forged[at] = (forged[at] ?? 0) ^ 1
  return forged
}

function withSignatureOf(bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const forged = new Uint8Array(bytes)
  forged.set(other.subarray(-signatureBytes), forged.length - signatureBytes)
  return forged
}

/** What was said in one place, put in the other. */
function dressedUp(from: Contribution, into: Contribution): Uint8Array {
  const slot = encodeSlot(from)
  const at = indexOf(from.bytes, slot)
  const forged = new Uint8Array(from.bytes)
  if (at >= 0) forged.set(encodeSlot(into), at)
  return forged
}

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  for (let at = 0; at + part.length <= bytes.length; at += 1)
    if (part.every((byte, index) => byte === bytes[at + index])) return at
  return -1
}
