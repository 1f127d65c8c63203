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
   * This signer's part has left, so the others may have the signature, now or later: treat what was signed as if it were out, and
   * never sign something else in its place on the ground that this failed.
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
export type EngineOutcome = Outcome<readonly ItemSignature[]>

/**
 * A round of this life. `hasSigned` says whether this signer's part may be on its way already; where a former life turns out to be in it
 * that this one knows nothing of, its disk being lost, that life may have signed.
 */
export function signingRoundOf(round: EngineRound, hasSigned: () => boolean): SigningRound {
  return faceOf(round, (outcome) => hasSigned() || (outcome.status === 'aborted' && outcome.reason === 'RESTARTED'))
}

/** A round of a former life, all of which is kept: what it said is in the account. */
export function formerRoundOf(round: EngineRound): SigningRound {
  return faceOf(round, () => false)
}

function faceOf(round: EngineRound, mayHaveSigned: (outcome: EngineOutcome) => boolean): SigningRound {
  const { id, candidates: signers, setup } = round
  const translated = new Map<EngineOutcome, SigningOutcome>()
  /** Once: the signatures of a PSBT are not cheap to write, and everybody who asks gets the same. */
  const translate = (outcome: EngineOutcome): SigningOutcome => {
    const told = translated.get(outcome) ?? signingOutcomeOf(setup, outcome, mayHaveSigned(outcome))
    translated.set(outcome, told)
    return told
  }
  return Object.freeze<SigningRound>({
    id,
    signers,
    outcome: round.outcome.then(translate),
    on: (name, listener) => {
      if (name === 'progress') return round.on('progress', listener as SigningRoundEvents<Signed>['progress'])
      const tell = listener as SigningRoundEvents<Signed>['outcome']
      return round.on('outcome', (outcome) => tell(translate(outcome)))
    },
    abort: (reason) => round.abort(reason),
    account: () => round.account(),
    transcript: () => round.transcript(),
  })
}

export function signingOutcomeOf(task: SigningTask, outcome: EngineOutcome, mayHaveSigned: boolean): SigningOutcome {
  if (outcome.status === 'completed') {
    const { result, ...rest } = outcome
    return { ...rest, signed: signedOf(task, result) }
  }
  const { unconfirmed, ...rest } = outcome
  const signed = unconfirmed && signedOf(task, unconfirmed.result)
  return { ...rest, mayBeSigned: mayHaveSigned || saidItsPart(rest.account), signed }
}

function signedOf(task: SigningTask, made: readonly ItemSignature[]): Signed {
  const { request } = task.order
  if (request.kind === 'psbt') return signPsbt(task, request.psbt, made)
  const [only] = made
  if (only === undefined) throw new RangeError('a message has one signature')
  const { message, publicKey, signature } = only
  return { kind: 'message', message, publicKey, signature }
}

/** Also in a former life: what was kept then is in the account. */
function saidItsPart({ me, attempts }: Account): boolean {
  const phases = attempts.flatMap((attempt) => attempt.phases)
  return phases.some(({ name, said }) => name === 'sign' && said.some(({ member }) => member === me))
}
