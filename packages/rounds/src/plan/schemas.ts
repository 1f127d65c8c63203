import type { Schema } from '@rondo/core'

// The few schemas that rounds need, by the standard that every other schema library follows as well.

export type StandardSchema<T> = Schema & {
  readonly '~standard': { readonly types?: { readonly input: T; readonly output: T } | undefined }
}

/** Exactly so many bytes. */
export function bytes(length: number): StandardSchema<Uint8Array> {
  if (!(Number.isSafeInteger(length) && length >= 0)) throw new TypeError(`bytes(${String(length)})`)
  return schemaOf(
    (value): value is Uint8Array => value instanceof Uint8Array && value.length === length,
    `${length} bytes`,
  )
}

/** A schema of what a type guard accepts. */
export function schemaOf<T>(accepts: (value: unknown) => value is T, what: string): StandardSchema<T> {
  return Object.freeze({
    '~standard': Object.freeze({
      version: 1 as const,
      vendor: 'rondo',
      validate: (value: unknown) => (accepts(value) ? { value } : { issues: [{ message: `expected ${what}` }] }),
    }),
  })
}
