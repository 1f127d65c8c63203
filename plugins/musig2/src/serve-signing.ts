import { type Coordinator, RondoError } from '@rondo/core'
import { type Invite, rounds } from '@rondo/rounds'
import { musig2Rounds } from './machine.js'
import type { SigningDesk } from './signing/desk.js'
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
    const round = await answer(invite, desk)
    if (round === undefined) return
    void round.outcome.then((outcome) => endings.add(outcome))
    onRound?.(round)
  })
  return Object.freeze({ next: () => endings.next(), close: () => served.close() })
}

type SigningInvite = Invite<NonNullable<(typeof musig2Rounds)['types']>>

async function answer(invite: SigningInvite, desk: SigningDesk): Promise<SigningRound | undefined> {
  const { setup: task, candidates, minimum, signal } = invite
  if (minimum !== candidates.length || task.order.seats.length !== candidates.length) {
    invite.decline('everybody who holds a key signs, and nobody else')
    return undefined
  }
  try {
    const roster = candidates.map(({ peerId }) => peerId)
    const { local, hasSigned, release } = await desk.admit(task, roster, signal)
    // It may have been called off while somebody was asked.
    if (signal.aborted) {
      release()
      return undefined
    }
    const round = invite.accept({ local })
    void round.outcome.then(release)
    return signingRoundOf(round, readSigned, hasSigned)
  } catch (cause) {
    if (!(cause instanceof RondoError)) throw cause
    invite.decline(typeof cause.details['detail'] === 'string' ? cause.details['detail'] : cause.message)
    return undefined
  }
}
