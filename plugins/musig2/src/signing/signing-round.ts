import type { PeerId } from '@rondo/core'
import type { AbortedOutcome, Account, CompletedOutcome, Outcome, Progress, Round } from '@rondo/rounds'
import { type SignedPsbt, signPsbt } from '../psbt/signed-psbt.js'
import type { ItemSignature } from './item-signature.js'
import type { SigningTask } from './task.js'

// A round of the engine, as a signer sees it: with the signature in the place of a result, and the warning that a signer needs.

export interface MessageSignature {
  readonly kind: 'message'
  readonly message: Uint8Array
  /** 32 bytes, with all tweaks. */
  readonly publicKey: Uint8Array
  /** 64 bytes, for BIP-340. */
  readonly signature: Uint8Array
}

export type Signed = MessageSignature | SignedPsbt

export type SigningOutcome<S extends Signed = Signed> = SignedOutcome<S> | UnsignedOutcome<S>

export interface SignedOutcome<S extends Signed = Signed> extends Omit<CompletedOutcome, 'result'> {
  readonly signed: S
}

export interface UnsignedOutcome<S extends Signed = Signed> extends Omit<AbortedOutcome, 'unconfirmed'> {
  /**
   * This signer's part has left, or may have in a former life. So the others may have the signature, now or later: treat what was signed
   * as if it were out, and never sign something else in its place on the ground that this failed.
   */
  readonly mayBeSigned: boolean
  /** The signature all the same: every part came, and only some signers have not confirmed it. */
  readonly signed: S | undefined
}

export interface SigningRoundEvents<S extends Signed> {
  readonly progress: (progress: Progress) => unknown
  /** The first outcome, and a signature that came to be known after an abort. */
  readonly outcome: (outcome: SigningOutcome<S>) => unknown
}

/** A signature in the making. */
export interface SigningRound<S extends Signed = Signed> {
  readonly id: string
  /** In the order of the roster, who asked first. */
  readonly signers: readonly PeerId[]
  /** Settles once, and never rejects. */
  readonly outcome: Promise<SigningOutcome<S>>
  /** Returns what takes the listener off again. */
  on<Name extends keyof SigningRoundEvents<S>>(name: Name, listener: SigningRoundEvents<S>[Name]): () => void
  /** This signer goes no further, and says so to the others. */
  abort(reason?: string): void
  /** What happened so far: for `describeRound` and `renderTimeline`. */
  account(): Account
  /** What was said so far, signed: for `verifyTranscript` with `musig2Rounds`. */
  transcript(): Uint8Array
}

export type EngineRound = Round<readonly ItemSignature[], SigningTask>

type EngineOutcome = Outcome<readonly ItemSignature[]>

/** What the signatures of a round are handed out as. */
export type ReadSigned<S extends Signed> = (task: SigningTask, made: readonly ItemSignature[]) => S

/** `hasSigned` says whether this signer's part may be on its way already. */
export function signingRoundOf<S extends Signed>(
  round: EngineRound,
  read: ReadSigned<S>,
  hasSigned: () => boolean,
): SigningRound<S> {
  const { id, candidates: signers, setup } = round
  const signed = (made: readonly ItemSignature[]): S => read(setup, made)
  const translated = new Map<EngineOutcome, SigningOutcome<S>>()
  /** Once: the signatures of a PSBT are not cheap to write, and everybody who asks gets the same. */
  const translate = (outcome: EngineOutcome): SigningOutcome<S> => {
    const told = translated.get(outcome) ?? signingOutcomeOf(outcome, signed, hasSigned())
    translated.set(outcome, told)
    return told
  }
  const listeners: {
    readonly [Name in keyof SigningRoundEvents<S>]: (listener: SigningRoundEvents<S>[Name]) => () => void
  } = {
    progress: (listener) => round.on('progress', listener),
    outcome: (listener) => round.on('outcome', (outcome) => listener(translate(outcome))),
  }
  return Object.freeze<SigningRound<S>>({
    id,
    signers,
    outcome: round.outcome.then(translate),
    on: (name, listener) => listeners[name](listener),
    abort: (reason) => round.abort(reason),
    account: () => round.account(),
    transcript: () => round.transcript(),
  })
}

function signingOutcomeOf<S extends Signed>(
  outcome: EngineOutcome,
  signed: (made: readonly ItemSignature[]) => S,
  hasSigned: boolean,
): SigningOutcome<S> {
  if (outcome.status === 'completed') {
    const { result, ...rest } = outcome
    return { ...rest, signed: signed(result) }
  }
  const { unconfirmed, ...rest } = outcome
  // A former life was in it, and what that said need not have come back to this one.
  const isOfFormerLife = rest.reason === 'RESTARTED'
  const mayBeSigned = hasSigned || isOfFormerLife || saidItsPart(rest.account)
  return { ...rest, mayBeSigned, signed: unconfirmed && signed(unconfirmed.result) }
}

/** Also in a former life: what was kept then is in the account. */
function saidItsPart({ me, attempts }: Account): boolean {
  const phases = attempts.flatMap((attempt) => attempt.phases)
  return phases.some(({ name, said }) => name === 'sign' && said.some(({ member }) => member === me))
}

/** Of a round that somebody else began: either of the two. */
export function readSigned(task: SigningTask, made: readonly ItemSignature[]): Signed {
  return task.order.request.kind === 'psbt' ? readSignedPsbt(task, made) : readMessageSignature(task, made)
}

export function readMessageSignature(_task: SigningTask, [only]: readonly ItemSignature[]): MessageSignature {
  if (only === undefined) throw new RangeError('a message has one signature')
  const { message, publicKey, signature } = only
  return { kind: 'message', message, publicKey, signature }
}

export function readSignedPsbt(task: SigningTask, made: readonly ItemSignature[]): SignedPsbt {
  const { request } = task.order
  if (request.kind !== 'psbt') throw new TypeError('this order has no PSBT')
  return signPsbt(task, request.psbt, made)
}
