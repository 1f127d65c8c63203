import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fate, ToldOutcome } from './child/words.js'
import { type Member, startMember } from './member.js'

// Five members, each a process with a store of its own, and the one that is killed comes back. Time is never looked at: the deadline is
// short because somebody has to run into it, and who is slow beside the one who is dead may be suspected as well.

const isFull = process.env['RONDO_TIER'] === 'full'
const count = 5
const deadlineMs = 700
/** Where all but one have to come far: a machine that is busy takes its time. */
const longDeadlineMs = 1_500
/** Of a round in which everybody is there: long, for nobody runs into it. */
const patienceMs = 60_000

let folder = ''
const members: Member[] = []
const seen = new Set<string>()

const numbers = Array.from({ length: count }, (_, number) => number)
const othersOf = (number: number): readonly Member[] => members.filter((_, other) => other !== number)
const idsOf = (of: readonly Member[]): readonly string[] => of.map(({ target }) => target.peerId)

function memberAt(number: number): Member {
  const member = members[number]
  if (member === undefined) throw new RangeError(`there is no member ${number}`)
  return member
}

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'rondo-rounds-')))
  members.push(...(await Promise.all(numbers.map((number) => startMember(number, join(folder, String(number)))))))
  for (const [number, member] of members.entries()) {
    const targets = members.slice(0, number).map(({ target }) => target)
    await member.order({ order: 'connect', targets })
    await member.order({ order: 'serve' })
  }
  await Promise.all(numbers.map((number) => memberAt(number).connectedTo(idsOf(othersOf(number)))))
}, 60_000)

afterAll(async () => {
  await Promise.all(members.map((member) => member.kill()))
  await rm(folder, { recursive: true, force: true })
})

function startRound(host: number, time: number): void {
  const order = { order: 'start', members: idsOf(othersOf(host)), answerMs: patienceMs, deadlineMs: time } as const
  memberAt(host).send(order)
}

/** What each of these knows of the next round, which they have in common. */
async function nextOutcomes(of: readonly Member[]): Promise<readonly ToldOutcome[]> {
  let room = ''
  const outcomes = await Promise.all(
    of.map((member) =>
      member.outcome((told) => {
        if (seen.has(told.room) || told.former) return false
        room = told.room
        return true
      }),
    ),
  )
  seen.add(room)
  return outcomes
}

/** Another process with the same folder; it recovers, and is connected to all the others. */
async function restart(number: number): Promise<Member> {
  const member = await startMember(number, join(folder, String(number)))
  members[number] = member
  await member.order({ order: 'recover' })
  await member.order({ order: 'serve' })
  await member.order({ order: 'connect', targets: othersOf(number).map(({ target }) => target) })
  return member
}

async function assertCompletes(host: number): Promise<void> {
  startRound(host, patienceMs)
  const outcomes = await nextOutcomes(members)
  expect(outcomes.map(({ status }) => status)).toEqual(numbers.map(() => 'completed'))
  expect(new Set(outcomes.map(({ result }) => JSON.stringify(result))).size).toBe(1)
}

async function killIn(victim: number, host: number, fate: Fate, time = deadlineMs): Promise<string> {
  await memberAt(victim).order({ order: 'die', fate })
  startRound(host, time)
  expect(await memberAt(victim).died).toBe('SIGKILL')
  return memberAt(victim).target.peerId
}

describe('five members in five processes', { timeout: 120_000 }, () => {
  test('complete a round', async () => {
    await assertCompletes(0)
  })

  const deaths: readonly (readonly [victim: number, host: number, fate: Fate])[] = [
    [1, 0, { phase: 'join', when: 'begins' }],
    [2, 0, { phase: 'announce', when: 'begins' }],
    [3, 0, { phase: 'agreed', when: 'begins' }],
    [4, 0, { phase: 'use', when: 'begins' }],
    [1, 0, { phase: 'confirm', when: 'begins' }],
    [2, 2, { phase: 'use', when: 'kept' }],
  ]
  for (const [victim, host, fate] of deaths.filter((_, at) => isFull || at % 2 === 1)) {
    const who = victim === host ? 'the host' : 'a member'
    test(`end when ${who} is killed as ${fate.phase} ${fate.when === 'kept' ? 'is kept' : fate.when}, and go on with it`, async () => {
      const peerId = await killIn(victim, host, fate)
      for (const outcome of await nextOutcomes(othersOf(victim))) {
        expect(outcome).toMatchObject({ status: 'aborted', culprits: [] })
        expect(outcome.suspects).toContain(peerId)
      }
      const restarted = await restart(victim)
      const known = await restarted.outcome(({ former, room }) => former && room === lastRoom())
      expect(known).toMatchObject({ status: 'aborted', reason: 'RESTARTED', mayBeCompleted: false, culprits: [] })
      await assertCompletes(victim)
    })
  }

  test('complete after all when one is killed whose confirmation was kept and not sent', async () => {
    const peerId = await killIn(3, 0, { phase: 'confirm', when: 'kept' }, longDeadlineMs)
    const others = othersOf(3)
    const aborted = await nextOutcomes(others)
    for (const outcome of aborted) {
      expect(outcome).toMatchObject({ status: 'aborted', mayBeCompleted: true, culprits: [] })
      expect(outcome.suspects).toContain(peerId)
    }
    const restarted = await restart(3)
    const completed = await Promise.all([
      restarted.outcome(({ former, room, outcome }) => former && room === lastRoom() && outcome.status === 'completed'),
      ...others.map((member) =>
        member.outcome(({ room, outcome }) => room === lastRoom() && outcome.status === 'completed'),
      ),
    ])
    expect(new Set(completed.map(({ result }) => JSON.stringify(result))).size).toBe(1)
    await assertCompletes(3)
  })
})

function lastRoom(): string | undefined {
  return [...seen].at(-1)
}
