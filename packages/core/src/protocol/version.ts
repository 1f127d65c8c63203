import { coreError } from '../errors.js'
import type { Offer } from './registry.js'

/**
 * The version to send in: the one asked for, or else the highest that both ends serve. A node that serves the protocol
 * in no version itself, and asks for none, means version 1. Throws where the peer does not speak it.
 */
export function negotiateVersion(
  protocol: string,
  wanted: number | undefined,
  ours: readonly number[],
  offer: Offer,
  peerId: string,
): number {
  const theirs = offer.get(protocol)
  if (theirs === undefined) throw coreError('PROTOCOL_UNKNOWN', { peerId, detail: protocol })
  const mine = wanted !== undefined ? [wanted] : ours.length > 0 ? ours : [1]
  const shared = mine.findLast((version) => theirs.includes(version))
  if (shared !== undefined) return shared
  const named = (versions: readonly number[]): string[] => versions.map((version) => `${protocol}/${version}`)
  throw coreError('PROTOCOL_VERSION', {
    peerId,
    detail: `ours ${named(mine).join(', ')}, theirs ${named(theirs).join(', ')}`,
    details: { ours: named(mine), theirs: named(theirs) },
  })
}
