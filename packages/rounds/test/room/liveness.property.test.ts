import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TimerName } from '../../src/room/events.js'
import { presentAttempt } from '../../src/room/room.js'
import { digest } from '../account/room-builder.js'
import { Table, type Terms } from './harness.js'
import { phases, planOf } from './plans.js'
import { reasonsIn } from './scenes.js'

// Time passes only when nothing else can happen: what is said is heard by everybody in the end, in whatever order, and the clock that
// rings is the one that is due first.

/** What each member has set, in the order in which it is due. */
class Clocks {
  readonly #due: Map<TimerName, number>[]
  readonly #read: number[]
  #nowMs = 0

  constructor(members: number) {
    this.#due = Array.from({ length: members }, () => new Map())
    this.#read = Array.from({ length: members }, () => 0)
  }

  /** Takes note of what was set and unset since. */
  #look({ players }: Table): void {
    for (const { number, effects } of players) {
      for (const effect of effects.slice(this.#read[number])) {
        if (effect.type !== 'timer' || effect.name === 'pull') continue
        if (effect.ms === 'never') this.#due[number]?.delete(effect.name)
        else this.#due[number]?.set(effect.name, this.#nowMs + effect.ms)
      }
      this.#read[number] = effects.length
    }
  }

  /** Whether one rang. */
  ring(table: Table): boolean {
    this.#look(table)
    const all = this.#due.flatMap((due, member) => [...due].map(([name, atMs]) => ({ member, name, atMs })))
    const [next] = all.sort((a, b) => a.atMs - b.atMs)
    if (next === undefined) return false
    this.#due[next.member]?.delete(next.name)
    this.#nowMs = next.atMs
    table.ring(next.member, next.name)
    return true
  }
}

interface Course {
  readonly terms: Terms
  readonly seed: number
  /** Hears, and says nothing from this phase on. */
  readonly mute?: { readonly member: number; readonly phase: number }
}

function play({ terms, seed, mute }: Course): Table {
  const table = new Table(terms).acceptAll()
  const clocks = new Clocks(terms.members)
  const refused = new Set<string>()
  for (let turn = 0; turn < 10_000; turn += 1) {
    const choices = choicesOf(table, mute).filter(({ name }) => !refused.has(name))
    const at = Number.parseInt(digest(`${seed} ${turn}`).slice(0, 8), 16) % Math.max(1, choices.length)
    const { name, run } = choices[at] ?? { name: 'time', run: () => clocks.ring(table) }
    const isTaken = run()
    if (name === 'time' && !isTaken) return table
    // What finds no place in a room finds none for as long as nothing else happens.
    if (isTaken) refused.clear()
    else refused.add(name)
  }
  throw new Error('it does not come to an end')
}

interface Choice {
  readonly name: string
  /** Whether anything came of it. */
  readonly run: () => boolean
}

/** Everything that can happen without time. */
function choicesOf(table: Table, mute: Course['mute']): readonly Choice[] {
  return table.players.flatMap((player) => {
    const { number, wanted, room } = player
    const [first] = wanted
    const isReached = (presentAttempt(room)?.phase ?? 0) >= (mute?.phase ?? 0)
    const isMute = mute?.member === number && isReached && first?.kind !== 'answer'
    const says =
      first === undefined || isMute ? [] : [{ name: `${number}`, run: () => table.utter(number) !== undefined }]
    const hears = table.missedBy(number).map((article) => ({
      name: `${number} ${article.hash}`,
      run: () => {
        table.hear(number, article)
        return player.room !== room
      },
    }))
    return [...says, ...hears]
  })
}

const members = fc.integer({ min: 3, max: 5 })
const seed = fc.nat()
const mute = fc.record({
  member: fc.nat(4),
  phase: fc.constantFrom(phases.join, phases.one, phases.agreed, phases.two),
})
const numRuns = process.env['RONDO_TIER'] === 'full' ? 2_000 : 60

test('where nobody lies and nothing is lost for ever, every round completes, in whatever order all is heard', () => {
  fc.assert(
    fc.property(members, fc.nat(2), seed, (count, retries, drawn) => {
      const table = play({ terms: { plan: planOf(), members: count, retries }, seed: drawn })
      for (const { room } of table.players) expect(room.outcome).toMatchObject({ status: 'completed', attempt: 1 })
    }),
    { numRuns },
  )
})

test('where one is silent every other one ends with TIMEOUT and names it, and nobody else', () => {
  fc.assert(
    fc.property(members, mute, seed, (count, { member, phase }, drawn) => {
      const silent = member % count
      fc.pre(silent > 0 || phase > phases.join)
      const table = play({ terms: { plan: planOf(), members: count }, seed: drawn, mute: { member: silent, phase } })
      for (const { number, room } of table.players) {
        if (number === silent) continue
        expect(room.outcome).toMatchObject({ status: 'aborted', reason: 'TIMEOUT', culprits: [] })
        const { suspects } = room.outcome?.status === 'aborted' ? room.outcome : { suspects: [] }
        expect(suspects.map((suspect) => [suspect.member, suspect.why])).toEqual([[silent, 'silent']])
      }
    }),
    { numRuns },
  )
})

test('where one is silent and may be left out, the others complete without it', () => {
  fc.assert(
    fc.property(members, mute, seed, (count, { member, phase }, drawn) => {
      const silent = member % count
      fc.pre(silent > 0 || phase > phases.join)
      const plan = planOf({ leaveOut: 'suspects' })
      const terms = { plan, members: count, minimum: 2, retries: 1 }
      const table = play({ terms, seed: drawn, mute: { member: silent, phase } })
      for (const { number, room } of table.players)
        if (number !== silent) expect(room.outcome).toMatchObject({ status: 'completed', attempt: 2 })
    }),
    { numRuns },
  )
})

test('a host that is silent once all have answered is named by all', () => {
  const table = play({ terms: { plan: planOf(), members: 3 }, seed: 1, mute: { member: 0, phase: phases.join } })
  expect(reasonsIn(table).slice(1)).toEqual(['TIMEOUT', 'TIMEOUT'])
  for (const { room } of table.players.slice(1))
    expect(room.outcome).toMatchObject({ suspects: [{ member: 0, why: 'silent', phase: 'join' }] })
})
