import { expect, test } from 'vitest'
import type { MessageRules, ProtocolHandler } from '../../src/protocol/handler.js'
import { Registry } from '../../src/protocol/registry.js'

const handler = (protocolName: string, version?: number): ProtocolHandler => ({
  protocolName,
  ...(version === undefined ? {} : { version }),
  handleMessage: () => undefined,
})

test('what is added is found, in version 1 where it names none', () => {
  const registry = new Registry()
  const registration = registry.add(handler('chat'))
  expect(registry.find('chat', 1)).toBe(registration)
  expect(registry.find('chat', 2)).toBeUndefined()
  expect(registry.find('toString', 1)).toBeUndefined()
})

test('versions are offered in ascending order, whatever the order of registration', () => {
  const registry = new Registry()
  for (const version of [10, 2, 1]) registry.add(handler('chat', version))
  registry.add(handler('mail'))
  expect(registry.offer()).toEqual(
    new Map([
      ['chat', [1, 2, 10]],
      ['mail', [1]],
    ]),
  )
})

test('a version twice is PROTOCOL_REGISTERED, and changes nothing', () => {
  const registry = new Registry()
  const first = registry.add(handler('chat', 2))
  const { generation } = registry
  expect(() => registry.add(handler('chat', 2))).toThrow(expect.objectContaining({ code: 'PROTOCOL_REGISTERED' }))
  expect([registry.find('chat', 2), registry.generation]).toEqual([first, generation])
})

test('one version or all of them are taken off', () => {
  const registry = new Registry()
  for (const version of [1, 2, 3]) registry.add(handler('chat', version))
  expect(registry.remove('chat', 2).map(({ version }) => version)).toEqual([2])
  expect(registry.versions('chat')).toEqual([1, 3])
  expect(registry.remove('chat').map(({ version }) => version)).toEqual([1, 3])
  expect(registry.offer()).toEqual(new Map())
})

test('taking off what is not there changes nothing', () => {
  const registry = new Registry()
  registry.add(handler('chat'))
  const { generation } = registry
  expect([registry.remove('mail'), registry.remove('chat', 7)]).toEqual([[], []])
  expect(registry.generation).toBe(generation)
})

test('every change shows in the generation', () => {
  const registry = new Registry()
  const seen = new Set([registry.generation])
  registry.add(handler('chat'))
  seen.add(registry.generation)
  registry.remove('chat')
  seen.add(registry.generation)
  expect(seen.size).toBe(3)
})

test('misuse throws a TypeError and registers nothing', () => {
  const rule = (rules: object): MessageRules => ({ kind: 'message', ...rules })
  const bad: readonly object[] = [
    { ...handler(''), protocolName: '' },
    { ...handler('x'), protocolName: undefined },
    { ...handler('ä') },
    { ...handler('x'), version: 0 },
    { ...handler('x'), version: 1.5 },
    { ...handler('x'), version: '1' },
    { ...handler('x'), handleMessage: undefined },
    { ...handler('x'), messages: new Map([['', rule({})]]) },
    { ...handler('x'), messages: new Map([['t', rule({ rate: { perSecond: 0 } })]]) },
    { ...handler('x'), messages: new Map([['t', rule({ rate: { perSecond: 1, burst: 0 } })]]) },
  ]
  const registry = new Registry()
  for (const each of bad) expect(() => registry.add(each as ProtocolHandler)).toThrow(TypeError)
  expect(registry.offer()).toEqual(new Map())
})

test('more protocols or versions than a greeting may hold throw a TypeError', () => {
  const registry = new Registry()
  for (let count = 1; count <= 256; count += 1) registry.add(handler(`p${count}`))
  expect(() => registry.add(handler('p257'))).toThrow(TypeError)
  for (let version = 2; version <= 16; version += 1) registry.add(handler('p1', version))
  expect(() => registry.add(handler('p1', 17))).toThrow(TypeError)
  registry.remove('p2')
  registry.add(handler('p257'))
  expect(registry.offer().size).toBe(256)
})
