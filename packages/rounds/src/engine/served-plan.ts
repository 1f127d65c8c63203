import { hexOf } from '../hex.js'
import type { RoundsDefinition, RoundsTypes } from '../plan/define-rounds.js'
import { cut } from '../plan/verdict.js'
import type { LiveRoom } from './live-room.js'
import type { Outcome } from './outcome.js'
import type { Round } from './round.js'
import type { Invite, InviteHandler, Served, ServeOptions } from './serving.js'

interface Host {
  readonly random: (bytes: number) => Uint8Array
  readonly failed: (cause: unknown) => void
}

/** A protocol that is served: its handler is asked about every invitation, and its rounds are told to whoever waits for the next. */
export class ServedPlan<T extends RoundsTypes = RoundsTypes> implements Served<T> {
  readonly definition: RoundsDefinition<T>
  readonly #handler: (invite: Invite) => unknown
  readonly #onRound: ((round: Round) => unknown) | undefined
  readonly #closed: () => void
  /** Outcomes that nobody has asked for, and those who ask for one that is not there. */
  readonly #ended: Outcome[] = []
  readonly #asking: ((outcome: Outcome) => void)[] = []

  constructor(
    definition: RoundsDefinition<T>,
    handler: InviteHandler<T>,
    { onRound }: ServeOptions<T>,
    closed: () => void,
  ) {
    if (typeof handler !== 'function') throw new TypeError('serve takes a function that answers invitations')
    this.definition = definition
    // The invitation that it will be given was checked by this very definition.
    this.#handler = handler as unknown as (invite: Invite) => unknown
    this.#onRound = onRound as ((round: Round) => unknown) | undefined
    this.#closed = closed
  }

  next(): Promise<Outcome<T['result']>> {
    const ended = this.#ended.shift()
    if (ended !== undefined) return Promise.resolve(ended)
    return new Promise((resolve) => {
      this.#asking.push(resolve)
    })
  }

  close(): void {
    this.#closed()
  }

  invite(room: LiveRoom, { random, failed }: Host): void {
    const controller = new AbortController()
    const { invitation, setup, me } = room.room
    let isAnswered = false
    const answerOnce = (): void => {
      if (isAnswered) throw new TypeError('an invitation is answered once')
      isAnswered = true
    }
    const decline = (reason = 'declined'): void => {
      answerOnce()
      room.happen({ type: 'decline', reason: cut(reason) })
    }
    const accept = ({ local }: { readonly local?: unknown } = {}): LiveRoom => {
      answerOnce()
      room.input = local
      room.happen({ type: 'accept', nonce: hexOf(random(32)) })
      void room.outcome.then((outcome) => this.#end(outcome))
      this.#onRound?.(room)
      return room
    }
    const invite: Invite = Object.freeze({
      id: room.id,
      from: invitation.author,
      setup,
      candidates: invitation.candidates,
      role: invitation.candidates[me]?.role,
      minimum: invitation.minimum,
      answerMs: invitation.answerMs,
      deadlineMs: invitation.deadlineMs,
      signal: controller.signal,
      accept,
      decline,
    })
    void room.outcome.then(() => controller.abort(new Error('the invitation is off')))
    const fail = (cause: unknown): void => {
      failed(cause)
      if (!isAnswered) decline('this member failed')
    }
    try {
      const answered = this.#handler(invite)
      if (answered instanceof Promise) answered.catch(fail)
    } catch (cause) {
      fail(cause)
    }
  }

  #end(outcome: Outcome): void {
    const asking = this.#asking.shift()
    if (asking === undefined) this.#ended.push(outcome)
    else asking(outcome)
    if (this.#ended.length > endedMax) this.#ended.shift()
  }
}

/** Of a server that never asks for them. */
const endedMax = 256
