import { createMemoryStore, type Store, type StoreOperation } from '@rondo/core'
import { type Outcome, type Round, rounds } from '@rondo/rounds'
import { accept, type BurnLog, createBurnLog, noConflictingResults, noHonestConvicted } from '@rondo/rounds/testing'
import { isAbsent, type Life, simulate, type World } from '@rondo/testkit/simulator'
import { describe, expect, test } from 'vitest'
import { ceremonyWithout } from './ceremony.js'
import { type Books, createBooks, failingStore, guardedStore, type WriteFault } from './lives.js'

// A member whose disk fails, that is killed, that comes back with its disk, without it, or with one of last week: the others end, and
// nothing that it does in its next life can be held against it.

const isFull = process.env['RONDO_TIER'] === 'full'
const deadlineMs = 400
/** How long a round of these takes where nothing is in its way, and a little more. */
const roundMs = 220

/** What a member knows in the end. */
interface Ending {
  readonly outcome: Outcome | undefined
  readonly recovered: readonly Outcome[]
}

interface Twists {
  /** The peer's own where it is undefined. */
  readonly storeOf?: (index: number, life: Life) => Store | undefined | Promise<Store>
  /** Every round that a peer starts or accepts. */
  readonly onRound?: (round: Round, index: number) => void
  /** Whoever comes back takes invitations before it asks what it had begun. */
  readonly servesFirst?: boolean | undefined
}

interface Play {
  readonly world: World
  readonly books: Books
  readonly burns: BurnLog
  run(twists?: Twists): Promise<readonly (Ending | undefined)[]>
}

function play(seed: number, { members = 3, retries = 0 } = {}): Play {
  const world = simulate({ seed, peers: members, network: { latencyMs: [5, 15] } })
  const books = createBooks()
  const burns = createBurnLog()
  const protocol = burns.watch(ceremonyWithout('suspects'))
  /** The last word: an abort may give way to a completion, for as long as anybody may say so. */
  const lastOf = async (round: Round, life: Life): Promise<Outcome> => {
    let last: Outcome | undefined
    round.on('outcome', (outcome) => {
      last = outcome
    })
    const first = await round.outcome
    await life.sleep(4 * deadlineMs)
    return last ?? first
  }
  return {
    world,
    books,
    burns,
    async run({ storeOf = () => undefined, onRound, servesFirst = false } = {}) {
      const run = await world.run(async (peer, index, life): Promise<Ending> => {
        const store = (await storeOf(index, life)) ?? life.store
        const engine = rounds(books.watch(peer, life.incarnation, { store }))
        const serve = () => new Promise<Round>((resolve) => engine.serve(protocol, accept, { onRound: resolve }))
        const served = servesFirst && index > 0 ? serve() : undefined
        const recovering = life.incarnation > 0 ? await engine.recover(protocol) : []
        const recovered = Promise.all(recovering.map((round) => lastOf(round, life)))
        if (index === 0) {
          if (life.incarnation > 0) return { outcome: undefined, recovered: await recovered }
          const options = {
            with: world.others(0),
            setup: 'a key',
            minimum: 3,
            retries,
            answerMs: deadlineMs,
            deadlineMs,
          }
          const round = await engine.start(protocol, options)
          onRound?.(round, index)
          return { outcome: await lastOf(round, life), recovered: [] }
        }
        // Whoever comes back may be invited anew or not at all, and a host may be killed before it says anything.
        const round = await Promise.race([served ?? serve(), life.sleep(2 * deadlineMs).then(() => undefined)])
        if (round !== undefined) onRound?.(round, index)
        return { outcome: round && (await lastOf(round, life)), recovered: await recovered }
      })
      expect(run.errors).toEqual([])
      return run.outcomes.map((ending) => (isAbsent(ending) ? undefined : ending))
    },
  }
}

/** What holds whatever happened. */
function assertHonour({ world, books, burns }: Play, endings: readonly (Ending | undefined)[]): void {
  const known = endings.flatMap(outcomesOf)
  expect(books.complaints()).toEqual([])
  expect(burns.noneTwice()).toBe(true)
  expect(noHonestConvicted(known, [...world.others(0), ...world.others(1)])).toBe(true)
  expect(noConflictingResults(known)).toBe(true)
}

