import { bytes, commitment, committed, defineRounds, fault, hashMod, opening, opens } from '@rondo/rounds'
import { createSeededRandom } from '@rondo/testkit/memory'
import { everySeed, simulationSeeds } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'
import { encodeValue } from '../../src/plan/encode-value.js'
import type { Plan } from '../../src/plan/plan.js'
import { schemaOf } from '../../src/plan/schemas.js'
import { type Member, playRoom, type StageOptions } from './stage.js'

const anything = schemaOf((_): _ is unknown => true, 'anything')

const dice = (leaveOut: Plan['leaveOut']): Plan =>
  defineRounds({ name: 'dice', setup: anything, leaveOut })
    .remember('seed', (view, local) => committed(view, local, local.random(8)))
    .phase('commit', { contribution: commitment, contribute: (_, local) => local.remember('seed').commitment })
    .agree('agreed')
    .phase('reveal', {
      contribution: opening(bytes(8)),
      contribute: (_, local) => local.remember('seed').opening,
      check: (view, from, shown) => opens(view, 'commit', from, shown) || fault('it does not open'),
    })
    .result((view) => ({ roll: hashMod(view.all('reveal'), 6), members: view.roster.length }))

function optionsOf(seed: number): StageOptions {
  const random = createSeededRandom(seed * 7919)
  const below = (bound: number): number => Math.floor(random() * bound)
  const members = 2 + Math.floor(random() ** 2 * 7)
  const liars = new Map<number, number>()
  const gone = new Map<number, number>()
  const isLying = random() < 0.6
  const isDying = random() < 0.4
  for (let member = 0; member < members; member += 1) {
    if (isLying && random() < 0.35) liars.set(member, random() < 0.3 ? 1 : random())
    if (isDying && random() < 0.3) gone.set(member, below(4_000))
  }
  const fromMs = random() < 0.4 ? below(2_500) : 0
  return {
    seed,
    plan: dice((['nobody', 'culprits', 'suspects'] as const)[below(3)] ?? 'culprits'),
    members,
    setup: 6,
    retries: below(4),
    minimum: Math.min(members, 2 + below(3)),
    loss: random() < 0.5 ? 0 : random() * 0.4,
    slowness: random() < 0.5 ? 0 : random() * 0.5,
    liars,
    gone,
    apart: [fromMs, fromMs === 0 ? 0 : fromMs + below(3_000)],
  }
}

function judge({ liars, gone, minimum }: StageOptions, members: readonly Member[]): void {
  const isHonest = ({ number }: Member): boolean => !liars.has(number)
  const results = new Set<string>()
  for (const { number, outcomes, room } of members.filter(isHonest)) {
    if (room === undefined) continue
    const who = `member ${number}`
    if (!gone.has(number)) expect(outcomes.length, `${who} ended, from ${room.stage}`).toBeGreaterThan(0)
    const last = outcomes.at(-1)
    for (const outcome of outcomes.slice(0, -1)) expect(outcome.status, `${who} ended before`).toBe('aborted')
    if (outcomes.length > 1) expect(last?.status, `${who} ended twice`).toBe('completed')
    if (outcomes.length > 1) expect(outcomes[0], who).toMatchObject({ mayBeCompleted: true })
    for (const culprit of room.culprits)
      expect(liars.has(culprit.member), `${who} convicts ${culprit.member}`).toBe(true)
    if (last?.status === 'completed') results.add(encodeValue([last.attempt, last.result]).join())
    if (last?.status !== 'aborted') continue
    const convicted = last.culprits.map(({ member }) => member)
    const isBoth = last.suspects.some(({ member }) => convicted.includes(member))
    expect(isBoth, `${who} suspects whom it convicts`).toBe(false)
    const isConviction = last.reason === 'EQUIVOCATION' || last.reason === 'FAULT'
    expect(last.culprits.length > 0 || !isConviction, `${who} convicts somebody`).toBe(true)
  }
  expect(results.size, 'results').toBeLessThan(2)
  const isCalm = liars.size === 0 && gone.size === 0
  expect(minimum).toBeGreaterThan(1)
  if (isCalm) for (const { room } of members) expect(room?.culprits ?? []).toEqual([])
}

test('whatever is lost, late or false: a room ends, with one result or none, and convicts liars alone', async () => {
  const seen = { completed: 0, aborted: 0, upgraded: 0, again: 0 }
  await everySeed(simulationSeeds({ quick: 200, full: 10_000 }), async (seed) => {
    const options = optionsOf(seed)
    const members = await playRoom(options)
    judge(options, members)
    for (const { outcomes, room } of members) {
      const last = outcomes.at(-1)
      if (last !== undefined) seen[last.status] += 1
      if (outcomes.length > 1) seen.upgraded += 1
      if ((room?.attempts.length ?? 0) > 1 && last?.status === 'completed') seen.again += 1
    }
  })
  // Nothing of the kind may stop to happen without being noticed.
  for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(0)
})

test('where nothing is lost and nobody lies, everybody completes in the first attempt', async () => {
  await everySeed(simulationSeeds({ quick: 20, full: 1_000 }), async (seed) => {
    const calm = { liars: new Map(), gone: new Map(), loss: 0, apart: [0, 0], slowness: 0 } as const
    for (const { outcomes } of await playRoom({ ...optionsOf(seed), ...calm }))
      expect(outcomes).toMatchObject([{ status: 'completed', attempt: 1 }])
  })
})

test('where nothing is lost, and some lie, everybody honest completes or names one who lied', async () => {
  await everySeed(simulationSeeds({ quick: 80, full: 5_000 }), async (seed) => {
    const options: StageOptions = { ...optionsOf(seed), gone: new Map(), loss: 0, apart: [0, 0], slowness: 0 }
    const { liars } = options
    for (const { number, outcomes } of await playRoom(options)) {
      const last = outcomes.at(-1)
      if (liars.has(number) || last?.status !== 'aborted') continue
      const named = [...last.culprits, ...last.suspects].map(({ member }) => member)
      expect(
        named.some((member) => liars.has(member)),
        `member ${number}: ${last.reason}, ${last.detail}`,
      ).toBe(true)
    }
  })
})
