import type { RoundsDefinition, RoundsTypes } from '../plan/define-rounds.js'
import { encodeValue } from '../plan/encode-value.js'
import type { Phase } from '../plan/plan.js'
import type { Local, View } from '../plan/shape.js'
import type { Verdict } from './verdict.js'

export interface Burned {
  readonly member: string
  readonly attempt: string
  readonly phase: string
  readonly name: string
  readonly value: unknown
}

/** Every secret that was handed out to a definition, by all who use it, over all their lives. */
export interface BurnLog {
  readonly burned: readonly Burned[]
  /** The same definition; what its phases burn is noted. */
  watch<T extends RoundsTypes>(definition: RoundsDefinition<T>): RoundsDefinition<T>
  /** Whether no member got a value twice, nor two for one attempt. */
  noneTwice(): Verdict
}

/**
 * Makes a log of secrets.
 *
 * @example
 * const log = createBurnLog()
 * const watched = log.watch(definition)
 * expect(log.noneTwice()).toBe(true)
 */
export function createBurnLog(): BurnLog {
  const burned: Burned[] = []
  const note = (entry: Burned): void => {
    burned.push(entry)
  }
  return {
    burned,
    watch: (definition) => ({ ...definition, phases: definition.phases.map((phase) => watched(phase, note)) }),
    noneTwice: () => firstTwice(burned),
  }
}

function watched(phase: Phase, note: (entry: Burned) => void): Phase {
  if (phase.kind !== 'said') return phase
  return { ...phase, contribute: (view, local, context) => phase.contribute(view, noting(view, local, note), context) }
}

function noting({ attempt, phase }: View, local: Local, note: (entry: Burned) => void): Local {
  const { me, role, input } = local
  return {
    ...{ me, role, input },
    random: (bytes) => local.random(bytes),
    remember: (name) => local.remember(name),
    shown: (name) => local.shown(name),
    async burn(name) {
      const value = await local.burn(name)
      note({ member: me, attempt, phase, name, value })
      return value
    },
  }
}

function firstTwice(burned: readonly Burned[]): Verdict {
  const seen = new Map<string, Burned>()
  for (const entry of burned) {
    const { member, attempt, name, value } = entry
    for (const key of [`${member} ${name} in ${attempt}`, `${member} ${String(encodeValue(value))}`]) {
      const before = seen.get(key)
      if (before !== undefined)
        return `${member} got ${name} in ${entry.phase} of ${attempt}, and before in ${before.phase} of ${before.attempt}`
      seen.set(key, entry)
    }
  }
  return true
}
