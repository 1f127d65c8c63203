import type { PeerTarget } from '@rondo/core'

// What the test and a member in its own process say to each other.

/** Where a member dies by SIGKILL: as a phase begins, or once its word is on the disk and before it is sent. */
export interface Fate {
  readonly phase: string
  readonly when: 'begins' | 'kept'
}

export type Order =
  | { readonly order: 'connect'; readonly targets: readonly PeerTarget[] }
  | { readonly order: 'recover' }
  | { readonly order: 'serve' }
  | { readonly order: 'die'; readonly fate: Fate }
  | {
      readonly order: 'start'
      readonly members: readonly string[]
      readonly answerMs: number
      readonly deadlineMs: number
    }

/** As much of an outcome as the test looks at. */
export interface ToldOutcome {
  readonly status: 'completed' | 'aborted'
  readonly result: unknown
  readonly reason: string | undefined
  readonly mayBeCompleted: boolean
  readonly culprits: readonly string[]
  readonly suspects: readonly string[]
}

export type News =
  | { readonly news: 'listening'; readonly target: PeerTarget }
  | { readonly news: 'connected'; readonly peers: readonly string[] }
  /** Every outcome of every round, an abort that gives way to a completion being two. */
  | { readonly news: 'outcome'; readonly room: string; readonly former: boolean; readonly outcome: ToldOutcome }
  | { readonly news: 'done'; readonly order: Order['order'] }
