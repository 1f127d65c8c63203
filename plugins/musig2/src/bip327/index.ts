// BIP-327 by itself, for whoever keeps keys elsewhere and writes a `Signer`.

export { ContributionError } from './contribution-error.js'
export {
  aggregateKeys,
  applyTweak,
  type KeyContext,
  plainKeyOf,
  sortKeys,
  type Tweak,
  xOnlyKeyOf,
} from './key-context.js'
export { aggregateNonces, isPublicNonce, makeNonce, type NoncePair, type NoncePurpose, SecretNonce } from './nonces.js'
export {
  aggregatePartials,
  findWrongPart,
  isPartial,
  type Part,
  signPartially,
  verifyPartial,
  verifyParts,
} from './partials.js'
export { createSession, openSession, type Session } from './session.js'
export { holdAll, type Signed } from './signatures.js'
