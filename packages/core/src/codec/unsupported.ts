import { coreError } from '../errors.js'
import type { RondoError } from '../rondo-error.js'

/** The error of a codec that is given something it cannot carry; `detail` says what. */
export function unsupported(detail: string): RondoError {
  return coreError('CODEC_VALUE_UNSUPPORTED', { detail })
}
