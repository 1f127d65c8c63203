import { defineErrors } from '@rondo/core'

/** What `@rondo/rounds` throws or rejects with. How a round ended is no error but its outcome. */
export const roundsErrorTable = {
  ROUNDS_FULL: { layer: 'rounds', meaning: 'as many rounds as may run at once are running', retryable: true },
  ROUND_STORE_VOLATILE: {
    layer: 'rounds',
    meaning:
      'the protocol has secrets that must never be used twice, and there is no store to remember that they were used',
    retryable: false,
  },
  ROUND_SETUP_REFUSED: { layer: 'rounds', meaning: 'the setup does not fit the protocol', retryable: false },
  SECRET_SPENT: { layer: 'rounds', meaning: 'the secret was handed out before', retryable: false },
  ROUND_OVER: { layer: 'rounds', meaning: 'the attempt is over', retryable: false },
  CONTRIBUTION_REFUSED: {
    layer: 'rounds',
    meaning: 'this member’s own contribution breaks the protocol, so it was not signed',
    retryable: false,
  },
  ROUND_TAKEN: {
    layer: 'rounds',
    meaning: 'another life or another process of this node takes part in the round',
    retryable: false,
  },
  JOURNAL_FULL: { layer: 'rounds', meaning: 'as much as may be kept of rounds is kept', retryable: true },
  JOURNAL_DAMAGED: { layer: 'rounds', meaning: 'some of what was kept of rounds cannot be read', retryable: false },
  TRANSCRIPT_MALFORMED: { layer: 'transcript', meaning: 'no transcript in its one form', retryable: false },
  TRANSCRIPT_LIMIT: { layer: 'transcript', meaning: 'the transcript is larger than was allowed', retryable: false },
  TRANSCRIPT_FOREIGN: {
    layer: 'transcript',
    meaning: 'something in it is of another protocol, version, network or round, or by somebody who was not invited',
    retryable: false,
  },
  EVIDENCE_INCONCLUSIVE: {
    layer: 'transcript',
    meaning: 'all of it was signed as it says, and it convicts nobody',
    retryable: false,
  },
} as const

export type RoundsErrorCode = keyof typeof roundsErrorTable

export const roundsError = defineErrors(roundsErrorTable)
