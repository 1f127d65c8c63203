import { coreError } from '../errors.js'
import { RondoError } from '../rondo-error.js'

/** What a store throws for what its backend threw: the same where that has a code already, else `STORE_FAILED`. */
export function storeError(cause: unknown): RondoError {
  if (cause instanceof RondoError) return cause
  return coreError('STORE_FAILED', { detail: cause instanceof Error ? cause.message : String(cause), cause })
}
