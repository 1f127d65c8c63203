import { generateIdentity, type PeerId } from '@rondo/core'
import { bytes, defineRounds } from '@rondo/rounds'
import {
  accept,
  completedOrNames,
  createBurnLog,
  endedWell,
  everyHonestPeer,
  type JudgedAbort,
  type JudgedOutcome,
  noConflictingResults,
  noHonestConvicted,
} from '@rondo/rounds/testing'
import { simulate } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import type { AuthorPhase } from '../../src/plan/plan.js'
import { RoundView } from '../../src/plan/round-view.js'
import { schemaOf } from '../../src/plan/schemas.js'
import type { Local } from '../../src/plan/shape.js'

const members = ['host', 'bob', 'carol'].map((peerId) => ({ peerId }))
const account = { room: 'room', round: 'round', members }

const completed = (result: unknown, round = 'round'): JudgedOutcome => ({
  status: 'completed',
  result,
  account: { ...account, round },
})
const aborted = (part: Partial<JudgedAbort>): JudgedOutcome => ({
  ...{ status: 'aborted', reason: 'TIMEOUT', detail: 'it took too long', culprits: [], suspects: [] },
  ...{ mayBeCompleted: false, account },
  ...part,
})
const guilty = (peerId: string) => ({ peerId, kind: 'fault', reason: 'it lied' })
const silent = (peerId: string) => ({ peerId, why: 'silent' })

/** What stands in place of the outcome of a peer that has none. */
async function absences() {
  const world = simulate({ seed: 1, peers: 3 })
  world.malicious(2, { name: 'nothing', begin: () => ({}) })
  world.at(10).crash(1)
  const { outcomes } = await world.run(async (_, index, life) => {
    if (index > 0) await life.sleep(100)
    return completed(1)
  })
  return outcomes
}

test('completedOrNames takes a completion, and an abort that names one of those who are meant and convicts no other', () => {
  const holds = completedOrNames(1, 'carol')
  expect(holds(completed(1))).toBe(true)
  expect(holds(aborted({ culprits: [guilty('bob')] }))).toBe(true)
  expect(holds(aborted({ suspects: [silent('host'), silent('carol')] }))).toBe(true)
  expect(holds(aborted({ suspects: [silent('host')] }))).toMatch(/names none of bob, carol: .*suspects host \(silent\)/)
  expect(holds(aborted({ culprits: [guilty('bob'), guilty('host')] }))).toMatch(/convicts host, who is not meant/)
  expect(() => completedOrNames()).toThrow(TypeError)
})

test('everyHonestPeer asks of those who have an outcome, and says of whom it does not hold', async () => {
  const outcomes = await absences()
  const asked: number[] = []
  const isCompleted = ({ status }: JudgedOutcome, peer: number): boolean => {
    asked.push(peer)
    return status === 'completed'
  }
  expect(everyHonestPeer(outcomes, isCompleted)).toBe(true)
  expect(asked).toEqual([0])
  expect(everyHonestPeer([completed(1), aborted({})], completedOrNames('bob'))).toMatch(/^peer 1: names none of bob/)
  expect(everyHonestPeer([completed(1)], () => false)).toMatch(/^peer 0: /)
  // Of nobody everything would hold.
  expect(everyHonestPeer(outcomes.slice(1), () => true)).not.toBe(true)
})

test('endedWell wants names for every reason that has some, of members, once', () => {
  expect(endedWell(completed(1))).toBe(true)
  expect(endedWell(aborted({ reason: 'FAULT', culprits: [guilty('bob')] }))).toBe(true)
  expect(endedWell(aborted({ reason: 'NOT_ENOUGH' }))).toBe(true)
  expect(endedWell(aborted({ reason: 'FAULT' }))).toMatch(/^convicts nobody: aborted for FAULT/)
  expect(endedWell(aborted({ reason: 'COPIED' }))).toMatch(/^suspects nobody/)
  expect(endedWell(aborted({ suspects: [silent('mallory')] }))).toMatch(/^names a stranger/)
  expect(endedWell(aborted({ culprits: [guilty('bob'), guilty('bob')] }))).toMatch(/^convicts a member twice/)
  expect(endedWell(aborted({ culprits: [guilty('bob')], suspects: [silent('bob')] }))).toMatch(/^suspects whom/)
  const { round: _, ...nameless } = account
  expect(endedWell({ status: 'completed', result: 1, account: nameless })).toMatch(/no id/)
})

