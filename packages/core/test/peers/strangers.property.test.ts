import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Stranger, Strangers } from '../../src/peers/strangers.js'

// The pool against a plain list, in the order of arrival.

interface Model {
  readonly here: Stranger[]
}

interface Real {
  readonly strangers: Strangers
  readonly dropped: Stranger[]
}

const limits = { strangersMax: 8, strangersPerGroupMax: 3 }

/** Who has to go, said as the rule says it. */
function evict(here: Stranger[], newcomer: Stranger): Stranger | undefined {
  const sizeOf = (group: string | undefined) => here.filter((each) => each.group === group).length
  if (newcomer.group !== undefined && sizeOf(newcomer.group) > limits.strangersPerGroupMax) {
    return here.find(({ group }) => group === newcomer.group)
  }
  if (here.length <= limits.strangersMax) return undefined
  const most = Math.max(...here.map(({ group }) => sizeOf(group)))
  return here.find(({ group }) => sizeOf(group) === most)
}

class Enter implements fc.Command<Model, Real> {
  readonly group: string | undefined

  constructor(group: string | undefined) {
    this.group = group
  }

  check = (): boolean => true

  run(model: Model, { strangers, dropped }: Real): void {
    const before = dropped.length
    const stranger: Stranger = { group: this.group, drop: () => dropped.push(stranger) }
    strangers.add(stranger)
    model.here.push(stranger)
    const expected = evict(model.here, stranger)
    const gone = dropped.slice(before)
    expect(gone.length).toBe(expected === undefined ? 0 : 1)
    const [victim] = gone
    if (victim !== undefined) {
      expect(victim).not.toBe(stranger)
      // Of several groups that are largest alike, any will do; of a group it is the oldest.
      expect(model.here.find(({ group }) => group === victim.group)).toBe(victim)
      const sizeOf = (group: string | undefined) => model.here.filter((each) => each.group === group).length
      expect(sizeOf(victim.group)).toBe(sizeOf(expected?.group))
      model.here.splice(model.here.indexOf(victim), 1)
    }
    agree(model, strangers)
  }

  toString = (): string => `enter(${this.group})`
}

class Leave implements fc.Command<Model, Real> {
  readonly at: number

  constructor(at: number) {
    this.at = at
  }

  check = ({ here }: Readonly<Model>): boolean => here.length > 0

  run(model: Model, { strangers }: Real): void {
    const [stranger] = model.here.splice(this.at % model.here.length, 1)
    if (stranger === undefined) return
    expect(strangers.remove(stranger)).toBe(true)
    expect(strangers.remove(stranger)).toBe(false)
    agree(model, strangers)
  }

  toString = (): string => `leave(${this.at})`
}

function agree({ here }: Model, strangers: Strangers): void {
  expect(strangers.size).toBe(here.length)
  for (const group of [undefined, 'a', 'b', 'c', 'd']) {
    expect(strangers.countOf(group)).toBe(here.filter((each) => each.group === group).length)
  }
}

test('the pool drops whom a plain list says, and never the newcomer', () => {
  const groups = fc.constantFrom('a', 'a', 'a', 'b', 'c', 'd', undefined)
  const commands = fc.commands([groups.map((group) => new Enter(group)), fc.nat(20).map((at) => new Leave(at))], {
    maxCommands: 60,
    size: 'max',
  })
  fc.assert(
    fc.property(commands, (steps) => {
      fc.modelRun(() => ({ model: { here: [] }, real: { strangers: new Strangers(limits), dropped: [] } }), steps)
    }),
    { numRuns: 300 },
  )
})

test('100,000 newcomers from as many groups stay within the pool, and nothing is left when they have gone', () => {
  const strangers = new Strangers({ strangersMax: 64, strangersPerGroupMax: 4 })
  const here = new Set<Stranger>()
  for (let count = 0; count < 100_000; count += 1) {
    const stranger: Stranger = { group: `group ${count}`, drop: () => here.delete(stranger) }
    here.add(stranger)
    strangers.add(stranger)
    if (strangers.size > 64) throw new Error('too many')
  }
  expect([strangers.size, here.size]).toEqual([64, 64])
  for (const stranger of here) strangers.remove(stranger)
  expect([strangers.size, strangers.countOf('group 99999')]).toEqual([0, 0])
})
