import type { Attempt, Room } from '../room/room.js'
import { groundsOfAttempt } from './grounds.js'
import { encodeTranscript } from './transcript.js'

/**
 * What remains of a round, for showing to anyone: of a completed one the path to its result and nothing else, whatever was said
 * beside it and since; of any other, everything that is held.
 */
export function transcriptOf(room: Room): Uint8Array {
  const attempt = completedIn(room)
  return encodeTranscript(attempt === undefined ? room.articles : groundsOfAttempt(room, attempt))
}

/** The attempt that everybody confirmed. */
export function completedIn({ outcome, attempts }: Room): Attempt | undefined {
  if (outcome?.status !== 'completed') return undefined
  return attempts.find(({ number, phase, said }) => number === outcome.attempt && phase === said.length)
}
