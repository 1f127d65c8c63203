import type { MaybePromise, MessageVerifier, OwnMessageDraft, VerifiedMessage } from '@rondo/core'
import type { Article } from '../../articles/article.js'
import { type ArticleDraft, draftMessage } from '../../articles/draft.js'
import { readArticle } from '../../articles/read-article.js'
import { decodeSlot } from '../../articles/slot.js'
import type { AuthorPhase, Plan } from '../../plan/plan.js'

// An article as whoever means to abuse it sees it: of any protocol, without its definition.

export interface Said {
  /** The name of a phase, or `invitation`, `answer`, `join`, `closing`. */
  readonly type: string
  readonly article: Article
  readonly message: VerifiedMessage
}

/** Undefined for what is no article. */
export function readSaid(bytes: Uint8Array, verify: MessageVerifier): MaybePromise<Said | undefined> {
  const verdict = verify(bytes)
  return verdict instanceof Promise ? verdict.then(saidOf) : saidOf(verdict)
}

function saidOf(message: Awaited<ReturnType<MessageVerifier>>): Said | undefined {
  if (!message.ok || !('slot' in message.position)) return undefined
  const slot = decodeSlot(message.position.slot)
  const phase = slot?.kind === 'contribution' ? slot.phase : 0
  const article = readArticle(planOf(message, phase), message)
  return article && { type: message.type, article, message }
}

/** What the author of a statement could have said in its place. */
export function draftLike({ message, article }: Said, draft: ArticleDraft): OwnMessageDraft {
  const { createdMs, expiresMs } = message
  const phase = draft.kind === 'contribution' ? draft.phase : 0
  const isSamePhase = article.kind === 'contribution' && phase === article.phase
  const plan = planOf({ ...pick(message), type: isSamePhase ? message.type : 'confirm' }, phase)
  return draftMessage(plan, draft, { createdMs, expiresMs })
}

function pick({ protocol, version }: VerifiedMessage): Pick<VerifiedMessage, 'protocol' | 'version'> {
  return { protocol, version }
}

/** As much of a definition as reading takes: every phase is called what this one is. */
function planOf(
  { protocol, version, type }: Pick<VerifiedMessage, 'protocol' | 'version' | 'type'>,
  phase: number,
): Pick<Plan, 'name' | 'version' | 'phases'> {
  const named: AuthorPhase | { readonly name: string; readonly kind: 'confirm' } = { name: type, kind: 'confirm' }
  return { name: protocol, version, phases: Array.from({ length: phase + 1 }, () => named) }
}
