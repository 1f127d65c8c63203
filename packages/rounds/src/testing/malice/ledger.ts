import type { PeerId } from '@rondo/core'
import type { Answer, Invitation, Join } from '../../articles/article.js'
import { type RosterMember, roundIdOf } from '../../articles/ids.js'
import { hexOf } from '../../hex.js'
import type { Said } from './said.js'

// What a malicious member has heard and said, over all its lives: enough to know whom it can accuse of what.

const entriesMax = 4_096

interface Entry {
  readonly room: string
  readonly said: Said
}

export class Ledger {
  /** What the member signed besides what its engine said, in hexadecimal digits. */
  readonly lies = new Set<string>()
  readonly #entries = new Map<string, Entry>()

  /** Returns whether it is new. */
  add(room: Uint8Array, said: Said): boolean {
    const { hash } = said.article
    if (this.#entries.has(hash) || this.#entries.size >= entriesMax) return false
    this.#entries.set(hash, { room: hexOf(room), said })
    return true
  }

  get entries(): readonly Entry[] {
    return [...this.#entries.values()]
  }

  invitation(room: string): Invitation | undefined {
    for (const { said } of this.#entries.values())
      if (said.article.kind === 'invitation' && said.article.room === room) return said.article
    return undefined
  }

  /** The answers and the joins in a room, in the order in which they came. */
  answers(room: string): readonly Answer[] {
    return this.#in(room).filter((article): article is Answer => article.kind === 'answer')
  }

  joins(room: string): readonly Join[] {
    return this.#in(room).filter((article): article is Join => article.kind === 'join')
  }

  /** The life of a member that signed an attempt. */
  incarnationOf(room: string, author: PeerId, attempt: string): string | undefined {
    return this.joins(room).find((join) => join.author === author && join.attempt === attempt)?.incarnation
  }

  /** The candidates who play, by the proposal of an attempt. */
  rosterOf(room: string, attempt: string): readonly number[] {
    return (
      this.joins(room).find((join) => join.attempt === attempt && join.proposal !== undefined)?.proposal?.roster ?? []
    )
  }

  /** What the round of a roster is called; undefined where an answer is lacking. */
  roundOf(room: string, roster: readonly number[]): string | undefined {
    const members = roster.map((member) => this.#memberOf(room, member))
    const known = members.filter((member) => member !== undefined)
    return known.length < members.length ? undefined : roundIdOf(room, known)
  }

  #memberOf(room: string, index: number): RosterMember | undefined {
    const invitation = this.invitation(room)
    const candidate = invitation?.candidates[index]
    if (invitation === undefined || candidate === undefined) return undefined
    if (index === 0) return { ...candidate, incarnation: invitation.incarnation, nonce: invitation.nonce }
    const said = this.answers(room).find(({ author, answer }) => author === candidate.peerId && answer.accepts)
    return said?.answer.accepts === true
      ? { ...candidate, incarnation: said.incarnation, nonce: said.answer.nonce }
      : undefined
  }

  #in(room: string): readonly Said['article'][] {
    return this.entries.filter((entry) => entry.room === room).map(({ said }) => said.article)
  }
}
