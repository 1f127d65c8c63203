import type { Coordinator, PeerId, Store } from '@rondo/core'

// What members do together, as each of them does it.

/** How a round ended for one member. */
export interface Ended {
  readonly isCompleted: boolean
  /** Why it was not. */
  readonly words: string
  readonly culprits: readonly PeerId[]
}

export interface Player {
  /** Invites the others. */
  start(others: readonly PeerId[]): Promise<{ readonly ended: Promise<Ended> }>
  /** How the next round ends that another began. */
  next(): Promise<Ended>
  /** From now on this one breaks the rules. */
  spoil?(): void
}

export interface Game {
  /** For one member, where the game asks for more than a node has by itself. */
  openStore?(): Store
  /** Seats are numbered from 0, who begins each round. */
  join(node: Coordinator, seat: number, members: number): Player
}

/** Of each phase. A machine may be busy; a round that hangs fails the run. */
export const phaseMsMax = 180_000

/** Far above what is asked for, so that every guard does its work and none holds a round back. */
export const generous = { limits: { invitationsPerSecond: 1_000_000, invitationsBurst: 1_000_000 } }

interface EngineOutcome {
  readonly status: 'completed' | 'aborted'
  readonly reason?: string
  readonly detail?: string
  readonly culprits?: readonly { readonly peerId: PeerId }[]
}

export function endedOf({ status, reason = '', detail = '', culprits = [] }: EngineOutcome): Ended {
  return {
    isCompleted: status === 'completed',
    words: `${reason}: ${detail}`,
    culprits: culprits.map(({ peerId }) => peerId),
  }
}
