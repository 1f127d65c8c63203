import type { Article } from '../articles/article.js'
import type { ArticleDraft, ContributionDraft } from '../articles/draft.js'
import type { View } from '../plan/shape.js'
import type { AbortReason, Room, RoomOutcome } from './room.js'

// What happens to a room, and what it wants done. Both are data: `step` does nothing itself.

export type RoomEvent =
  /** An article whose signature was found to hold; or one of this member's own, once it is kept for good. */
  | { readonly type: 'heard'; readonly article: Article }
  /** The program answers its invitation. */
  | { readonly type: 'accept'; readonly nonce: string }
  | { readonly type: 'decline'; readonly reason: string }
  /** `contribute` or `say` failed. */
  | { readonly type: 'failed'; readonly reason: 'DECLINED' | 'FAILED'; readonly detail: string }
  | { readonly type: 'timer'; readonly name: TimerName }
  /** The program gives the round up. */
  | { readonly type: 'abort'; readonly reason: AbortReason; readonly detail: string }

/** One of each at a time: setting one again replaces it. */
export type TimerName = 'answers' | 'begin' | 'phase' | 'regroup' | 'gather' | 'pull' | 'judge' | 'expiry'

export type RoomEffect =
  /** Sign it, keep it, and then it is `heard` like any other. */
  | { readonly type: 'say'; readonly draft: ArticleDraft }
  /** Ask the author's function, and say what it returns. */
  | { readonly type: 'contribute'; readonly draft: ContributionDraft; readonly view: View }
  /** No contribution is wanted any more. */
  | { readonly type: 'desist' }
  /** Get it to everybody who does not have it. */
  | { readonly type: 'spread'; readonly article: Article }
  /** Ask a member, or somebody, what they have that is not here. */
  | { readonly type: 'ask'; readonly member: number | 'somebody' }
  | { readonly type: 'timer'; readonly name: TimerName; readonly ms: number | 'never' }
  | {
      readonly type: 'progress'
      readonly attempt: number
      readonly phase: number
      readonly waitingFor: readonly number[]
    }
  | { readonly type: 'outcome'; readonly outcome: RoomOutcome }

export interface Step {
  readonly room: Room
  readonly effects: readonly RoomEffect[]
}
