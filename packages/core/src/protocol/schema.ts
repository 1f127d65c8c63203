import type { StandardSchemaV1 } from '@standard-schema/spec'
import { coreError } from '../errors.js'

// Any Standard Schema library (zod, valibot, arktype…) checks payloads, by the standard and not by import.

export type Schema = StandardSchemaV1
/** What a sender passes: before the schema's transforms. */
export type SchemaInput<S extends Schema> = StandardSchemaV1.InferInput<S>
/** What a receiver gets: after them. */
export type SchemaOutput<S extends Schema> = StandardSchemaV1.InferOutput<S>

/** One field that does not fit, cut to a size that may travel in a refusal. */
export interface SchemaIssue {
  readonly path: string
  readonly message: string
}

export type SchemaVerdict =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: 'SCHEMA_REFUSED' | 'SCHEMA_ASYNC'; readonly issues: readonly SchemaIssue[] }

const issuesMax = 8
const issueCharactersMax = 200

/** Judges a value. Never throws, whatever the value or the schema does. */
export function checkSchema(schema: Schema, value: unknown): SchemaVerdict {
  try {
    const result = schema['~standard'].validate(value)
    if ('then' in result) {
      Promise.resolve(result).catch(() => {})
      return { ok: false, code: 'SCHEMA_ASYNC', issues: [] }
    }
    if (result.issues === undefined) return { ok: true, value: result.value }
    return { ok: false, code: 'SCHEMA_REFUSED', issues: result.issues.slice(0, issuesMax).map(shorten) }
  } catch {
    // What it threw may tell more than the peer should know.
    return { ok: false, code: 'SCHEMA_REFUSED', issues: [{ path: '', message: 'the schema threw' }] }
  }
}

function shorten(issue: StandardSchemaV1.Issue): SchemaIssue {
  const keys = (issue.path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment))
  return { path: cut(keys.join('.')), message: cut(String(issue.message)) }
}

function cut(text: string): string {
  return text.length > issueCharactersMax ? `${text.slice(0, issueCharactersMax)}…` : text
}

/** The checked value; throws `SCHEMA_REFUSED` or `SCHEMA_ASYNC` with the fields that do not fit. */
export function assertSchemaFits(schema: Schema, value: unknown, what: string): unknown {
  const verdict = checkSchema(schema, value)
  if (verdict.ok) return verdict.value
  const { code, issues } = verdict
  const fields = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
  throw coreError(code, { detail: fields === '' ? what : `${what}: ${fields}`, details: { issues } })
}
