import type { MaybePromise, PeerId } from '@rondo/core'
import { roundsError } from '../errors.js'
import type { Plan } from '../plan/plan.js'
import type { Local, Secret, View } from '../plan/shape.js'

// What a member has to itself in one attempt. It lives in memory and nowhere else, and goes with the attempt.

export interface AttemptValuesParts {
  readonly plan: Plan
  readonly attempt: string
  readonly me: PeerId
  readonly role: string | undefined
  readonly input: unknown
  readonly random: (bytes: number) => Uint8Array
  /** Whether the secret was unspent; durable before it resolves. */
  readonly spend: (attempt: string, secret: string) => Promise<boolean>
}

export class AttemptValues {
  readonly attempt: string
  readonly #parts: AttemptValuesParts
  readonly #kept = new Map<string, unknown>()
  readonly #secrets = new Map<string, MaybePromise<Secret>>()
  readonly #burned = new Set<string>()
  #isOver = false

  constructor(parts: AttemptValuesParts) {
    this.#parts = parts
    this.attempt = parts.attempt
  }

  /** Nothing is handed out any more, and nothing stays. */
  end(): void {
    this.#isOver = true
    this.#kept.clear()
    this.#secrets.clear()
  }

  /** As one phase sees it. */
  localIn(view: View): Local {
    const { me, role, input, random } = this.#parts
    const local: Local = {
      me,
      role,
      input,
      random,
      remember: (name) => this.#remember(name, view, local),
      shown: async (name) => (await this.#secret(name, view, local)).shown,
      burn: (name) => this.#burn(name, view, local),
    }
    return Object.freeze(local)
  }

  #remember(name: string, view: View, local: Local): unknown {
    this.#assertRunning()
    const make = this.#parts.plan.kept.get(name)
    if (make === undefined) throw new TypeError(`nothing is remembered as ${name}`)
    if (!this.#kept.has(name)) this.#kept.set(name, make(view, local))
    return this.#kept.get(name)
  }

  #secret(name: string, view: View, local: Local): MaybePromise<Secret> {
    this.#assertRunning()
    if (this.#burned.has(name)) throw roundsError('SECRET_SPENT', { detail: name })
    const make = this.#parts.plan.secrets.get(name)
    if (make === undefined) throw new TypeError(`there is no secret ${name}`)
    const made = this.#secrets.get(name) ?? make(view, local)
    this.#secrets.set(name, made)
    return made
  }

  async #burn(name: string, view: View, local: Local): Promise<unknown> {
    const { plan, attempt, spend } = this.#parts
    const now = plan.phases.findIndex((phase) => phase.name === view.phase)
    if (!plan.phases.slice(0, now).some(({ kind }) => kind === 'agree'))
      throw new TypeError(`burn ${name} after an agree phase: nobody has agreed on what it is used for`)
    const made = this.#secret(name, view, local)
    // Taken at once: whoever asks next comes too late, also while the marker is being written.
    this.#burned.add(name)
    this.#secrets.delete(name)
    const { secret } = await made
    this.#assertRunning()
    if (!(await spend(attempt, name))) throw roundsError('SECRET_SPENT', { detail: name })
    this.#assertRunning()
    return secret
  }

  #assertRunning(): void {
    if (this.#isOver) throw roundsError('ROUND_OVER')
  }
}
