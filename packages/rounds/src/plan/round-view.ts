import type { PeerId } from '@rondo/core'
import type { AnyShape, View } from './shape.js'

/** What a view is made of. */
export interface ViewParts {
  readonly round: string
  readonly attempt: string
  readonly number: number
  readonly setup: unknown
  readonly roster: readonly PeerId[]
  /** In the order of the roster. */
  readonly roles: readonly (string | undefined)[]
  readonly phase: string
  /** What was said in each earlier phase, in the order of the roster. */
  readonly said: ReadonlyMap<string, readonly unknown[]>
}

export class RoundView implements View<AnyShape> {
  readonly round: string
  readonly attempt: string
  readonly number: number
  readonly setup: unknown
  readonly roster: readonly PeerId[]
  readonly phase: string
  readonly #roles: readonly (string | undefined)[]
  readonly #said: ReadonlyMap<string, readonly unknown[]>

  constructor({ round, attempt, number, setup, roster, roles, phase, said }: ViewParts) {
    this.round = round
    this.attempt = attempt
    this.number = number
    this.setup = setup
    this.roster = roster
    this.phase = phase
    this.#roles = roles
    this.#said = said
  }

  roleOf(member: PeerId): string | undefined {
    return this.#roles[this.roster.indexOf(member)]
  }

  membersIn(role: string): readonly PeerId[] {
    return this.roster.filter((_, position) => this.#roles[position] === role)
  }

  said(phase: string, from: PeerId): unknown {
    const position = this.roster.indexOf(from)
    if (position < 0) throw new TypeError(`${from} is no member of this round`)
    return this.all(phase)[position]
  }

  all(phase: string): readonly unknown[] {
    const said = this.#said.get(phase)
    if (said === undefined) throw new TypeError(`nothing was said in a phase ${phase} before ${this.phase}`)
    return said
  }
}
