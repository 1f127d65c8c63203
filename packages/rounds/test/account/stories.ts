import type { Room } from '../../src/room/room.js'
import { commit, confirm, join, RoomBuilder, reveal } from './room-builder.js'

// Rounds that went well, and rounds that did not.

const five = [0, 1, 2, 3, 4]

/** Invited, accepted, and as far as all have said something in each of these phases. */
function begun(builder: RoomBuilder, members: readonly number[], phases: readonly number[], everyMs = 10): RoomBuilder {
  for (const member of members.slice(1)) builder.answer(30 + member * 7, member)
  builder.attempt(130, members)
  for (const [at, phase] of phases.entries())
    builder.sayAll(132 + at * (everyMs * members.length + 20), phase, { everyMs })
  return builder
}

const builderOf = (members: number, more: object = {}) => new RoomBuilder({ members, ...more })

export const stories = {
  'completed by five': () =>
    begun(builderOf(5, { roles: ['dealer', 'player', 'player', 'player', 'player'] }), five, [
      join,
      commit,
      reveal,
      confirm,
    ])
      .complete(415)
      .room(),
  'two things were said': () =>
    begun(builderOf(5, { me: 2 }), five, [join, commit])
      .say(300, reveal, 0)
      .say(312, reveal, 1)
      .say(318, reveal, 3)
      .convict(340, 3, 'equivocation', 'reveal', 'said two things in one place')
      .close(342, 2, 'evidence', { phase: reveal })
      .abort(342, 'EQUIVOCATION')
      .close(351, 0, 'evidence', { phase: reveal })
      .close(352, 1, 'evidence', { phase: reveal })
      .room(),
  'a fault': () =>
    begun(builderOf(3), [0, 1, 2], [join, commit])
      .say(230, reveal, 0)
      .say(255, reveal, 1, 'early')
      .convict(255, 1, 'fault', 'reveal', 'the opening does not match its commitment')
      .close(256, 0, 'evidence', { phase: reveal })
      .abort(256, 'FAULT')
      .room(),
  'two were silent': () =>
    begun(builderOf(5), five, [join, commit])
      .say(280, reveal, 0)
      .say(301, reveal, 1)
      .say(344, reveal, 4)
      .close(10_281, 0, 'timeout', { phase: reveal, missing: [2, 3] })
      .abort(10_281, 'TIMEOUT', {
        suspects: [2, 3].map((member) => ({ member, why: 'silent' as const, phase: 'reveal', by: [0, 1, 4] })),
      })
      .close(10_290, 1, 'timeout', { phase: reveal, missing: [2, 3] })
      .close(10_312, 4, 'timeout', { phase: reveal, missing: [2, 3] })
      .room(),
  'somebody declined': () =>
    begun(builderOf(3), [0, 1, 2], [join])
      .say(190, commit, 0)
      .close(1_240, 2, 'declined', { phase: commit, detail: 'the coin is spent' })
      .abort(1_240, 'DECLINED', { declined: [{ member: 2, reason: 'the coin is spent' }] })
      .room(),
  'too few accepted': () =>
    builderOf(4, { minimum: 3 })
      .answer(41, 1)
      .answer(66, 2, 'too many sides')
      .abort(10_000, 'NOT_ENOUGH', { declined: [{ member: 2, reason: 'too many sides' }] })
      .room(),
  'left out': () => builderOf(4, { me: 3, minimum: 3 }).answer(22, 3).abort(1_890, 'LEFT_OUT').room(),
  'two attempts': () =>
    begun(builderOf(5, { minimum: 3 }), five, [join, commit])
      .say(280, reveal, 0)
      .say(296, reveal, 2)
      .say(330, reveal, 4, 'early')
      .convict(330, 4, 'fault', 'reveal', 'the opening does not match its commitment')
      .close(331, 0, 'evidence', { phase: reveal })
      .close(340, 1, 'evidence', { phase: reveal })
      .close(341, 2, 'evidence', { phase: reveal })
      .close(349, 3, 'evidence', { phase: reveal })
      .attempt(360, [0, 1, 2, 3])
      .sayAll(362, join)
      .sayAll(410, commit)
      .sayAll(461, reveal)
      .sayAll(520, confirm)
      .complete(552)
      .room(),
  'completed after all': () =>
    begun(builderOf(3), [0, 1, 2], [join, commit, reveal])
      .say(300, confirm, 0)
      .say(320, confirm, 1)
      .abort(10_290, 'TIMEOUT', {
        suspects: [{ member: 2, why: 'silent', phase: 'confirm', by: [] }],
        mayBeCompleted: true,
      })
      .say(11_870, confirm, 2)
      .complete(11_870)
      .room(),
  'may be completed': () =>
    begun(builderOf(3), [0, 1, 2], [join, commit, reveal])
      .say(300, confirm, 0)
      .say(320, confirm, 1)
      .close(10_290, 0, 'timeout', { phase: confirm, missing: [2] })
      .abort(10_290, 'TIMEOUT', {
        suspects: [{ member: 2, why: 'silent', phase: 'confirm', by: [] }],
        mayBeCompleted: true,
      })
      .room(),
  'a hundred, one of them silent': () => {
    const all = Array.from({ length: 100 }, (_, member) => member)
    const others = all.filter((member) => member > 0 && member !== 61)
    const builder = builderOf(100, { minimum: 60 })
    for (const at of all) if (at > 0) builder.answer(30 + at, (at * 37) % 100)
    builder.attempt(150, all)
    for (const at of all) builder.say(152 + at, join, (at * 41) % 100)
    for (const at of all) builder.say(253 + 2 * at, commit, (at * 67) % 100)
    for (const at of all) if (at !== 83) builder.say(455 + 3 * at, reveal, (at * 67) % 100)
    builder.close(10_452, 0, 'timeout', { phase: reveal, missing: [61] }).abort(10_452, 'TIMEOUT', {
      suspects: [{ member: 61, why: 'silent', phase: 'reveal', by: [0, 1, 2, 3] }],
    })
    for (const member of others) builder.close(10_453 + member, member, 'timeout', { phase: reveal, missing: [61] })
    return builder.room()
  },
  'under way': () => begun(builderOf(5), five, [join]).say(200, commit, 0).say(212, commit, 3).stage('running').room(),
} satisfies Record<string, () => Room>

export type Story = keyof typeof stories
