import { type AuthorPhase, type Plan, reservedNames } from './plan.js'

// What a definition must be for the engine to run it. Throws a TypeError, where the definition is made.

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/
const phasesMax = 64
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
  if (!(Number.isInteger(membersMin) && membersMin >= 2 && membersMin <= membersMax))
    throw new TypeError(`members.minimum must be from 2 to members.maximum: ${String(membersMin)}`)
  if (!(Number.isInteger(membersMax) && membersMax <= membersCeiling))
    throw new TypeError(`members.maximum must be up to ${membersCeiling}: ${String(membersMax)}`)
  if (!['nobody', 'culprits', 'suspects'].includes(leaveOut))
    throw new TypeError(`leaveOut must be nobody, culprits or suspects: ${String(leaveOut)}`)
}

/** Of a phase, or of anything else that is named in a definition. */
export function assertPhase(
  { phases, kept, secrets }: Pick<Plan, 'phases' | 'kept' | 'secrets'>,
  name: string,
  steps?: Partial<AuthorPhase>,
): void {
  assertName(name, 'name of a phase')
  if (reservedNames.includes(name)) throw new TypeError(`${name} is a name of the engine's own`)
  if (phases.some((each) => each.name === name) || kept.has(name) || secrets.has(name))
    throw new TypeError(`the name ${name} is taken`)
  if (phases.length >= phasesMax) throw new TypeError(`a protocol has at most ${phasesMax} phases`)
  if (steps === undefined) return
  const { contribution, contribute, bytesMax = 1, deadlineMs = 1 } = steps
  if (typeof contribution?.['~standard']?.validate !== 'function')
    throw new TypeError(`${name}.contribution must be a Standard Schema`)
  if (typeof contribute !== 'function') throw new TypeError(`${name}.contribute must be a function`)
  if (!(Number.isSafeInteger(bytesMax) && bytesMax >= 1 && bytesMax <= contributionBytesCeiling))
    throw new TypeError(`${name}.bytesMax must be from 1 to ${contributionBytesCeiling}`)
  if (!(Number.isFinite(deadlineMs) && deadlineMs > 0)) throw new TypeError(`${name}.deadlineMs must be above 0`)
}

/** What travels in one message with some room to spare. */
const contributionBytesCeiling = 524_288

function assertName(name: unknown, what: string): void {
  if (typeof name !== 'string' || !namePattern.test(name)) throw new TypeError(`not a ${what}: ${String(name)}`)
}
