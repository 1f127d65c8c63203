import { checkSchema, type PeerId, platformCrypto, type Schema, type SchemaOutput } from '@rondo/core'
import { encodeValue } from './encode-value.js'
import { bytes, schemaOf } from './schemas.js'
import type { Local, Shape, View } from './shape.js'

// Commit first, open later. A commitment binds its value to the round, the attempt, the phase, who makes it, and a salt: so it opens for
// nobody else and nowhere else, tells nothing of a value that could be guessed, and is worth nothing to whoever copies it.

/** What a member contributes to a phase of commitments. No two may be equal. */
export const commitment = bytes(32)

export interface Opening<T> {
  readonly salt: Uint8Array
  readonly value: T
}

/** What a member contributes to the phase that opens them; `value` says what may be in there. */
export function opening<S extends Schema>(
  value: S,
): Schema & {
  readonly '~standard': {
    readonly types?: { readonly input: Opening<SchemaOutput<S>>; readonly output: Opening<SchemaOutput<S>> } | undefined
  }
} {
  return schemaOf(
    (shown): shown is Opening<SchemaOutput<S>> =>
      isOpening(shown) && shown.salt.length === saltBytes && checkSchema(value, shown.value).ok,
    'an opening',
  )
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
export function committed<T, S extends Shape>(
  view: Pick<View<S>, 'round' | 'attempt' | 'phase'>,
  local: Pick<Local<S>, 'me' | 'random'>,
  value: T,
): Committed<T> {
  const salt = local.random(saltBytes)
  return { commitment: digestOf(view, view.phase, local.me, { salt, value }), opening: { salt, value } }
}

/** Whether this is what the member committed to in that phase. */
export function opens<S extends Shape, Phase extends keyof S['said'] & string>(
  view: View<S>,
  phase: Phase,
  from: PeerId,
  shown: Opening<unknown>,
): boolean {
  const said: unknown = view.said(phase, from)
  if (!(said instanceof Uint8Array)) throw new TypeError(`${phase} is no phase of commitments`)
  const wanted = digestOf(view, phase, from, shown)
  return said.length === wanted.length && said.every((byte, index) => byte === wanted[index])
}

const saltBytes = 32

function digestOf(
  { round, attempt }: { readonly round: string; readonly attempt: string },
  phase: string,
  author: PeerId,
  { salt, value }: Opening<unknown>,
): Uint8Array {
  return platformCrypto.sha256(encodeValue(['rondo/1 commitment', round, attempt, phase, author, salt, value]))
}

/** And nothing beside: what no commitment binds could be chosen last, and so choose the result. */
function isOpening(value: unknown): value is Opening<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'salt' in value &&
    'value' in value &&
    Object.keys(value).length === 2 &&
    value.salt instanceof Uint8Array
  )
}
