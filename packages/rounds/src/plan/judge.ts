import { checkSchema, type PeerId, type SchemaIssue } from '@rondo/core'
import type { Phase } from './plan.js'
import type { View } from './shape.js'
import { cut, isFault } from './verdict.js'

// One contribution, judged by what everybody can see, and so with the same verdict wherever and whenever it is judged.

export type Judgement =
  | { readonly ok: true; readonly value: unknown }
  /** It breaks the protocol: its author is convicted. */
  | { readonly ok: false; readonly fault: string }
  /** The definition's own function failed: nobody is convicted, and nothing can go on. */
  | { readonly ok: false; readonly failure: unknown }

export interface Judged {
  readonly from: PeerId
  /** As it was sent. */
  readonly value: unknown
  readonly valueBytes: number
}

/** Whether it has the form that its phase asks for. */
export function judgeForm(phase: Phase, { value, valueBytes }: Omit<Judged, 'from'>): Judgement {
  if (phase.kind !== 'said')
    return value === undefined ? { ok: true, value } : faulty('there is nothing to say in this phase')
  if (valueBytes > phase.bytesMax) return faulty(`${valueBytes} bytes of at most ${phase.bytesMax}`)
  const verdict = checkSchema(phase.contribution, value)
  if (verdict.ok) return verdict
  if (verdict.code === 'SCHEMA_ASYNC')
    return { ok: false, failure: new TypeError(`the schema of ${phase.name} is asynchronous`) }
  return faulty(issuesText(verdict.issues))
}

/** Whether what it says is allowed, of a contribution whose form is right. */
export function judgeContent(phase: Phase, view: View, from: PeerId, value: unknown): Judgement {
  if (phase.kind !== 'said' || phase.check === undefined) return { ok: true, value }
  try {
    const verdict: unknown = phase.check(view, from, value)
    if (verdict === true) return { ok: true, value }
    if (isFault(verdict)) return faulty(verdict.reason)
    return {
      ok: false,
      failure: new TypeError(`check of ${phase.name} must return true or fault(…), not ${String(verdict)}`),
    }
  } catch (thrown) {
    const failure = isFault(thrown)
      ? new TypeError(`check of ${phase.name} must return its fault, not throw it: ${thrown.reason}`)
      : thrown
    return { ok: false, failure }
  }
}

/** Each with the place of what it is about. */
export function issuesText(issues: readonly SchemaIssue[]): string {
  return issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
}

function faulty(fault: string): Judgement {
  return { ok: false, fault: cut(fault) }
}
