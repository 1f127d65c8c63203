import type { Env } from '../env/env.js'
import { createPromised } from '../env/promised.js'
import type { PeerId } from '../identity/peer-id.js'
import type { Session } from '../peers/session.js'
import type { BroadcastOutcome } from '../protocol/messenger.js'
import { RondoError } from '../rondo-error.js'

export interface BroadcastTerms {
  readonly env: Env
  /** How long to wait for those whose queue is long. */
  readonly patienceMs: number
  /** Queues it for one of them; undefined where it is accepted at once. */
  readonly say: (session: Session) => Promise<void> | undefined
}

/**
 * Says it to each, and waits a while for those that take it slowly; they get it all the same. Whoever has kept senders waiting for
 * longer than that is not waited for: what is queued for it is bounded.
 */
export async function broadcastTo(
  sessions: readonly Session[],
  { env, patienceMs, say }: BroadcastTerms,
): Promise<BroadcastOutcome> {
  const sent: PeerId[] = []
  const failed: { peerId: PeerId; error: RondoError }[] = []
  const pending: { peerId: PeerId; accepted: Promise<void> }[] = []
  const fail = (peerId: PeerId, error: unknown): void => {
    if (!(error instanceof RondoError)) throw error
    failed.push({ peerId, error })
  }
  const nowMs = env.monotonicMs()
  for (const session of sessions) {
    const { peerId } = session
    try {
      const accepted = say(session)
      if (accepted === undefined || session.blockedMs(nowMs) >= patienceMs) sent.push(peerId)
      else pending.push({ peerId, accepted })
    } catch (error) {
      fail(peerId, error)
    }
  }
  if (pending.length === 0) return { sent, failed }

  const tired = createPromised<void>()
  const cancel = env.schedule(patienceMs, () => tired.resolve())
  for (const { peerId, accepted } of pending) {
    try {
      await Promise.race([accepted, tired.promise])
      sent.push(peerId)
    } catch (error) {
      fail(peerId, error)
    }
  }
  cancel()
  return { sent, failed }
}
