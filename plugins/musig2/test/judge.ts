import { schnorr } from '@noble/curves/secp256k1.js'
import type { PeerId } from '@rondo/core'
import type { SigningOutcome } from '../src/index.js'
import type { Played } from './party.js'

// Verdicts on outcomes: true, or why not.

export type Verdict = true | string

/** Whether it was completed with a signature that holds for this message. */
export function isSigned(outcome: SigningOutcome | undefined, message: Uint8Array): Verdict {
  if (outcome?.status !== 'completed') return describe(outcome)
  return holds(outcome, message) || 'the signature does not hold'
}

/** Whether what it has of a signature holds. */
export function holds({ signed }: SigningOutcome, message: Uint8Array): boolean {
  return signed?.kind === 'message' && schnorr.verify(signed.signature, message, signed.publicKey)
}

export function describe(outcome: SigningOutcome | undefined): string {
  if (outcome === undefined) return 'there is no outcome'
  if (outcome.status === 'completed') return 'it was completed'
  return `aborted: ${outcome.reason}, ${outcome.detail}`
}

/** By peer, whom it convicts and whom it suspects, as places at the table. */
export function namedBy({ peerIds, outcomes }: Played, peer: number) {
  const outcome = outcomes[peer]
  if (outcome?.status !== 'aborted') return { culprits: [], suspects: [] }
  const at = ({ peerId }: { readonly peerId: PeerId }): number => peerIds.indexOf(peerId)
  return { culprits: outcome.culprits.map(at), suspects: outcome.suspects.map(at) }
}

/** `mayBeSigned` of each; undefined where it was completed. */
export function warnings({ outcomes }: Played): readonly (boolean | undefined)[] {
  return outcomes.map((outcome) => (outcome?.status === 'aborted' ? outcome.mayBeSigned : undefined))
}
