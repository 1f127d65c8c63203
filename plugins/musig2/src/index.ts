export type { Approve, MessageSigningRequest, PsbtSigningRequest, SigningRequest } from './approval.js'
export {
  aggregateKeys,
  applyTweak,
  type KeyContext,
  plainKeyOf,
  sortKeys,
  type Tweak,
  xOnlyKeyOf,
} from './bip327/key-context.js'
export type { SecretNonce } from './bip327/nonces.js'
export type { Session } from './bip327/session.js'
export { describeOutcome } from './describe-outcome.js'
export { describeRequest } from './describe-request.js'
export { musig2ErrorGuide } from './error-guide.js'
export { type Musig2ErrorCode, musig2ErrorTable } from './errors.js'
export { musig2Rounds } from './machine.js'
export { memorySigner, publicKeyFor } from './memory-signer.js'
export { defaultMusig2Limits, type Musig2Limits, type Musig2LimitsOption } from './options.js'
export {
  type MessageOptions,
  type Musig2,
  type Musig2Options,
  musig2,
  type PsbtOptions,
  type SigningOptions,
} from './plugin.js'
export {
  type FundedOutput,
  type JointInputFields,
  type JointOutput,
  type JointOutputFields,
  type JointOutputOptions,
  jointOutput,
} from './psbt/joint-output.js'
export type { BitcoinNetwork } from './psbt/network.js'
export { type PsbtObject, type PsbtSource, psbtBase64, psbtBytes, readPsbt } from './psbt/psbt.js'
export { SignedPsbt } from './psbt/signed-psbt.js'
export type { InputAge, InputSummary, LockTime, OutputSummary, TransactionSummary } from './psbt/summary.js'
export type { ServeSigningOptions, SigningServed } from './serve-signing.js'
export type { NonceRequest, PartialRequest, Signer, SignerNonce } from './signer.js'
export { fixedSigners, type KnownSigner, type SignerSource } from './signing/signer-source.js'
export type {
  MessageSignature,
  Signed,
  SignedOutcome,
  SigningOutcome,
  SigningRound,
  SigningRoundEvents,
  UnsignedOutcome,
} from './signing/signing-round.js'
