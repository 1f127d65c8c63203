import { expect, test } from 'vitest'
import { encodePeerId } from '../../src/identity/peer-id.js'
import { resolveLimits } from '../../src/options.js'
import { Gate } from '../../src/peers/gate.js'
import { FakeEnv } from '../fake-env.js'
import { FakeLink } from '../fake-link.js'

const limits = resolveLimits({ connectionsMax: 64, strangersMax: 32, scoresMax: 128 })

/** A peer that nobody has the key of: only its id counts here. */
function peerOf(count: number) {
  const key = new Uint8Array(32)
  new DataView(key.buffer).setUint32(0, count)
  return encodePeerId(key)
}

function createGate(checked: () => boolean = () => false) {
  const env = new FakeEnv()
  return { env, gate: new Gate({ env, limits, suites: { isKeyChecked: checked } }) }
}

test('100,000 peers of as many groups that come, misbehave and go leave every map within its bound, and then empty', () => {
  const { env, gate } = createGate()
  const present: (() => void)[] = []
  for (let count = 0; count < 100_000; count += 1) {
    env.nowMs += 20
    const link = new FakeLink({ remote: { group: `group ${count}` } })
    const peerId = peerOf(count)
    const place = gate.enter(link)
    const guard = gate.guardFor(link)
    const isRefused = guard.begin() !== undefined || guard.verify(peerId) !== undefined
    if (isRefused) throw new Error('within its budget')
    if (place.prove(peerId) === undefined) {
      gate.reputation.refused(peerId, 'SCHEMA_REFUSED')
      gate.reputation.broken(peerId, `group ${count}`, 'RECORD_REFUSED')
      present.push(() => place.leave())
    } else place.leave()
    if (present.length > 16) present.shift()?.()
    const { groupsAtWork, groupsFamiliar, scores } = gate.remembered
    if (groupsAtWork > 512 + 400 * 7 || groupsFamiliar > 1_024 + 64 || scores > 2 * 128) {
      throw new Error(`${JSON.stringify(gate.remembered)} after ${count}`)
    }
  }
  for (const leave of present) leave()
  expect(gate.counts).toMatchObject({ connections: 0, strangers: 0 })
  env.nowMs += 3_600_000 * 4
  gate.guardFor(new FakeLink()).begin()
  gate.reputation.sweep()
  expect(gate.remembered).toEqual({ groupsAtWork: 0, groupsFamiliar: 0, scores: 0 })
})

test('a key that was never checked costs as much as three handshakes more, one that was costs nothing more', () => {
  for (const [isChecked, many] of [
    [false, 64],
    [true, 256],
  ] as const) {
    const { gate } = createGate(() => isChecked)
    const link = new FakeLink({ remote: { group: 'a' } })
    const peerId = peerOf(1)
    let done = 0
    while (gate.guardFor(link).begin() === undefined && gate.guardFor(link).verify(peerId) === undefined) done += 1
    expect(done).toBe(many)
  }
})

test('a group that misbehaves is served last: others find three quarters of the budget untouched', () => {
  const { gate } = createGate()
  const begin = (group: string) => gate.guardFor(new FakeLink({ remote: { group } })).begin()
  for (let count = 0; count < 5; count += 1) {
    for (let fault = 0; fault < 20; fault += 1) gate.reputation.failedHandshake(`bad ${count}`, 'HANDSHAKE_FAILED')
  }
  let bad = 0
  for (let count = 0; count < 5; count += 1) while (begin(`bad ${count}`) === undefined) bad += 1
  let good = 0
  for (let count = 0; count < 5; count += 1) while (begin(`good ${count}`) === undefined) good += 1
  expect([bad, good]).toEqual([128, 256])
})

test('links without a group are bounded by what all share', () => {
  const { gate } = createGate(() => true)
  let begun = 0
  while (gate.guardFor(new FakeLink()).begin() === undefined) begun += 1
  expect(begun).toBe(512 * (3 / 4))
  for (let count = 0; count < 100; count += 1) gate.enter(new FakeLink())
  expect(gate.counts.strangers).toBe(32)
})
