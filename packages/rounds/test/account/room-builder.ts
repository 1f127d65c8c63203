import { encodePeerId, type PeerId, platformCrypto } from '@rondo/core'
import type { Answer, Article, Closing, Contribution, Invitation, Join } from '../../src/articles/article.js'
import { hexOf } from '../../src/hex.js'
import { commitment } from '../../src/plan/commitment.js'
import { defineRounds } from '../../src/plan/define-rounds.js'
import type { Plan } from '../../src/plan/plan.js'
import { bytes } from '../../src/plan/schemas.js'
import type { Attempt, Culprit, HistoryEntry, Room, RoomOutcome, Saying } from '../../src/room/room.js'

// Rooms as they stand when a round is over, told event by event. The engine is not asked: what an account says of a room is
// to hold for every room.

export const dice: Plan = defineRounds({ name: 'dice', version: 1, setup: bytes(0) })
  .phase('commit', { contribution: commitment, contribute: () => new Uint8Array(32) })
  .phase('reveal', { contribution: bytes(32), contribute: () => new Uint8Array(32) })
  .result(() => ({ roll: 4 }))

export const join = 0
export const commit = 1
export const reveal = 2
export const confirm = 3

export function digest(text: string): string {
  return hexOf(platformCrypto.sha256(new TextEncoder().encode(text)))
}

export function peerIdOf(member: number): PeerId {
  return encodePeerId(platformCrypto.sha256(new TextEncoder().encode(`member ${member}`)))
}

interface Cast {
  readonly members: number
  readonly me?: number
  readonly roles?: readonly (string | undefined)[]
  readonly minimum?: number
  readonly plan?: Plan
}

type WithoutTime<T> = T extends unknown ? Omit<T, 'atMs'> : never
type Happening = WithoutTime<HistoryEntry>

const startMs = 1_700_000_000_000

export class RoomBuilder {
  readonly #plan: Plan
  readonly #me: number
  readonly #invitation: Invitation
  readonly #articles: Article[]
  readonly #history: HistoryEntry[] = [{ atMs: startMs, what: 'invited' }]
  readonly #attempts: Attempt[] = []
  readonly #culprits: Culprit[] = []
  #stage: Room['stage'] = 'running'
  #outcome: RoomOutcome | undefined

