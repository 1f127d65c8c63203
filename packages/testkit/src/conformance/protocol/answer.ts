import { RequestRejection, RondoError } from '@rondo/core'
import type { Sample, Samples } from './samples.js'

// How a request ended, in words that a failing test can show.

/** Waits for the end of a request: `answered`, or the code of its refusal, or what was wrong with its reply. */
export async function answerTo(sample: Sample, samples: Samples, reply: Promise<unknown>): Promise<string> {
  const { type } = sample
  const definition = Object.hasOwn(samples.definitions, type) ? samples.definitions[type] : undefined
  try {
    const value = await reply
    if (definition?.kind !== 'request') return 'answered'
    const verdict = await definition.reply['~standard'].validate(value)
    return verdict.issues === undefined ? 'answered' : `a reply outside of its schema: ${verdict.issues[0]?.message}`
  } catch (error) {
    if (!(error instanceof RondoError)) return `no RondoError: ${String(error)}`
    if (!(error instanceof RequestRejection) || definition?.kind !== 'request') return error.code
    return definition.errors.includes(error.reason) ? error.code : `a reason that is not declared: ${error.reason}`
  }
}

/** A sample may be answered, or rejected for a reason of the protocol's own; anything else is a fault. */
export function isProperAnswer(answer: string): boolean {
  return answer === 'answered' || answer === 'REQUEST_REJECTED'
}

const refusals = new Set([
  'PROTOCOL_TYPE_UNKNOWN',
  'MESSAGE_OVERSIZED',
  'RATE_EXCEEDED',
  'SCHEMA_REFUSED',
  'CODEC_LIMIT',
  'CODEC_KEY_REFUSED',
])

/** What garbage may come to, beside a proper answer: a refusal by the guards, and nothing of the handler's own doing. */
export function isRefusal(answer: string): boolean {
  return refusals.has(answer)
}
