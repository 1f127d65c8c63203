import type { Article } from '../articles/article.js'
import type { Attempt, Culprit, Room } from '../room/room.js'

// What has to be shown so that somebody who holds nothing else comes to the same conclusion: no more than that, so it stays small,
// and all of it, so it needs no explaining.

/** All that leads to a conviction. Two statements in one place are enough by themselves. */
export function groundsOfCulprit(room: Room, culprit: Culprit): readonly Article[] {
  if (culprit.kind === 'equivocation') return culprit.articles
  const grounds = new Grounds(room)
  grounds.addCulprit(culprit)
  return [...grounds.found]
}

/** All that leads to an attempt, and what was said in it. */
export function groundsOfAttempt(room: Room, attempt: Attempt): readonly Article[] {
  const grounds = new Grounds(room)
  grounds.addAttempt(attempt, attempt.said.length)
  return [...grounds.found]
}

class Grounds {
  readonly found = new Set<Article>()
  readonly #room: Room
  /** A conviction rests on an attempt, and a further attempt on convictions: each is gone into once. */
  readonly #seen = new Set<Culprit | Attempt>()

  constructor(room: Room) {
    this.#room = room
  }

  /** The statements, and the phases before them: those of a contribution that was refuted are what it was judged by. */
  addCulprit(culprit: Culprit): void {
    if (this.#isSeen(culprit)) return
    const { kind, articles } = culprit
    for (const article of articles) {
      this.found.add(article)
      if (article.kind !== 'contribution') continue
      const attempt = this.#room.attempts.find(({ id }) => id === article.attempt)
      if (attempt !== undefined) this.addAttempt(attempt, kind === 'fault' ? article.phase : 0)
    }
  }

  /** What makes the attempt what it is, and what was said in it before the phase. */
  addAttempt(attempt: Attempt, phase: number): void {
    for (const row of attempt.said.slice(0, phase))
      for (const saying of row) if (saying !== undefined) this.found.add(saying.article)
    if (this.#isSeen(attempt)) return
    const { invitation, articles, attempts } = this.#room
    const parent = attempts.find(({ id }) => id === attempt.parent)
    this.found.add(invitation)
    this.#addProposal(attempt)
    for (const article of articles) {
      if (article.kind === 'answer' && parent === undefined && isNamedIn(attempt, article)) this.found.add(article)
    }
    if (parent !== undefined) this.#addReasons(attempt, parent)
  }

  /** One, and where it will do the one that counts here: a second one would show something else about its author. */
  #addProposal({ id, said }: Attempt): void {
    const proposals = this.#room.articles.filter(
      (article) => article.kind === 'join' && article.attempt === id && article.proposal !== undefined,
    )
    const counted = said[0]?.[0]?.article
    const proposal = proposals.find((article) => article === counted) ?? proposals[0]
    if (proposal !== undefined) this.found.add(proposal)
  }

  /** Why a further attempt may do without those whom it does without. */
  #addReasons({ proposal: { culprits, suspects } }: Attempt, parent: Attempt): void {
    this.addAttempt(parent, 0)
    for (const culprit of this.#room.culprits) if (culprits.includes(culprit.member)) this.addCulprit(culprit)
    for (const closing of parent.closings)
      if (closing.missing.some((member) => suspects.includes(member))) this.found.add(closing)
  }

  #isSeen(each: Culprit | Attempt): boolean {
    const isSeen = this.#seen.has(each)
    this.#seen.add(each)
    return isSeen
  }
}

/** Whether it is the answer behind a member of the first roster: its nonce is part of the round. */
function isNamedIn({ members, proposal }: Attempt, { author, hash }: Article): boolean {
  const prefix = proposal.answers[members.findIndex(({ peerId }) => peerId === author)]
  return prefix !== undefined && hash.startsWith(prefix)
}
