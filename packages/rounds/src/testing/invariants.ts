import { equalBytes } from '@rondo/core'
import { isAbsent, type Outcome } from '@rondo/testkit/simulator'
import { encodeValue } from '../plan/encode-value.js'
import { describeOutcome, firstFailure, type JudgedAbort, type JudgedOutcome, type Verdict } from './verdict.js'

// What holds of rounds whatever happens to them and whoever takes part. Each is true, or says why not.

/** Whether the outcome gives a reason that it can show: who broke the protocol, or in whom the reason lies, is named. */
export function endedWell(outcome: JudgedOutcome): Verdict {
  if (outcome.status === 'completed') return outcome.account.round !== undefined || 'completed a round that has no id'
  if (outcome.status !== 'aborted') return `ended as ${String(Reflect.get(outcome, 'status'))}`
  const complaint = complaintAbout(outcome)
  return complaint === undefined || `${complaint}: ${describeOutcome(outcome)}`
}

function complaintAbout({ reason, culprits, suspects, account }: JudgedAbort): string | undefined {
  const known = new Set(account.members.map(({ peerId }) => peerId))
  const convicted = new Set(culprits.map(({ peerId }) => peerId))
  if ([...culprits, ...suspects].some(({ peerId }) => !known.has(peerId))) return 'names a stranger'
  if (convicted.size < culprits.length) return 'convicts a member twice'
  if (suspects.some(({ peerId }) => convicted.has(peerId))) return 'suspects whom it convicts'
  if (convictions.includes(reason) && culprits.length === 0) return 'convicts nobody'
  return reason === 'COPIED' && suspects.length === 0 ? 'suspects nobody' : undefined
}

const convictions: readonly string[] = ['EQUIVOCATION', 'FAULT']

/** Whether all who completed one round have one result. */
export function noConflictingResults(outcomes: readonly Outcome<JudgedOutcome>[]): Verdict {
  const results = new Map<string, { readonly peer: number; readonly bytes: Uint8Array }>()
  for (const [peer, outcome] of outcomes.entries()) {
    if (isAbsent(outcome) || outcome.status !== 'completed') continue
    // By the room: two rounds that came of one invitation would conflict as well.
    const { room } = outcome.account
    const bytes = encodeValue([outcome.account.round, outcome.result])
    const known = results.get(room)
    if (known !== undefined && !equalBytes(known.bytes, bytes))
      return `peers ${known.peer} and ${peer} completed room ${room} with different results`
    results.set(room, known ?? { peer, bytes })
  }
  return true
}

/** Whether nobody convicts one of these, who did nothing wrong. */
export function noHonestConvicted(
  outcomes: readonly Outcome<JudgedOutcome>[],
  honestPeerIds: Iterable<string>,
): Verdict {
  const honest = new Set(honestPeerIds)
  return firstFailure(
    outcomes.flatMap((outcome, peer): (readonly [string, Verdict])[] => {
      if (isAbsent(outcome) || outcome.status !== 'aborted') return []
      const wronged = outcome.culprits.find(({ peerId }) => honest.has(peerId))
      if (wronged === undefined) return []
      return [[`peer ${peer}`, `convicts ${wronged.peerId}, who is honest: ${describeOutcome(outcome)}`]]
    }),
  )
}
