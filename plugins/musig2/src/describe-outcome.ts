import { describeRound } from '@rondo/rounds'
import type { SigningOutcome } from './signing/signing-round.js'

/**
 * How a round ended, in words: what `describeRound` tells of it, and what that means for what was to be signed.
 *
 * @example
 * console.log(describeOutcome(await round.outcome))
 */
export function describeOutcome(outcome: SigningOutcome): string {
  return `${describeRound(outcome.account)}\n\n${meaningOf(outcome).join('\n')}`
}

function meaningOf(outcome: SigningOutcome): readonly string[] {
  if (outcome.status === 'completed') return ['Signed: all signers have the same signature.']
  if (outcome.signed !== undefined)
    return [
      'Signed all the same: every part came, and only confirmations are missing. The signature is as good as any.',
    ]
  if (outcome.mayBeSigned)
    return [
      'It may be signed, now or later: this signer’s part may have left, and whoever has all parts has the signature.',
      'Count it as signed, and sign nothing else in its place. The very same may be asked for again.',
    ]
  return ['Not signed: no part of this signer has left, so no signature can come of this round.']
}
