import {
  type MaybePromise,
  type MessageVerifier,
  type PeerId,
  type SigningCode,
  type VerifiedMessage,
  verifyMessage,
} from '@rondo/core'
import type { Article } from '../articles/article.js'
import { readArticle } from '../articles/read-article.js'
import type { Plan } from '../plan/plan.js'
import type { Entry } from './entry.js'

// From what articles claim to what their authors said: every signature is asked for once, the cheap questions come first, and the
// first that fails ends it, for a transcript is believed as a whole or not at all.

export interface ReadSignedOptions {
  /**
   * Who verifies signatures; `verifyMessage` of core where left out, which knows Ed25519. For members with other keys:
   * `createMessageVerifier({ suites: [secp256k1()] })`.
   */
  readonly verify?: MessageVerifier | undefined
  /** Where it was said; any network where left out, but the same for all of it. */
  readonly network?: string | undefined
  /** Given, what has expired by then is refused. */
  readonly nowMs?: number | undefined
}

export interface TranscriptRefusal<Code extends string = TranscriptCode> {
  readonly ok: false
  readonly code: Code
  /** For people. */
  readonly detail: string
}

/**
 * `TRANSCRIPT_MALFORMED`: no transcript in its one form. `TRANSCRIPT_LIMIT`: it is larger than was allowed. `TRANSCRIPT_FOREIGN`:
 * something in it is of another protocol, version, network or round, or by somebody who was not invited.
 * `ROUND_SETUP_REFUSED`: the definition does not know such a setup, so many members or their roles. The rest are of core: a signature does not hold.
 */
export type TranscriptCode =
  | 'TRANSCRIPT_MALFORMED'
  | 'TRANSCRIPT_LIMIT'
  | 'TRANSCRIPT_FOREIGN'
  | 'ROUND_SETUP_REFUSED'
  | SigningCode

export type SignedArticles =
  | {
      readonly ok: true
      readonly network: string
      readonly articles: readonly Article[]
      /** What they were read from. */
      readonly messages: readonly VerifiedMessage[]
    }
  | TranscriptRefusal

type Head = Pick<Plan, 'name' | 'version' | 'phases'>

export function readSigned(
  plan: Head,
  entries: readonly Entry[],
  { verify = verifyMessage, network = entries[0]?.network ?? '', nowMs }: ReadSignedOptions,
): MaybePromise<SignedArticles> {
  const stranger = entries.find(
    (entry) => entry.protocol !== plan.name || entry.version !== plan.version || entry.network !== network,
  )
  if (stranger !== undefined) {
    const found = `${stranger.protocol} ${stranger.version} on ${stranger.network}`
    return refuse('TRANSCRIPT_FOREIGN', `expected ${plan.name} ${plan.version} on ${network}, found ${found}`)
  }
  const articles: Article[] = []
  const messages: VerifiedMessage[] = []
  const invited = new Set<PeerId>()
  const readOne = ({ bytes, author, slot }: Entry): MaybePromise<TranscriptRefusal | undefined> => {
    // An invitation comes before everything that it invites to.
    if (invited.size > 0 && !invited.has(author))
      return refuse('TRANSCRIPT_FOREIGN', `${author} was not invited and said something`)
    const take = (verdict: Awaited<ReturnType<MessageVerifier>>): TranscriptRefusal | undefined => {
      const where = `the ${slot.kind} by ${author}`
      if (!verdict.ok) return refuse(verdict.code, where)
      const article = readArticle(plan, verdict)
      if (article === undefined) return refuse('TRANSCRIPT_FOREIGN', `${where} says nothing that is said in a round`)
      articles.push(article)
      messages.push(verdict)
      if (article.kind === 'invitation') for (const { peerId } of article.candidates) invited.add(peerId)
      return undefined
    }
    const verdict = verify(bytes, { nowMs })
    return verdict instanceof Promise ? verdict.then(take) : take(verdict)
  }
  return settled(firstOf(entries, readOne), (refusal) => refusal ?? { ok: true, network, articles, messages })
}

export function refuse<Code extends string>(code: Code, detail: string): TranscriptRefusal<Code> {
  return { ok: false, code, detail }
}

/** Goes on at once where there is nothing to wait for. */
export function settled<T, U>(value: MaybePromise<T>, use: (value: T) => U): MaybePromise<U> {
  return value instanceof Promise ? value.then(use) : use(value)
}

/** The first thing that `look` finds, one after the other; waits only where it has to. */
function firstOf<T, F>(all: readonly T[], look: (each: T) => MaybePromise<F | undefined>): MaybePromise<F | undefined> {
  for (const [at, each] of all.entries()) {
    const found = look(each)
    if (found instanceof Promise) return goOn(found, all.slice(at + 1), look)
    if (found !== undefined) return found
  }
  return undefined
}

async function goOn<T, F>(
  first: Promise<F | undefined>,
  rest: readonly T[],
  look: (each: T) => MaybePromise<F | undefined>,
): Promise<F | undefined> {
  const begun = await first
  if (begun !== undefined) return begun
  for (const each of rest) {
    const found = await look(each)
    if (found !== undefined) return found
  }
  return undefined
}
