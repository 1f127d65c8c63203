import { describe, expect, test } from 'vitest'
import type { Approve } from '../src/index.js'
import { copyOrder, isOrder, type Order } from '../src/signing/order.js'
import { isSigned } from './judge.js'
import { bytesOf, createParty, play } from './party.js'

describe('what was approved is what is signed', () => {
  test('also where the program uses its buffers for something else while a person thinks', async () => {
    const party = createParty(3)
    const message = Buffer.from(party.message)
    const publicKeys = party.publicKeys.map((key) => Buffer.from(key))
    const tweak = Buffer.from(bytesOf('tweak'))
    const seen: string[] = []
    const played = await play({
      peers: 3,
      party,
      terms: { message, publicKeys, tweaks: [{ tweak, isXOnly: true }] },
      twists: {
        0: {
          approve: (request) => {
            if (request.kind === 'message') seen.push(String(request.message))
            for (const buffer of [message, tweak, ...publicKeys]) buffer.fill(2)
            return true
          },
        },
      },
    })
    expect(seen).toEqual([String(party.message)])
    for (const outcome of played.outcomes) {
      expect(isSigned(outcome, party.message)).toBe(true)
      expect(outcome?.signed).toMatchObject({ message: party.message })
    }
  })

  test('also where a program turns around the bytes that it shows, as explorers write them', async () => {
    const approve: Approve = (request) => {
      if (request.kind === 'message') request.message.reverse()
      return true
    }
    const played = await play({ peers: 3, twists: { 0: { approve }, 1: { approve } } })
    for (const outcome of played.outcomes) expect(isSigned(outcome, played.party.message)).toBe(true)
  })

  const { publicKeys, message } = createParty(2)
  const seatsOf = () => publicKeys.map((key) => [Buffer.from(key)])
  const tweaksOf = () => [{ tweak: Buffer.from(bytesOf('t')), isXOnly: false }]
  const messageOf = () => ({ kind: 'message' as const, message: Buffer.from(message), tweaks: tweaksOf() })
  test.each<[string, () => Order]>([
    ['a message', () => ({ seats: seatsOf(), request: { ...messageOf(), publicKeys: seatsOf().flat() } })],
    ['a PSBT', () => ({ seats: seatsOf(), request: { kind: 'psbt', psbt: Buffer.from('psbt') } })],
  ])('an order of %s that was copied is the same, and shares nothing', (_, make) => {
    const order = make()
    const copy = copyOrder(order)
    expect(isOrder(copy)).toBe(true)
    expect(JSON.stringify(copy)).toBe(JSON.stringify(copyOrder(make())))
    const before = JSON.stringify(copy)
    const wiped = wipe(order)
    expect(wiped).toBeGreaterThan(2)
    expect(JSON.stringify(copy)).toBe(before)
  })
})

/** How many buffers there were. */
function wipe(value: unknown): number {
  if (value instanceof Uint8Array) {
    value.fill(0)
    return 1
  }
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((sum: number, each) => sum + wipe(each), 0)
}
