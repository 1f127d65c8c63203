import { describe, expect, test } from 'vitest'
import { isName, isVersion } from '../../src/protocol/names.js'
import { negotiateVersion } from '../../src/protocol/version.js'

const theirs = (...versions: readonly number[]) => new Map([['chat', versions]])
const negotiate = (wanted: number | undefined, ours: readonly number[], offer: ReturnType<typeof theirs>): number =>
  negotiateVersion('chat', wanted, ours, offer, 'peer')

describe('the version to send in', () => {
  test('is the highest that both serve', () => {
    expect(negotiate(undefined, [1, 2, 3], theirs(1, 2, 4))).toBe(2)
    expect(negotiate(undefined, [1], theirs(1, 2))).toBe(1)
  })

  test('is the one asked for, whether this node serves it or not', () => {
    expect(negotiate(1, [1, 2], theirs(1, 2))).toBe(1)
    expect(negotiate(7, [], theirs(7))).toBe(7)
  })

  test('is 1 for a node that serves none and asks for none', () => {
    expect(negotiate(undefined, [], theirs(1, 2))).toBe(1)
    expect(() => negotiate(undefined, [], theirs(2))).toThrow(expect.objectContaining({ code: 'PROTOCOL_VERSION' }))
  })
})

test('a peer that does not speak the protocol is PROTOCOL_UNKNOWN', () => {
  expect(() => negotiate(undefined, [1], new Map())).toThrow(
    expect.objectContaining({ code: 'PROTOCOL_UNKNOWN', peerId: 'peer' }),
  )
})

test('peers that share no version are PROTOCOL_VERSION, with what both have, by name', () => {
  expect(() => negotiate(undefined, [1, 2], theirs(3, 4))).toThrow(
    expect.objectContaining({
      code: 'PROTOCOL_VERSION',
      details: { ours: ['chat/1', 'chat/2'], theirs: ['chat/3', 'chat/4'] },
      message: expect.stringContaining('ours chat/1, chat/2, theirs chat/3, chat/4'),
    }),
  )
  expect(() => negotiate(9, [1], theirs(1))).toThrow(
    expect.objectContaining({ details: { ours: ['chat/9'], theirs: ['chat/1'] } }),
  )
})

test('names are short, printable and begin with a letter or digit', () => {
  for (const name of ['a', '0', 'app', 'a.b_c:d/e-f', 'x'.repeat(64)]) expect(isName(name)).toBe(true)
  for (const name of ['', ' ', 'a b', '.a', '/a', 'a\n', 'ä', 'x'.repeat(65), 5, null, undefined, ['a']]) {
    expect(isName(name)).toBe(false)
  }
})

test('versions are whole numbers from 1 to 65,535', () => {
  for (const version of [1, 2, 65_535]) expect(isVersion(version)).toBe(true)
  for (const version of [0, -1, 1.5, 65_536, Number.NaN, '1', 1n, null]) expect(isVersion(version)).toBe(false)
})
