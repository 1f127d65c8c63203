// BIP-327 by itself, for whoever keeps keys elsewhere and writes a `Signer`.

export { ContributionError } from './contribution-error.js'
export { aggregateKeys, applyTweak, type KeyContext, plainKeyOf, type Tweak, xOnlyKeyOf } from './key-context.js'
export { aggregateNonces, isPublicNonce, makeNonce, type NoncePair, type NoncePurpose, SecretNonce } from './nonces.js'
export {
  aggregatePartials,
  createSession,
  isPartial,
  openSession,
  type Session,
  signPartially,
  verifyPartial,
} from './session.js'
export { holdAll, type Signed } from './signatures.js'
