import type { Coordinator } from '@rondo/core'
import { type Invite, rounds } from '@rondo/rounds'
import { musig2Rounds } from './machine.js'
import type { Admitted, SigningDesk } from './signing/desk.js'
import { Endings } from './signing/endings.js'
import { readSigned, type SigningOutcome, type SigningRound, signingRoundOf } from './signing/signing-round.js'

// Invitations to sign, and this node's answers to them.

export interface ServeSigningOptions {
  /** Every round that this node takes part in. */
  readonly onRound?: ((round: SigningRound) => unknown) | undefined
}

export interface SigningServed {
  /** How the next round ends that nobody has asked for yet. */
  next(): Promise<SigningOutcome>
  /** Takes no more invitations; rounds under way go on. */
  close(): void
}

export function serveSigning(
  coordinator: Coordinator,
  desk: SigningDesk,
  { onRound }: ServeSigningOptions = {},
): SigningServed {
  const endings = new Endings<SigningOutcome>()
  const served = rounds(coordinator).serve(musig2Rounds, async (invite) => {
    const round = await answer(coordinator, invite, desk)
    if (round === undefined) return
    void round.outcome.then((outcome) => endings.add(outcome))
    // Where it fails, that is reported as a failure of whoever answers, and the round goes on.
    await onRound?.(round)
  })
  return Object.freeze({ next: () => endings.next(), close: () => served.close() })
}

type SigningInvite = Invite<NonNullable<(typeof musig2Rounds)['types']>>

/** Undefined where this node takes no part. */
async function answer(
  coordinator: Coordinator,
  invite: SigningInvite,
  desk: SigningDesk,
): Promise<SigningRound | undefined> {
  const { id, from, setup: task, candidates, minimum, signal } = invite
  if (minimum !== candidates.length || task.order.seats.length !== candidates.length) {
    invite.decline('everybody who holds a key signs, and nobody else')
    return undefined
  }
  const roster = candidates.map(({ peerId }) => peerId)
  const admission = await desk.admit(task, roster, signal).catch((cause: unknown) => {
    if (!signal.aborted) throw cause
  })
  if (admission === undefined) return undefined
  if (admission.ok) return accept(invite, admission)
  const { error, told } = admission
  coordinator.env.log('info', 'an invitation to sign was refused', { round: id, from, code: error.code, cause: error })
  if (!signal.aborted) invite.decline(told)
  return undefined
}

/** It may have been called off while somebody was asked. */
function accept(invite: SigningInvite, { local, hasSigned, release }: Admitted): SigningRound | undefined {
  try {
    const round = invite.signal.aborted ? undefined : invite.accept({ local })
    if (round === undefined) release()
    else void round.outcome.then(release)
    return round && signingRoundOf(round, readSigned, hasSigned)
  } catch (cause) {
    release()
    throw cause
  }
}
