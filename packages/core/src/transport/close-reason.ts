import type { CloseReason } from './transport.js'

/** One line for a person. */
export function describeReason({ code, detail }: CloseReason): string {
  return detail === undefined ? code : `${code} (${detail})`
}