const outcomesOf = (ending: Ending | undefined): readonly Outcome[] =>
  [ending?.outcome, ...(ending?.recovered ?? [])].filter((outcome) => outcome !== undefined)

const isCompleted = (outcome: Outcome | undefined): boolean => outcome?.status === 'completed'

/** The numbers from 1 up; in the quick tier every so many of them. */
const some = (count: number, every: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => at + 1).filter((at) => isFull || at % every === 1)

describe('a member whose disk fails', () => {
  const writesMax = 14
  const faults: readonly WriteFault[] = ['refused', 'unheard', 'broken']
  for (const victim of [0, 1])
    for (const fault of faults)
      test(`peer ${victim}, write after write ${fault}: all end, and nobody is convicted`, async () => {
        const tally = { completed: 0, aborted: 0, writes: 0 }
        for (const nth of some(writesMax, 2)) {
          const scene = play(nth)
          const disks: { readonly writes: number }[] = []
          const storeOf: Twists['storeOf'] = (index, life) => {
            if (index !== victim) return undefined
            const disk = failingStore(life.store, nth, fault)
            disks.push(disk)
            return disk.store
          }
          const endings = await scene.run({ storeOf })
          assertHonour(scene, endings)
          const outcomes = endings.map((ending) => ending?.outcome)
          expect(outcomes.every((outcome) => outcome !== undefined)).toBe(true)
          if (outcomes.every(isCompleted)) tally.completed += 1
          else tally.aborted += 1
          tally.writes = Math.max(tally.writes, disks[0]?.writes ?? 0)
        }
        // There were failures that mattered, and writes past which there is nothing left to fail.
        expect(tally.aborted).toBeGreaterThan(2)
        if (fault !== 'broken') expect(tally.completed).toBeGreaterThan(0)
      })
})

describe('a member that is killed and comes back', () => {
  interface Fall {
    readonly victim: number
    readonly keepStore: boolean
    readonly servesFirst?: boolean
    readonly isTwice?: boolean
  }
  const falls: Readonly<Record<string, Fall>> = {
    'the host, with its disk': { victim: 0, keepStore: true },
    'the host, its disk lost': { victim: 0, keepStore: false },
    'a member, with its disk': { victim: 1, keepStore: true },
    'a member, its disk lost': { victim: 1, keepStore: false },
    'a member that takes invitations before it recovers': { victim: 1, keepStore: true, servesFirst: true },
    'a member that is killed twice': { victim: 1, keepStore: true, isTwice: true },
  }
  for (const [who, { victim, keepStore, servesFirst, isTwice = false }] of Object.entries(falls))
    test(`${who}: all end, and it knows what the others know`, async () => {
      const tally = { completed: 0, aborted: 0, restarted: 0, maybe: 0 }
      for (const at of some(roundMs / 2, 12)) {
        const scene = play(1_000 + at)
        const kill = (atMs: number) => scene.world.at(atMs).crash(victim, { keepStore }).restart(80)
        kill(2 * at)
        if (isTwice) kill(2 * at + 80 + (at % 60))
        const endings = await scene.run({ servesFirst })
        assertHonour(scene, endings)
        const [mine, others] = [outcomesOf(endings[victim]), endings.toSpliced(victim, 1).flatMap(outcomesOf)]
        if (others.some(isCompleted)) {
          tally.completed += 1
          expect({ at, others: others.every(isCompleted), mine: mine.some(isCompleted) || !keepStore }).toEqual({
            at,
            others: true,
            mine: true,
          })
        } else tally.aborted += 1
        for (const outcome of mine) {
          if (outcome.status === 'completed') continue
          if (outcome.reason === 'RESTARTED') tally.restarted += 1
          if (outcome.mayBeCompleted) tally.maybe += 1
        }
      }
      expect(tally.completed).toBeGreaterThan(0)
      expect(tally.aborted).toBeGreaterThan(0)
      if (keepStore) expect(tally.restarted).toBeGreaterThan(0)
    })
})

