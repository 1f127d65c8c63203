import { describe, expect, test } from 'vitest'
import { generateIdentity } from '../../src/identity/identity.js'
import { resolveLimits } from '../../src/options.js'
import { Reputation } from '../../src/peers/reputation.js'

const { peerId } = generateIdentity()
const group = '10.0.0.0/24'
const minuteMs = 60_000

function createReputation() {
  const clock = { nowMs: 0 }
  return { clock, reputation: new Reputation(resolveLimits(), () => clock.nowMs) }
}

describe('what came authenticated counts against the peer', () => {
  test('two broken frames within ten minutes are enough to be discouraged, one is not', () => {
    const { clock, reputation } = createReputation()
    reputation.broken(peerId, group, 'FRAME_MALFORMED')
    expect(reputation.isDiscouraged(peerId)).toBe(false)
    reputation.broken(peerId, group, 'ENVELOPE_MALFORMED')
    expect([reputation.isDiscouraged(peerId), reputation.discouraged]).toEqual([true, 1])
    expect(reputation.isGroupDiscouraged(group)).toBe(false)
    clock.nowMs = 1
    expect(reputation.isDiscouraged(peerId)).toBe(false)
  })

  test('a hundred refused messages are, and so are a thousand that a peer of another version sends', () => {
    for (const [code, many] of [
      ['SCHEMA_REFUSED', 100],
      ['CODEC_MALFORMED', 100],
      ['SOMETHING_NEW', 100],
      ['RATE_EXCEEDED', 1_000],
      ['PROTOCOL_TYPE_UNKNOWN', 1_000],
    ] as const) {
      const { reputation } = createReputation()
      for (let count = 1; count < many; count += 1) reputation.refused(peerId, code)
      expect(reputation.isDiscouraged(peerId), code).toBe(false)
      reputation.refused(peerId, code)
      expect(reputation.isDiscouraged(peerId), code).toBe(true)
    }
  })
})

describe('what anybody on the line may have done does not', () => {
  test('a record that does not open counts against the group alone', () => {
    const { reputation } = createReputation()
    for (let count = 0; count < 100; count += 1) reputation.broken(peerId, group, 'RECORD_REFUSED')
    expect([reputation.scoreOf(peerId), reputation.isGroupDiscouraged(group)]).toEqual([0, true])
    reputation.broken(peerId, undefined, 'RECORD_REFUSED')
    expect(reputation.size).toBe(1)
  })

  test('silence and slowness, as often as their deadlines allow for a day, never discourage', () => {
    for (const [code, everyMs] of [
      ['PEER_SILENT', 45_000],
      ['PEER_SLOW', 30_000],
    ] as const) {
      const { clock, reputation } = createReputation()
      for (clock.nowMs = 0; clock.nowMs < 24 * 60 * minuteMs; clock.nowMs += everyMs) {
        reputation.broken(peerId, group, code)
        expect(reputation.isDiscouraged(peerId)).toBe(false)
      }
    }
  })

  test('a code that this end did not make up its mind by counts for nothing', () => {
    const { reputation } = createReputation()
    for (const code of ['HANDSHAKE_VERSION', 'RECORD_EXHAUSTED', 'toString', '__proto__']) {
      reputation.broken(peerId, group, code)
      reputation.failedHandshake(group, code)
    }
    expect(reputation.size).toBe(0)
  })
})

test('failed handshakes count against the group, and where there is none against nobody', () => {
  const { clock, reputation } = createReputation()
  for (let count = 0; count < 20; count += 1) {
    reputation.failedHandshake(group, 'HANDSHAKE_SIGNATURE')
    reputation.failedHandshake(undefined, 'HANDSHAKE_SIGNATURE')
  }
  expect([reputation.isGroupDiscouraged(group), reputation.isGroupDiscouraged(undefined)]).toEqual([true, false])
  expect(reputation.size).toBe(1)
  clock.nowMs = 10 * minuteMs
  expect(reputation.isGroupDiscouraged(group)).toBe(false)
  clock.nowMs = 200 * minuteMs
  reputation.sweep()
  expect(reputation.size).toBe(0)
})
