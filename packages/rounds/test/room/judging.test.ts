import { describe, expect, test } from 'vitest'
import type { RoomEvent } from '../../src/room/events.js'
import type { Room } from '../../src/room/room.js'
import { step } from '../../src/room/step.js'
import { closingOf } from './harness.js'
import { odd } from './plans.js'
import { attemptOf, saidBy, under } from './scenes.js'

// Contributions that do not hold together are judged alone, a member at a time, so that nobody's program stands still meanwhile.

/** Member 1 of five, who has heard all but the last word of a phase that members 3 and 4 have spoiled. */
function beforeTheLastWord(): { readonly room: Room; readonly last: RoomEvent; readonly closing: RoomEvent } {
  const table = under('two', { members: 5, second: 'together' })
  for (const member of [3, 4])
    table.utter(member, (draft) => (draft.kind === 'contribution' ? { ...draft, value: odd.refuted } : draft))
  for (const member of [0, 1, 2]) table.utter(member)
  const [last] = saidBy(table, 4, 'contribution').slice(-1)
  if (last === undefined) throw new Error('it has spoken')
  for (const article of table.missedBy(1)) if (article !== last) table.hear(1, article)
  const { id: attempt, phase } = attemptOf(table, 1)
  const closing = table.say(0, closingOf(0, attempt, { phase, reason: 'failed', detail: 'its disk is full' }))
  return {
    room: table.player(1).room,
    last: { type: 'heard', article: last },
    closing: { type: 'heard', article: closing },
  }
}

const verdicts = ({ attempts }: Room): number | undefined => attempts[0]?.verdicts?.length

function take(room: Room, ...events: readonly RoomEvent[]): Room {
  return events.reduce((before, event) => step(before, event, 0).room, room)
}

const judge = { type: 'timer', name: 'judge' } as const
const guilty = { status: 'aborted', reason: 'FAULT', culprits: [{ member: 3 }, { member: 4 }] }

describe('what does not hold together', () => {
  test('is looked at one by one, and all that is wrong is found', () => {
    const { room, last } = beforeTheLastWord()
    const first = step(room, last, 0)
    expect(first.effects).toContainEqual({ type: 'timer', name: 'judge', ms: 0 })
    let present = first.room
    for (const count of [0, 1, 2, 3, 4]) {
      expect(verdicts(present)).toBe(count)
      expect(present.outcome).toBeUndefined()
      present = take(present, judge)
    }
    expect(present.outcome).toMatchObject(guilty)
  })

  test('comes before the end of the phase, which finds whose fault it is and no silence', () => {
    const { room, last } = beforeTheLastWord()
    const late = take(room, last, { type: 'timer', name: 'phase' })
    expect(late.outcome).toBeUndefined()
    expect(take(late, judge, judge, judge, judge, judge).outcome).toMatchObject(guilty)
  })

  test('comes before the words of somebody who goes no further', () => {
    const { room, last, closing } = beforeTheLastWord()
    const present = take(room, last, closing)
    expect(present.outcome).toBeUndefined()
    expect(verdicts(present)).toBe(0)
    expect(take(present, judge, judge, judge, judge, judge).outcome).toMatchObject(guilty)
  })

  test('is left alone by who gives up, and noted all the same', () => {
    const { room, last } = beforeTheLastWord()
    const gone = take(room, last, { type: 'abort', reason: 'STOPPED', detail: 'enough' })
    expect(gone.outcome).toMatchObject({ reason: 'STOPPED', culprits: [] })
    expect(take(gone, judge, judge, judge, judge, judge).culprits).toMatchObject([{ member: 3 }, { member: 4 }])
  })
})
