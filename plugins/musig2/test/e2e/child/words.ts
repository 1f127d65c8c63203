import type { PeerTarget } from '@rondo/core'

// What the test and a signer in its own process say to each other. Bytes are hexadecimal.

/**
 * Where a signer dies by SIGKILL: as a phase begins; with what its key was used for in hand; once its nonce is marked as spent on the
 * disk, and nothing is signed with it; or once its word is on the disk, and before it is sent.
 */
export interface Fate {
  readonly phase: string
  readonly when: 'begins' | 'made' | 'spent' | 'kept'
}

export type Request = { readonly kind: 'message' | 'psbt'; readonly bytes: string }

export type Order =
  | { readonly order: 'connect'; readonly targets: readonly PeerTarget[] }
  | { readonly order: 'recover' }
  | { readonly order: 'serve' }
  | { readonly order: 'die'; readonly fate: Fate }
  | {
      readonly order: 'sign'
      readonly request: Request
      readonly signers: readonly { readonly peerId: string; readonly publicKey: string }[]
      readonly answerMs: number
      readonly deadlineMs: number
    }

/** As much of an outcome as the test looks at. */
export interface ToldOutcome {
  readonly status: 'completed' | 'aborted'
  readonly reason: string | undefined
  readonly mayBeSigned: boolean
  readonly culprits: readonly string[]
  readonly suspects: readonly string[]
  /** One for each input, where they are known. */
  readonly signatures: readonly string[] | undefined
  /** The phases in which this signer said something. */
  readonly spokeIn: readonly string[]
}

export type News =
  | { readonly news: 'listening'; readonly target: PeerTarget; readonly publicKey: string }
  | { readonly news: 'connected'; readonly peers: readonly string[] }
  /** Every outcome of every round, an abort that gives way to a completion being two. */
  | { readonly news: 'outcome'; readonly round: string; readonly former: boolean; readonly outcome: ToldOutcome }
  | { readonly news: 'done'; readonly order: Order['order'] }
