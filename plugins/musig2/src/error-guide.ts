import type { ErrorAdvice } from '@rondo/core'
import type { Musig2ErrorCode } from './errors.js'

// What docs/errors.md says of each code beside its meaning. A file of its own, so that programs need not carry it.

export const musig2ErrorGuide: Readonly<Record<Musig2ErrorCode, ErrorAdvice>> = {
  PSBT_MALFORMED: {
    fault: 'caller',
    remedy: 'Pass a PSBT as base64, as its bytes, or as a `Transaction` of `@scure/btc-signer`.',
  },
  PSBT_UNSUPPORTED: {
    fault: 'caller',
    remedy:
      'Make the PSBT as the detail asks for: taproot key path, BIP-373 participants, and the outputs that are spent.',
  },
  ORDER_REFUSED: {
    fault: 'caller',
    remedy: 'Name 2 to 100 different keys of 33 bytes, each held by one signer, and a message of 32 bytes.',
  },
  KEYS_MISMATCH: {
    fault: 'caller',
    remedy:
      'Give the keys in the order in which they were aggregated, and every tweak; sorted keys come from `sortKeys`.',
  },
  SIGNERS_UNKNOWN: {
    fault: 'caller',
    remedy: 'Have the `SignerSource` know a peer for each key, this node’s own keys aside, which its `signer` holds.',
  },
  SIGNING_REFUSED: { fault: 'caller', remedy: 'Nothing was sent. Ask for it again once `approve` says yes.' },
  SIGNINGS_FULL: {
    fault: 'operator',
    remedy: 'Wait until a round is over, or raise `limits.signingsPerKeyMax` of `musig2`.',
  },
}