test('noConflictingResults tells two results of one room, and two rounds of one room, from the same twice', async () => {
  expect(noConflictingResults([completed({ roll: 4 }), aborted({}), completed({ roll: 4 })])).toBe(true)
  expect(noConflictingResults([completed({ roll: 4 }), completed({ roll: 5 })])).toMatch(/^peers 0 and 1/)
  expect(noConflictingResults([completed(4), completed(4, 'another')])).toMatch(/different results/)
  expect(noConflictingResults(await absences())).toBe(true)
})

test('noHonestConvicted looks for the honest among the culprits, not among the suspects', () => {
  const outcomes = [aborted({ culprits: [guilty('carol')], suspects: [silent('bob')] })]
  expect(noHonestConvicted(outcomes, ['host', 'bob'])).toBe(true)
  expect(noHonestConvicted(outcomes, ['carol'])).toMatch(/^peer 0: convicts carol, who is honest/)
})

test('accept accepts', () => {
  expect(accept({ accept: (options) => ['accepted', options] })).toEqual(['accepted', undefined])
})

const watchable = defineRounds({ name: 'burning', setup: schemaOf((_): _ is unknown => true, 'anything') })
  .secret('nonce', () => ({ shown: 1, secret: 2 }))
  .agree('agreed')
  .phase('sign', { contribution: bytes(1), contribute: async (_, local) => Uint8Array.of(await local.burn('nonce')) })
  .result(() => 0)

/** Asks a watched definition for a contribution, of a member to whom secrets are handed out again and again. */
async function sign(definition: typeof watchable, me: PeerId, attempt: string, secret: number): Promise<unknown> {
  const phase = definition.phases.find((each): each is AuthorPhase => each.kind === 'said')
  const view = new RoundView({
    ...{ round: '', attempt, number: 1, setup: undefined, roster: [me], roles: [undefined], phase: 'sign' },
    said: new Map(),
  })
  const local: Local = {
    ...{ me, role: undefined, input: undefined },
    random: (length) => new Uint8Array(length),
    remember: () => undefined,
    shown: () => Promise.reject(new Error('nothing is shown')),
    burn: async () => secret,
  }
  return phase?.contribute(view, local, { signal: new AbortController().signal })
}

test('a burn log notes what was handed out, and complains about what was handed out again', async () => {
  const [alice, bob] = await Promise.all([generateIdentity(), generateIdentity()]).then((both) =>
    both.map(({ peerId }) => peerId),
  )
  if (alice === undefined || bob === undefined) throw new Error('there are two')
  const log = createBurnLog()
  const watched = log.watch(watchable)
  expect(await sign(watched, alice, 'first', 1)).toEqual(Uint8Array.of(1))
  await sign(watched, bob, 'first', 1)
  await sign(watched, alice, 'second', 2)
  expect(log.noneTwice()).toBe(true)
  expect(log.burned.map(({ attempt, name, value }) => [attempt, name, value])).toEqual([
    ['first', 'nonce', 1],
    ['first', 'nonce', 1],
    ['second', 'nonce', 2],
  ])
  await sign(watched, alice, 'third', 2)
  expect(log.noneTwice()).toMatch(/got nonce in sign of third, and before in sign of second/)
  const again = createBurnLog()
  const anew = again.watch(watchable)
  await sign(anew, bob, 'first', 1)
  await sign(anew, bob, 'first', 2)
  expect(again.noneTwice()).toMatch(/in sign of first, and before/)
})
