import { describeOutcome, type JudgedOutcome, type Verdict } from './verdict.js'

/**
 * Whether a round was completed, or names one of these members and convicts nobody else. Numbers are places in the invitation, the
 * host being 0: where peer 0 invites `world.others(0)`, they are those of the world.
 */
export function completedOrNames(...members: readonly (number | string)[]): (outcome: JudgedOutcome) => Verdict {
  if (members.length === 0) throw new TypeError('completedOrNames takes the members of whom one is to be named')
  return (outcome) => {
    if (outcome.status === 'completed') return true
    const { account, culprits, suspects } = outcome
    const meant = members.map((member) => (typeof member === 'number' ? account.members[member]?.peerId : member))
    const innocent = culprits.find(({ peerId }) => !meant.includes(peerId))
    if (innocent !== undefined) return `convicts ${innocent.peerId}, who is not meant: ${describeOutcome(outcome)}`
    const isNamed = [...culprits, ...suspects].some(({ peerId }) => meant.includes(peerId))
    return isNamed || `names none of ${meant.join(', ')}: ${describeOutcome(outcome)}`
  }
}
