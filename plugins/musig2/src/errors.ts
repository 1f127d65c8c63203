import { defineErrors } from '@rondo/core'

/** What `@rondo/plugin-musig2` throws or rejects with. How a signing round ended is no error but its outcome. */
export const musig2ErrorTable = {
  PSBT_MALFORMED: { layer: 'musig2', meaning: 'this is no partially signed transaction', retryable: false },
  PSBT_UNSUPPORTED: {
    layer: 'musig2',
    meaning: 'the partially signed transaction asks for what these rounds do not sign',
    retryable: false,
  },
  ORDER_REFUSED: {
    layer: 'musig2',
    meaning: 'what is to be signed, and by whom, does not fit together',
    retryable: false,
  },
  KEYS_MISMATCH: {
    layer: 'musig2',
    meaning: 'the keys of the signers do not make the key that is signed for',
    retryable: false,
  },
  SIGNERS_UNKNOWN: { layer: 'musig2', meaning: 'nobody is known to hold some of the keys', retryable: false },
  SIGNING_REFUSED: { layer: 'musig2', meaning: 'this node’s own `approve` said no', retryable: false },
  SIGNINGS_FULL: {
    layer: 'musig2',
    meaning: 'as many rounds as may use one key at a time are using it',
    retryable: true,
  },
} as const

export type Musig2ErrorCode = keyof typeof musig2ErrorTable

export const musig2Error = defineErrors(musig2ErrorTable)