describe('a member that is killed while the others may try again', () => {
  test('they complete without it, or all together; it contributes to nothing that it had begun', async () => {
    const tally = { without: 0, together: 0, aborted: 0 }
    for (const at of some(roundMs / 2, 9)) {
      const scene = play(3_000 + at, { members: 4, retries: 2 })
      scene.world
        .at(2 * at)
        .crash(3)
        .restart(80)
      const endings = await scene.run()
      assertHonour(scene, endings)
      const [mine, others] = [outcomesOf(endings[3]), endings.slice(0, 3).flatMap(outcomesOf)]
      expect({ at, agree: new Set(others.map(({ status }) => status)).size }).toEqual({ at, agree: 1 })
      const [first] = others
      if (first?.status !== 'completed') {
        tally.aborted += 1
        continue
      }
      // Of the attempt that was completed it was a member, or it was not.
      const isMine = first.account.attempts.at(-1)?.roster.includes(3) === true
      if (isMine) tally.together += 1
      else tally.without += 1
      expect({ at, completes: mine.some(isCompleted) }).toEqual({ at, completes: isMine })
    }
    expect(tally.without).toBeGreaterThan(0)
    expect(tally.together).toBeGreaterThan(0)
  })
})

describe('a member that comes back with a backup', () => {
  test('of any moment before: its owner is never convicted', async () => {
    for (const at of some(roundMs / 2, 12)) {
      const scene = play(2_000 + at)
      scene.world
        .at(2 * at)
        .crash(1)
        .restart(80)
      let backup: readonly StoreOperation[] = []
      const [owner = ''] = scene.world.others(0)
      const storeOf: Twists['storeOf'] = (index, life) => {
        if (index !== 1) return undefined
        if (life.incarnation > 0) return restored(backup, owner)
        // Made half way to the crash.
        void life.sleep(at).then(async () => {
          backup = await copyOf(life.store, owner)
        })
        return undefined
      }
      const endings = await scene.run({ storeOf })
      assertHonour(scene, endings)
    }
  })
})

const recordsOf = (store: Store, owner: string): Store => store.scope('rounds').scope(owner)

async function copyOf(store: Store, owner: string): Promise<readonly StoreOperation[]> {
  const copy: StoreOperation[] = []
  for await (const { key, value } of recordsOf(store, owner).range('')) copy.push({ type: 'put', key, value })
  return copy
}

async function restored(backup: readonly StoreOperation[], owner: string): Promise<Store> {
  const store = createMemoryStore({ durability: 'durable' })
  await recordsOf(store, owner).batch(backup)
  return store
}

describe('a member that is killed once it has confirmed', () => {
  /** Cuts peer 1 off the moment it confirms, kills it, and lets it come back to a whole network. */
  async function playConfirmed(isSpoiled: boolean) {
    const scene = play(3)
    const { world } = scene
    const firsts: Promise<Outcome>[] = []
    const isConfirming = [false, false, false]
    const endings = await scene.run({
      storeOf(index, life) {
        return guardedStore(life.store, async (write) => {
          if (isConfirming[index] && index === 2 && isSpoiled) throw new Error('the disk is full')
          // It is kept when the link is cut already, and so it is never sent in this life.
          if (isConfirming[index] && index === 1 && life.incarnation === 0) await life.sleep(1)
          return write()
        })
      },
      onRound(round, index) {
        firsts[index] ??= round.outcome
        round.on('progress', ({ phase }) => {
          if (phase !== 'confirm' || isConfirming[index]) return
          isConfirming[index] = true
          if (index !== 1) return
          const nowMs = world.nowMs
          world.at(nowMs).partition([0, 2], [1])
          world
            .at(nowMs + 5)
            .crash(1)
            .restart(3 * deadlineMs)
          world.at(nowMs + 2 * deadlineMs).heal()
        })
      },
    })
    assertHonour(scene, endings)
    return { endings, host: await firsts[0] }
  }

  test('its confirmation comes late, and makes the round complete for everybody', async () => {
    const { endings, host } = await playConfirmed(false)
    expect(host).toMatchObject({ status: 'aborted', reason: 'TIMEOUT', mayBeCompleted: true })
    expect(endings.flatMap(outcomesOf).map(({ status }) => status)).toEqual(['completed', 'completed', 'completed'])
  })

  test('where another never confirmed, nobody completes, and it says that others might have', async () => {
    const { endings } = await playConfirmed(true)
    const [mine] = endings[1]?.recovered ?? []
    expect(mine).toMatchObject({ status: 'aborted', reason: 'RESTARTED', mayBeCompleted: true, culprits: [] })
    expect(endings.flatMap(outcomesOf).some(isCompleted)).toBe(false)
  })
})
