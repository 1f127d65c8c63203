import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attemptIdOf, firstDigestOf, nextDigestOf, type RosterMember, roundIdOf } from '../../src/articles/ids.js'
import { hexOf } from '../../src/hex.js'
import { alice, bob, idOf } from '../plan/samples.js'

const hex = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(hexOf)
const id = hex(32)
const indices = fc.array(fc.nat(99), { maxLength: 4 })
const member: fc.Arbitrary<RosterMember> = fc.record({
  peerId: fc.constantFrom(alice.peerId, bob.peerId),
  role: fc.constantFrom(undefined, '', 'dealer', 'player'),
  incarnation: hex(16),
  nonce: id,
})

/** Equal arguments, equal names, and only those. */
function expectInjective<Args extends unknown[]>(of: (...args: Args) => string, args: fc.Arbitrary<Args>): void {
  fc.assert(
    fc.property(args, args, fc.nat(7), (one, two, at) => {
      // Mostly all but one argument is the same, since two that have nothing in common differ anyway.
      const mixed = one.map((arg, index) => (index === at % one.length ? two[index] : arg)) as Args
      expect(of(...one)).toMatch(/^[0-9a-f]{64}$/)
      expect(of(...one) === of(...mixed)).toBe(textOf(one) === textOf(mixed))
      expect(of(...one) === of(...two)).toBe(textOf(one) === textOf(two))
    }),
  )
}

const textOf = (value: unknown) => JSON.stringify(value, (_, each) => (each === undefined ? 'undefined' : each))

describe('names differ when anything differs that they stand for', () => {
  test('of rounds', () => {
    const members = fc.array(member, { maxLength: 3 })
    expectInjective(roundIdOf, fc.tuple(id, members))
    fc.assert(
      fc.property(
        id,
        member,
        member,
        fc.constantFrom('peerId', 'role', 'incarnation', 'nonce'),
        (room, a, b, field) => {
          const changed = { ...a, [field]: b[field] }
          expect(roundIdOf(room, [a]) === roundIdOf(room, [changed])).toBe(a[field] === b[field])
        },
      ),
    )
  })

  test('of attempts', () => {
    const proposal = fc.record({ roster: indices, culprits: indices, suspects: indices })
    expectInjective(attemptIdOf, fc.tuple(id, id, proposal))
  })

  test('of transcripts', () => {
    expectInjective(firstDigestOf, fc.tuple(id))
    expectInjective(nextDigestOf, fc.tuple(id, fc.nat(255), fc.array(id, { maxLength: 3 })))
  })

  test('of things of different kinds, over the same bytes', () => {
    const one = idOf('1')
    const names = [firstDigestOf(one), nextDigestOf(one, 0, []), roundIdOf(one, [])]
    names.push(attemptIdOf(one, one, { roster: [], culprits: [], suspects: [] }))
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('what one field loses to the next is no longer the same', () => {
  test('a role and a peer id', () => {
    const [rest, incarnation, nonce] = [alice.peerId.slice(0, -1), 'ab'.repeat(16), idOf('1')]
    const moved = { peerId: rest as never, role: `${alice.peerId.slice(-1)}dealer`, incarnation, nonce }
    const placed = { peerId: alice.peerId, role: 'dealer', incarnation, nonce }
    expect(roundIdOf(idOf('2'), [moved])).not.toBe(roundIdOf(idOf('2'), [placed]))
  })

  test('the lists of an attempt', () => {
    const splits = [
      { roster: [1, 2], culprits: [3], suspects: [] },
      { roster: [1], culprits: [2, 3], suspects: [] },
      { roster: [1, 2], culprits: [], suspects: [3] },
      { roster: [1, 2, 3], culprits: [], suspects: [] },
      { roster: [2, 1], culprits: [3], suspects: [] },
      { roster: [], culprits: [1, 2, 3], suspects: [] },
    ]
    expect(new Set(splits.map((split) => attemptIdOf(idOf('1'), idOf('2'), split))).size).toBe(splits.length)
  })

  test('the order of a roster, and of what it said', () => {
    const [a, b] = [alice, bob].map(({ peerId }) => ({
      peerId,
      role: undefined,
      incarnation: 'ab'.repeat(16),
      nonce: idOf('1'),
    }))
    if (a === undefined || b === undefined) throw new Error('two members')
    expect(roundIdOf(idOf('2'), [a, b])).not.toBe(roundIdOf(idOf('2'), [b, a]))
    expect(nextDigestOf(idOf('1'), 1, [idOf('2'), idOf('3')])).not.toBe(
      nextDigestOf(idOf('1'), 1, [idOf('3'), idOf('2')]),
    )
  })
})

test('a name is made of names', () => {
  expect(() => firstDigestOf('ab')).toThrow(TypeError)
  expect(() => nextDigestOf(idOf('1'), 1, ['ab'])).toThrow(TypeError)
  expect(() => roundIdOf('', [])).toThrow(TypeError)
  expect(() => attemptIdOf(idOf('1'), idOf('1').slice(2), { roster: [], culprits: [], suspects: [] })).toThrow(
    TypeError,
  )
})
