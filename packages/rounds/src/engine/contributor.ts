import type { ContributionDraft } from '../articles/draft.js'
import { roundsError } from '../errors.js'
import { decodeValue, encodeValue } from '../plan/encode-value.js'
import { judgeContent, judgeForm } from '../plan/judge.js'
import type { AuthorPhase, Plan } from '../plan/plan.js'
import type { Local, View } from '../plan/shape.js'
import { textOf } from '../plan/verdict.js'
import type { AttemptValues } from './attempt-values.js'

// Asks the author's function what this member says in a phase, and judges the answer as all the others will.

export interface ContributorParts {
  readonly plan: Plan
  readonly valuesOf: (attempt: string) => AttemptValues
  readonly say: (draft: ContributionDraft, isWanted: () => boolean) => void
  readonly failed: (cause: unknown, phase: string) => void
}

export class Contributor {
  readonly #parts: ContributorParts
  #values: AttemptValues | undefined
  #asking: AbortController | undefined

  constructor(parts: ContributorParts) {
    this.#parts = parts
  }

  ask(draft: ContributionDraft, view: View): void {
    const { plan, valuesOf, say, failed } = this.#parts
    const phase = plan.phases[draft.phase]
    if (phase?.kind !== 'said') return
    const asking = new AbortController()
    this.#asking = asking
    if (this.#values?.attempt !== draft.attempt) this.#values = valuesOf(draft.attempt)
    const local = this.#values.localIn(view)
    const isWanted = (): boolean => !asking.signal.aborted
    // Not in the queue of what is said: it may take its time, and a closing must not wait for it.
    makeValue(phase, view, local, asking.signal).then(
      (value) => say({ ...draft, value }, isWanted),
      (cause: unknown) => {
        if (isWanted()) failed(cause, phase.name)
      },
    )
  }

  /** Nothing is wanted of this attempt any more, and nothing of it stays. */
  desist(): void {
    this.#asking?.abort(roundsError('ROUND_OVER'))
    this.#asking = undefined
    this.#values?.end()
    this.#values = undefined
  }
}

async function makeValue(phase: AuthorPhase, view: View, local: Local, signal: AbortSignal): Promise<unknown> {
  const encoded = encodeValue(await phase.contribute(view, local, { signal }))
  // As others will read it: a property that is undefined, say, is not sent.
  const read = decodeValue(encoded)
  if (!read.ok) throw roundsError('CONTRIBUTION_REFUSED', { detail: `${phase.name}: ${read.code}` })
  const { value } = read
  const form = judgeForm(phase, { value, valueBytes: encoded.length })
  const verdict = form.ok ? judgeContent(phase, view, local.me, form.value) : form
  if (verdict.ok) return value
  // What breaks the protocol would convict this member.
  const failed = form.ok ? `check of ${phase.name} failed` : phase.name
  const detail = 'fault' in verdict ? `${phase.name}: ${verdict.fault}` : `${failed}: ${textOf(verdict.failure)}`
  throw roundsError('CONTRIBUTION_REFUSED', { detail })
}