  constructor({ members, me = 0, roles = [], minimum = members, plan = dice }: Cast) {
    this.#plan = plan
    this.#me = me
    const room = digest('room')
    const candidates = Array.from({ length: members }, (_, member) => ({
      peerId: peerIdOf(member),
      role: roles[member],
    }))
    this.#invitation = {
      ...this.#signed(0, 'invitation'),
      kind: 'invitation',
      room,
      nonce: digest('nonce'),
      incarnation: '00'.repeat(16),
      candidates,
      minimum,
      maximum: members,
      setup: undefined,
      answerMs: 10_000,
      deadlineMs: 10_000,
      retries: 0,
    }
    this.#articles = [this.#invitation]
  }

  /** What nobody looks at is the same everywhere. */
  #signed(member: number, what: string) {
    const hash = digest(`${member} ${what}`)
    return { network: 'main', author: peerIdOf(member), createdMs: 0, expiresMs: 1, hash, bytes: new Uint8Array() }
  }

  #note(atMs: number, entry: Happening): this {
    this.#history.push({ atMs: startMs + atMs, ...entry })
    return this
  }

  answer(atMs: number, member: number, reason?: string): this {
    const answer: Answer = {
      ...this.#signed(member, 'answer'),
      kind: 'answer',
      room: this.#invitation.room,
      incarnation: '00'.repeat(16),
      answer: reason === undefined ? { accepts: true, nonce: digest(`nonce ${member}`) } : { accepts: false, reason },
    }
    this.#articles.push(answer)
    return this.#note(atMs, { what: 'answered', member, accepts: reason === undefined, reason: reason ?? '' })
  }

  /** With its first phase. */
  attempt(atMs: number, roster: readonly number[]): this {
    const number = this.#attempts.length + 1
    this.#attempts.push({
      id: digest(`attempt ${number}`),
      parent: this.#attempts.at(-1)?.id ?? this.#invitation.room,
      number,
      round: digest('round'),
      proposal: { roster, answers: [], culprits: [], suspects: [] },
      members: roster.map((member) => ({
        peerId: peerIdOf(member),
        role: undefined,
        incarnation: '00'.repeat(16),
        nonce: digest(`nonce ${member}`),
      })),
      roster,
      mine: roster.indexOf(this.#me),
      phase: 0,
      said: this.#plan.phases.map(() => roster.map(() => undefined)),
      digests: [],
      isOpen: true,
      isConfirmed: false,
      isStuck: false,
      verdicts: undefined,
      result: undefined,
      closings: [],
      phaseAtMs: 0,
      hasty: [],
      hurriedIn: -1,
    })
    return this.#note(atMs, { what: 'phase began', attempt: number, phase: 0 })
  }

  get #present(): Attempt {
    const attempt = this.#attempts.at(-1)
    if (attempt === undefined) throw new Error('no attempt was made')
    return attempt
  }

  #change(part: Partial<Attempt>): void {
    this.#attempts[this.#attempts.length - 1] = { ...this.#present, ...part }
  }

  /** Goes on to the next phase once all have said something that counts. */
  say(atMs: number, phase: number, member: number, state: Saying['state'] = 'accepted'): this {
    const { roster, number, id, round } = this.#present
    const signed = this.#signed(member, `says ${phase} in attempt ${number}`)
    const article: Join | Contribution = {
      ...signed,
      kind: 'contribution',
      round,
      attempt: id,
      phase,
      digest: digest(''),
      value: undefined,
      valueBytes: 0,
    }
    const said = this.#present.said.map((row, each) =>
      row.map((old, position) =>
        each === phase && roster[position] === member ? { article, state, value: undefined } : old,
      ),
    )
    this.#articles.push(article)
    this.#change({ said })
    this.#note(atMs, { what: 'said', attempt: number, phase, member })
    if (phase !== this.#present.phase || !said[phase]?.every((each) => each?.state === 'accepted')) return this
    this.#change({ phase: phase + 1 })
    if (phase + 1 === this.#plan.phases.length) return this
    return this.#note(atMs, { what: 'phase began', attempt: number, phase: phase + 1 })
  }

  /** All of the roster, or these, one every so many milliseconds. */
  sayAll(atMs: number, phase: number, { everyMs = 10, members = this.#present.roster } = {}): this {
    for (const [at, member] of members.entries()) this.say(atMs + at * everyMs, phase, member)
    return this
  }

  close(
    atMs: number,
    member: number,
    reason: Closing['reason'],
    { phase, missing = [], detail = '' }: { phase: number; missing?: readonly number[]; detail?: string },
  ): this {
    const attempt = this.#attempts.at(-1)?.number ?? 0
    return this.#note(atMs, { what: 'closed', attempt, phase, member, reason, detail, missing })
  }

  convict(atMs: number, member: number, kind: Culprit['kind'], phase: string, reason: string): this {
    const at = this.#plan.phases.findIndex(({ name }) => name === phase)
    const attempt = this.#attempts.at(-1)?.number
    const first = `says ${at} in attempt ${attempt}`
    const articles = kind === 'fault' ? [first] : [first, `${first}, and something else`]
    this.#culprits.push({
      member,
      kind,
      reason,
      phase,
      attempt,
      articles: articles.map((what) => ({
        ...this.#signed(member, what),
        kind: 'closing',
        attempt: digest('attempt 1'),
        incarnation: '00'.repeat(16),
        phase: 0,
        missing: [],
        reason: 'failed',
        detail: '',
      })),
    })
    return this.#note(atMs, { what: 'convicted', attempt: attempt ?? 0, phase, member, kind, reason })
  }

  stage(stage: Room['stage']): this {
    this.#stage = stage
    return this
  }

  complete(atMs: number, { result }: { readonly result: unknown } = { result: { roll: 4 } }): this {
    return this.#end(atMs, { status: 'completed', result, attempt: this.#present.number })
  }

  abort(
    atMs: number,
    reason: Extract<RoomOutcome, { status: 'aborted' }>['reason'],
    more: Partial<Extract<RoomOutcome, { status: 'aborted' }>> = {},
  ): this {
    return this.#end(atMs, {
      status: 'aborted',
      reason,
      detail: '',
      culprits: this.#culprits,
      suspects: [],
      declined: [],
      mayBeCompleted: false,
      unconfirmed: undefined,
      ...more,
    })
  }

  #end(atMs: number, outcome: RoomOutcome): this {
    this.#stage = 'over'
    this.#outcome = outcome
    return this.#note(atMs, { what: 'ended', outcome })
  }

  room(): Room {
    return {
      plan: this.#plan,
      invitation: this.#invitation,
      me: this.#me,
      incarnation: '00'.repeat(16),
      setup: undefined,
      stage: this.#stage,
      articles: [...this.#articles],
      attempts: [...this.#attempts],
      culprits: [...this.#culprits],
      isWatched: false,
      outcome: this.#outcome,
      history: [...this.#history],
    }
  }
}
