import type { Position } from './statement.js'
import type { VerifiedMessage } from './verified-message.js'

/**
 * Whether two messages convict their author: one place in one protocol of one network, and two different statements for it. The
 * same statement signed twice is no evidence, however the signatures, the salts or the batches differ.
 */
export function conflicts(a: VerifiedMessage, b: VerifiedMessage): boolean {
  return (
    a.author === b.author &&
    a.network === b.network &&
    a.protocol === b.protocol &&
    isSamePosition(a.position, b.position) &&
    !isSame(a.statement, b.statement)
  )
}

function isSamePosition(a: Position, b: Position): boolean {
  if ('slot' in a) return 'slot' in b && isSame(a.slot, b.slot)
  return 'epoch' in b && a.epoch === b.epoch && a.sequence === b.sequence
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
