import { describe, expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { frameKind } from '../../src/flow/frames.js'
import { openRecord } from '../../src/flow/record.js'
import { createCipherState } from '../../src/noise/cipher-state.js'
import { FakeLane } from '../fake-lane.js'
import { FakeLine } from '../fake-line.js'

const name = { protocol: 'app', version: 1, type: 'note' }
const key = new Uint8Array(32).fill(7)

/** The kinds of the frames of each record, read by a reader that follows or one that does not. */
function readKinds(lane: FakeLane, follows: boolean): string[] {
  const cipher = createCipherState(nativeCrypto, key)
  return lane.link.sent.map((sealed) => {
    const record = openRecord(cipher, sealed)
    if (!record.ok) return record.code
    const kind = record.plaintext[12]
    if (kind === frameKind.rekey && follows) cipher.rekey()
    return kind === frameKind.rekey ? 'rekey' : 'record'
  })
}

function sendRecords(lane: FakeLane, count: number): void {
  for (let sent = 0; sent < count; sent += 1) {
    lane.sender.message(name, sent)
    lane.env.endTurn()
  }
}

describe('a key', () => {
  test('is renewed after so many records, and the reader follows', () => {
    const lane = new FakeLane({ rekeyRecords: 3 })
    sendRecords(lane, 7)
    expect(readKinds(lane, true)).toEqual([
      'record',
      'record',
      'record',
      'rekey',
      'record',
      'record',
      'record',
      'rekey',
      'record',
    ])
  })

  test('is renewed after so long, by the first record after that', () => {
    const lane = new FakeLane({ rekeyIntervalMs: 1_000 })
    sendRecords(lane, 2)
    lane.env.nowMs += 1_000
    sendRecords(lane, 2)
    lane.env.nowMs += 999
    sendRecords(lane, 1)
    expect(readKinds(lane, true)).toEqual(['record', 'record', 'record', 'rekey', 'record', 'record'])
  })

  test('opens nothing that follows its renewal', () => {
    const lane = new FakeLane({ rekeyRecords: 1 })
    sendRecords(lane, 3)
    expect(readKinds(lane, false)).toEqual([
      'record',
      'rekey',
      'RECORD_REFUSED',
      'RECORD_REFUSED',
      'RECORD_REFUSED',
      'RECORD_REFUSED',
    ])
  })

  test('that is new seals nothing that an old one would open: a record under the old key is refused after it', () => {
    const lane = new FakeLane({ rekeyRecords: 1 })
    sendRecords(lane, 1)
    const reader = createCipherState(nativeCrypto, key)
    for (const sealed of lane.link.sent) expect(openRecord(reader, sealed).ok).toBe(true)
    reader.rekey()
    const stale = createCipherState(nativeCrypto, key, 2).seal(new Uint8Array(0), new Uint8Array(12))
    expect(openRecord(reader, stale ?? new Uint8Array(0))).toEqual({ ok: false, code: 'RECORD_REFUSED' })
  })

  test('is renewed time and again in both directions, under messages of every size, and nothing is lost', async () => {
    const line = new FakeLine({ limits: { rekeyRecords: 2 } })
    const heard: unknown[][] = [[], []]
    for (const [index, node] of [line.near, line.far].entries())
      node.on('message', ({ payload }) => heard[index]?.push(payload))
    await line.connect()
    const payloads = [1, new Uint8Array(100_000), 2, new Uint8Array(5), 3]
    for (const payload of payloads) {
      await line.near.sendTo(line.far.peerId, { type: 't', payload })
      await line.far.sendTo(line.near.peerId, { type: 't', payload })
      await line.env.settle()
    }
    expect(heard).toEqual([payloads, payloads])
    expect(line.told).toEqual([['connected'], ['connected']])
    await line.stop()
  })
})
