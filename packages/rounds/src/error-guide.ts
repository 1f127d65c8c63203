import type { ErrorAdvice } from '@rondo/core'
import type { RoundsErrorCode } from './errors.js'

// What docs/errors.md says of each code beside its meaning. A file of its own, so that programs need not carry it.

export const roundsErrorGuide: Readonly<Record<RoundsErrorCode, ErrorAdvice>> = {
  ROUNDS_FULL: {
    fault: 'operator',
    remedy: 'Wait until a round is over, call one off, or raise `limits.roundsMax` of `rounds`.',
  },
  ROUND_STORE_VOLATILE: {
    fault: 'operator',
    remedy: 'Give the coordinator a durable `store`, such as that of `@rondo/store-level`.',
  },
  ROUND_SETUP_REFUSED: {
    fault: 'caller',
    remedy: 'Pass a `setup` that the schema of the protocol accepts; the detail says why.',
  },
  SECRET_SPENT: {
    fault: 'caller',
    remedy:
      'Call `burn` once an attempt and keep what it returns; a secret that may have been used is never used again.',
  },
  ROUND_OVER: {
    fault: 'caller',
    remedy: 'Stop when the signal of `contribute` aborts, and keep nothing of `local` beyond it.',
  },
  CONTRIBUTION_REFUSED: {
    fault: 'handler',
    remedy:
      'Mend `contribute`: it returned what the phase’s own schema or `check` refuses, and saying so would have convicted this member. Where the detail says that `check` failed, mend `check`: it has to return `true` or a `fault`, at once.',
  },
  ROUND_TAKEN: { fault: 'operator', remedy: 'Run one process with this identity and this store.' },
  JOURNAL_FULL: {
    fault: 'operator',
    remedy:
      'Wait until rounds expire, or start them with a shorter `lifetimeMs`. Rounds under way go on; less is kept of them.',
  },
  JOURNAL_DAMAGED: {
    fault: 'operator',
    remedy: 'Look at the disk. What cannot be read is left out, and what was spent stays spent.',
  },
  TRANSCRIPT_MALFORMED: {
    fault: 'peer',
    remedy: 'Ask another member for its transcript: this one was cut or changed.',
  },
  TRANSCRIPT_LIMIT: {
    fault: 'caller',
    remedy: 'Raise the limit that the detail names, if you trust whoever gave it to you.',
  },
  TRANSCRIPT_FOREIGN: {
    fault: 'caller',
    remedy: 'Pass the definition, the version and the network that the round had.',
  },
  EVIDENCE_INCONCLUSIVE: { fault: 'peer', remedy: 'Hold nothing against anybody because of it.' },
}
