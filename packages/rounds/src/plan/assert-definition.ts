import { isName } from '@rondo/core'
import { type AuthorPhase, type Plan, reservedNames } from './plan.js'

// What a definition must be for the engine to run it. Throws a TypeError, where the definition is made.

/** Of the author's; the engine's own come on top. */
const phasesMax = 64
const makersMax = 64
const membersCeiling = 100

export function assertDefinable({
  name,
  version,
  setup,
  roles,
  membersMin,
  membersMax,
  leaveOut,
}: Omit<Plan, 'kept' | 'secrets' | 'phases' | 'result'>): void {
  assertName(name, 'name')
  if (!(Number.isInteger(version) && version >= 1 && version <= 65_535))
    throw new TypeError(`version must be a whole number from 1 to 65,535: ${String(version)}`)
  if (typeof setup?.['~standard']?.validate !== 'function') throw new TypeError('setup must be a Standard Schema')
  for (const role of roles) assertName(role, 'role')
  if (new Set(roles).size !== roles.length) throw new TypeError('a role is named once')
  if (!(Number.isInteger(membersMax) && membersMax <= membersCeiling))
    throw new TypeError(`members.maximum must be up to ${membersCeiling}: ${String(membersMax)}`)
  if (!(Number.isInteger(membersMin) && membersMin >= 2 && membersMin <= membersMax))
    throw new TypeError(`members.minimum must be from 2 to members.maximum: ${String(membersMin)}`)
  if (!['nobody', 'culprits', 'suspects'].includes(leaveOut))
    throw new TypeError(`leaveOut must be nobody, culprits or suspects: ${String(leaveOut)}`)
}

/** Whether the author has got as far as `result`. Throws a TypeError for what is on the way there, or is something else. */
export function assertDefinition(definition: unknown): asserts definition is Plan {
  const isDefined =
    typeof definition === 'object' &&
    definition !== null &&
    'phases' in definition &&
    'result' in definition &&
    Array.isArray(definition.phases)
  if (!isDefined) throw new TypeError('not a definition: what defineRounds begins, `.result(…)` makes a definition of')
}

type Named = Pick<Plan, 'phases' | 'kept' | 'secrets'>

/** Of a phase, and of what `remember` and `secret` make. */
export function assertFresh({ phases, kept, secrets }: Named, name: string): void {
  assertName(name, 'name of a step')
  const reserved: readonly string[] = reservedNames
  if (reserved.includes(name)) throw new TypeError(`${name} is a name of the engine's own`)
  if (phases.some((each) => each.name === name) || kept.has(name) || secrets.has(name))
    throw new TypeError(`the name ${name} is taken`)
}

/** What `remember` and `secret` take. */
export function assertMaker(named: Named, name: string, make: unknown): void {
  assertFresh(named, name)
  if (named.kept.size + named.secrets.size >= makersMax)
    throw new TypeError(`a protocol remembers at most ${makersMax} things`)
  if (typeof make !== 'function') throw new TypeError(`${name} takes a function`)
}

/** What `agree` takes. */
export function assertPhase(named: Named, name: string): void {
  assertFresh(named, name)
  // One of them is the join.
  if (named.phases.length > phasesMax) throw new TypeError(`a protocol has at most ${phasesMax} phases`)
}

/** What `phase` takes. */
export function assertSteps(named: Named, name: string, steps: Partial<AuthorPhase>): void {
  assertPhase(named, name)
  if (typeof steps !== 'object' || steps === null) throw new TypeError(`${name} lacks its steps`)
  const { contribution, contribute, check, checkTogether, bytesMax = 1, deadlineMs = 1, distinct = false } = steps
  if (typeof contribution?.['~standard']?.validate !== 'function')
    throw new TypeError(`${name}.contribution must be a Standard Schema`)
  if (typeof contribute !== 'function') throw new TypeError(`${name}.contribute must be a function`)
  for (const judge of [check, checkTogether])
    if (judge !== undefined && typeof judge !== 'function')
      throw new TypeError(`${name}.check and checkTogether must be functions`)
  if (typeof distinct !== 'boolean') throw new TypeError(`${name}.distinct must be true or false`)
  if (!(Number.isSafeInteger(bytesMax) && bytesMax >= 1 && bytesMax <= contributionBytesCeiling))
    throw new TypeError(`${name}.bytesMax must be from 1 to ${contributionBytesCeiling}`)
  if (!(Number.isFinite(deadlineMs) && deadlineMs > 0)) throw new TypeError(`${name}.deadlineMs must be above 0`)
}

/** What travels in one message with some room to spare. */
const contributionBytesCeiling = 524_288

function assertName(name: unknown, what: string): void {
  if (!isName(name))
    throw new TypeError(
      `not a ${what}: ${String(name)}; it takes 1 to 64 letters, digits and ._:/- and begins with a letter or a digit`,
    )
}
