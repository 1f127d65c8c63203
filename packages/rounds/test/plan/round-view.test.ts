import { expect, test } from 'vitest'
import { alice, bob, carol, viewOf } from './samples.js'

test('a view says what was said, by whom, in the order of the roster', () => {
  const view = viewOf()
  expect(view.said('commit', alice.peerId)).toEqual(new Uint8Array([1]))
  expect(view.said('commit', bob.peerId)).toEqual(new Uint8Array([2]))
  expect(view.all('commit')).toEqual([new Uint8Array([1]), new Uint8Array([2])])
})

test('a view has roles, for those who have one', () => {
  const view = viewOf({ roster: [alice.peerId, bob.peerId, carol.peerId], roles: ['dealer', undefined, 'dealer'] })
  expect(view.roleOf(alice.peerId)).toBe('dealer')
  expect(view.roleOf(bob.peerId)).toBeUndefined()
  expect(view.membersIn('dealer')).toEqual([alice.peerId, carol.peerId])
  expect(view.membersIn('player')).toEqual([])
})

test('a stranger has no role, and said nothing', () => {
  const view = viewOf()
  expect(view.roleOf(carol.peerId)).toBeUndefined()
  expect(() => view.said('commit', carol.peerId)).toThrow(TypeError)
  expect(() => view.said('commit', carol.peerId)).toThrow(/no member of this round/)
})

test.each(['reveal', 'nope', 'toString', '__proto__', ''])('nothing was said in a phase %j', (phase) => {
  expect(() => viewOf().all(phase)).toThrow(TypeError)
  expect(() => viewOf().said(phase, alice.peerId)).toThrow(/before reveal/)
})

test('what is undefined was said as well', () => {
  const view = viewOf({ said: new Map([['commit', [undefined, null]]]) })
  expect(view.said('commit', alice.peerId)).toBeUndefined()
  expect(view.all('commit')).toEqual([undefined, null])
})
