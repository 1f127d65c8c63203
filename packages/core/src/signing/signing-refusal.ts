import type { CoreErrorCode } from '../errors.js'

export type SigningCode = Extract<CoreErrorCode, `SIGNATURE_${string}` | 'SUITE_UNSUPPORTED'>

/** Why signed bytes are not believed. */
export interface SigningRefusal {
  readonly ok: false
  readonly code: SigningCode
}

export function refuse(code: SigningCode): SigningRefusal {
  return { ok: false, code }
}
