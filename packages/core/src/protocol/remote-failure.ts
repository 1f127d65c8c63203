import { type CoreErrorCode, coreError } from '../errors.js'
import type { Rejection } from '../flow/envelope.js'
import type { RondoError } from '../rondo-error.js'
import { RequestRejection } from './request-rejection.js'

/** What a peer may reject a request with, or refuse or reset a stream with, besides the errors of its protocol. */
const remoteCodes = [
  'PROTOCOL_UNKNOWN',
  'PROTOCOL_VERSION',
  'PROTOCOL_TYPE_UNKNOWN',
  'MESSAGE_OVERSIZED',
  'RATE_EXCEEDED',
  'CODEC_UNKNOWN',
  'CODEC_MALFORMED',
  'CODEC_NOT_DETERMINISTIC',
  'CODEC_LIMIT',
  'CODEC_KEY_REFUSED',
  'SCHEMA_REFUSED',
  'SCHEMA_ASYNC',
  'REQUEST_LIMIT',
  'HANDLER_FAILED',
  'STREAM_ABORTED',
  'STREAM_CORRUPT',
  'STREAM_IDLE',
  'STREAM_LIMIT',
  'STREAM_UNREAD',
] as const satisfies readonly CoreErrorCode[]

/** The error behind a rejection. A code that is none of these is told as a detail, and decides nothing. */
export function remoteFailure(
  rejection: Rejection,
  peerId: string,
  otherwise: 'REQUEST_REJECTED' | 'STREAM_ABORTED',
): RondoError {
  const { code, reason, detail, retryAfterMs, issues } = rejection
  if (code === 'REQUEST_REJECTED' && reason !== undefined) return new RequestRejection(reason, { detail, peerId })
  const details = {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(issues === undefined ? {} : { issues }),
  }
  const known = remoteCodes.find((each) => each === code)
  if (known !== undefined) return coreError(known, { detail, peerId, details })
  return coreError(otherwise, { detail: code, peerId, details })
}
