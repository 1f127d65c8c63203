import { describe, expect, test } from 'vitest'
import type { LeaveOut } from '../../src/plan/plan.js'
import { mayFollow } from '../../src/room/proposals.js'
import type { Terms } from './harness.js'
import { attemptOf, under } from './scenes.js'

const five = { members: 5, minimum: 2, retries: 1 } as const

function follows(
  proposal: { roster?: readonly number[]; culprits?: readonly number[]; suspects?: readonly number[] },
  more: Partial<Terms> & { leaveOut?: LeaveOut } = {},
): boolean {
  const table = under('one', { ...five, leaveOut: 'suspects', ...more })
  const { culprits = [], suspects = [] } = proposal
  const roster = proposal.roster ?? [0, 1, 2, 3, 4].filter((member) => ![...culprits, ...suspects].includes(member))
  return mayFollow(table.player(0).room, attemptOf(table, 0), { roster, culprits, suspects })
}

describe('another attempt may', () => {
  test.each([
    ['be the same again', {}, {}],
    ['go without culprits, though few remain', { culprits: [1, 2, 3] }, {}],
    ['go without suspects, while a majority remains', { suspects: [1, 2] }, {}],
    ['go without both', { culprits: [4], suspects: [1] }, {}],
    ['go without culprits where it must keep suspects', { culprits: [4] }, { leaveOut: 'culprits' }],
  ] as const)('%s', (_, proposal, more) => {
    expect(follows(proposal, more)).toBe(true)
  })
})

describe('no other attempt may', () => {
  test.each([
    ['come after the last retry', {}, { retries: 0 }],
    ['go without suspects where only a minority remains', { suspects: [1, 2, 3] }, {}],
    ['be smaller than the invitation says', { culprits: [1, 2, 3] }, { minimum: 3 }],
    ['go without anybody where the roster is the key', { culprits: [4] }, { leaveOut: 'nobody' }],
    ['go without suspects where only culprits may be left out', { suspects: [4] }, { leaveOut: 'culprits' }],
    ['name one both culprit and suspect', { culprits: [4], suspects: [4] }, {}],
    ['name a stranger', { roster: [0, 1, 2, 3, 4], culprits: [9] }, {}],
    ['lack somebody without saying why', { roster: [0, 1, 2] }, {}],
    ['have them in another order', { roster: [1, 0, 2, 3, 4] }, {}],
    ['take somebody in again', { roster: [0, 1, 2, 3, 4], culprits: [4] }, {}],
  ] as const)('%s', (_, proposal, more) => {
    expect(follows(proposal, more)).toBe(false)
  })
})
