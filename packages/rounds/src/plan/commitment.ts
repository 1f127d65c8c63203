import { checkSchema, equalBytes, type PeerId, platformCrypto, type Schema, type SchemaInput } from '@rondo/core'
import { encodeValue } from './encode-value.js'
import { bytes, type StandardSchema } from './schemas.js'
import type { Local, Shape, View } from './shape.js'

// Commit first, open later. A commitment binds its value to the round, the attempt, the phase, who makes it, and a salt: so it opens for
// nobody else and nowhere else, tells nothing of a value that could be guessed, and is worth nothing to whoever copies it.

/** What a member contributes to a phase of commitments. No two may be equal. */
export const commitment = bytes(32)

export interface Opening<T> {
  readonly salt: Uint8Array
  readonly value: T
}

/**
 * What a member contributes to the phase that opens them; `value` says what may be in there. It comes out as it went in, since
 * that is what was committed to: what the schema makes of it is left aside.
 */
export function opening<S extends Schema>(value: S): StandardSchema<Opening<SchemaInput<S>>> {
  const fits = (shown: unknown): shown is Opening<SchemaInput<S>> =>
    isOpening(shown) && checkSchema(value, shown.value).ok
  const validate = (shown: unknown) => (fits(shown) ? { value: shown } : { issues: issuesOf(value, shown) })
  return Object.freeze({ '~standard': Object.freeze({ version: 1 as const, vendor: 'rondo', validate }) })
}

/** What is wrong with an opening that does not fit: with itself, or with what it shows. */
function issuesOf(value: Schema, shown: unknown) {
  const inside = isOpening(shown) ? checkSchema(value, shown.value) : undefined
  if (inside === undefined || inside.ok) return [{ message: 'expected an opening' }]
  if (inside.code === 'SCHEMA_ASYNC') return [{ message: 'the schema of its value is asynchronous' }]
  return inside.issues.map(({ path, message }) => ({ message, path: path === '' ? ['value'] : ['value', path] }))
}

/** Both halves: what to contribute now, and what opens it later. */
export interface Committed<T> {
  readonly commitment: Uint8Array
  readonly opening: Opening<T>
}

/**
 * Commits to a value. For the phase that is under way, so to be called from where that phase first asks for it.
 *
 * @example
 * .remember('bid', (view, local) => committed(view, local, local.input.bid))
 */
export function committed<T>(
  view: Pick<View, 'round' | 'attempt' | 'phase'>,
  local: Pick<Local, 'me' | 'random'>,
  value: T,
): Committed<T> {
  if (value === undefined) throw new TypeError('there is nothing to commit to')
  const salt = local.random(saltBytes)
  return { commitment: digestOf(view, view.phase, local.me, { salt, value }), opening: { salt, value } }
}

/** Whether this is what the member committed to in that phase. */
export function opens<S extends Shape, Phase extends PhaseOfBytes<S>>(
  view: View<S>,
  phase: Phase,
  from: PeerId,
  shown: Opening<unknown>,
): boolean {
  const said: unknown = view.said(phase, from)
  if (!(said instanceof Uint8Array)) throw new TypeError(`${phase} is no phase of commitments`)
  return equalBytes(said, digestOf(view, phase, from, shown))
}

/** The phases whose contributions may be commitments; of a shape that is not known, any. */
type PhaseOfBytes<S extends Shape> = {
  [Phase in keyof S['said'] & string]: S['said'][Phase] extends Uint8Array
    ? Phase
    : unknown extends S['said'][Phase]
      ? Phase
      : never
}[keyof S['said'] & string]

const saltBytes = 32

function digestOf(
  { round, attempt }: { readonly round: string; readonly attempt: string },
  phase: string,
  author: PeerId,
  { salt, value }: Opening<unknown>,
): Uint8Array {
  const { sha256 } = platformCrypto
  // The value by its hash: what could be read alone can be written alone, whatever the codec's limits say to more around it.
  return sha256(encodeValue(['rondo/1 commitment', round, attempt, phase, author, salt, sha256(encodeValue(value))]))
}

/** With nothing beside the two: the last to open could write there what makes of all openings the number that he likes. */
function isOpening(value: unknown): value is Opening<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'salt' in value &&
    'value' in value &&
    value.salt instanceof Uint8Array &&
    value.salt.length === saltBytes &&
    Object.keys(value).length === 2
  )
}
