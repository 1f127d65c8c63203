/** True, or why not, in words: so a test that compares it with true says what is wrong. */
export type Verdict = true | string

export interface Named {
  readonly peerId: string
}

/** As much of an outcome as is judged here. */
export type JudgedOutcome = JudgedCompletion | JudgedAbort

export interface JudgedCompletion {
  readonly status: 'completed'
  readonly result: unknown
  readonly account: JudgedAccount
}

export interface JudgedAbort {
  readonly status: 'aborted'
  readonly reason: string
  readonly detail: string
  readonly culprits: readonly (Named & { readonly kind: string; readonly reason: string })[]
  readonly suspects: readonly (Named & { readonly why: string })[]
  readonly mayBeCompleted: boolean
  readonly account: JudgedAccount
}

interface JudgedAccount {
  /** The invitation and all that came of it. */
  readonly room: string
  /** Not there before there was an attempt. */
  readonly round?: string
  /** In the order of the invitation. */
  readonly members: readonly Named[]
}

/** One line about an outcome, for a verdict. */
export function describeOutcome(outcome: JudgedOutcome): string {
  if (outcome.status === 'completed') return 'completed'
  const { reason, detail, culprits, suspects } = outcome
  const convicted =
    culprits.map(({ peerId, kind, reason: why }) => `${peerId} (${kind}: ${why})`).join(', ') || 'nobody'
  const suspected = suspects.map(({ peerId, why }) => `${peerId} (${why})`).join(', ') || 'nobody'
  return `aborted for ${reason} (${detail}), convicts ${convicted}, suspects ${suspected}`
}

/** The first that is not true, and of whom it is said. */
export function firstFailure(verdicts: Iterable<readonly [who: string, verdict: Verdict]>): Verdict {
  for (const [who, verdict] of verdicts) if (verdict !== true) return `${who}: ${verdict}`
  return true
}
