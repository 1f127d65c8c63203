import { keyAggExport, keyAggregate } from '@scure/btc-signer/musig2.js'
import { describe, expect, test } from 'vitest'
import { xOnlyKeyOf } from '../../src/bip327/key-context.js'
import { SigningTask, signingTask } from '../../src/signing/task.js'
import { bytesOf, createParty, keyAt } from '../party.js'

const party = createParty(3)
const { publicKeys, message } = party
const seats = [1, 2, 0].map((at) => [keyAt(party, at)])
const notAPoint = Uint8Array.of(2, ...new Uint8Array(32).fill(255))

describe('a task', () => {
  const tweaks = [{ tweak: bytesOf('tweak'), isXOnly: true }]
  const task = new SigningTask({ seats, request: { kind: 'message', message, publicKeys, tweaks } })

  test('knows who holds each key, in the order of the keys, and with which key a member signs', () => {
    expect(task.seatsOf(0)).toEqual([2, 0, 1])
    expect([0, 1, 2].map((seat) => task.keyHeldBy(seat, 0))).toEqual([1, 2, 0].map((at) => keyAt(party, at)))
  })

  test('signs for the key that another implementation makes of these keys and tweaks', () => {
    const theirs = keyAggregate([...publicKeys], [bytesOf('tweak')], [true])
    expect(xOnlyKeyOf(task.keyOf(0))).toEqual(keyAggExport(theirs))
  })

  test('aggregates once, whoever asks first', async () => {
    const fresh = new SigningTask(task.order)
    let pauses = 0
    const pause = async (): Promise<void> => {
      pauses += 1
    }
    await fresh.prepareKeys(pause)
    const made = fresh.keyOf(0)
    await fresh.prepareKeys(pause)
    expect(fresh.keyOf(0)).toBe(made)
    expect(pauses).toBe(1)
  })

  test('asked for what is not there it throws', () => {
    expect(() => task.keyHeldBy(3, 0)).toThrow(RangeError)
    expect(() => task.seatsOf(1)).toThrow(RangeError)
  })

  test.each([
    ['a key that is no point', [...publicKeys.slice(1), notAPoint], []],
    [
      'a tweak that is no number below the order',
      publicKeys,
      [{ tweak: new Uint8Array(32).fill(255), isXOnly: false }],
    ],
  ])('%s is found out when the keys are aggregated', async (_, keys, badTweaks) => {
    const order = {
      seats: keys.map((key) => [key]),
      request: { kind: 'message', message, publicKeys: keys, tweaks: badTweaks },
    } as const
    const bad = new SigningTask(order)
    expect(() => bad.keyOf(0)).toThrow(expect.objectContaining({ code: 'KEYS_MISMATCH' }))
    await expect(bad.prepareKeys(async () => {})).rejects.toMatchObject({ code: 'KEYS_MISMATCH' })
  })
})

describe('the setup of a round', () => {
  const validate = (value: unknown) => signingTask['~standard'].validate(value)

  test('an order gives a task', () => {
    const order = { seats, request: { kind: 'message', message, publicKeys, tweaks: [] } }
    expect(validate(order)).toMatchObject({ value: expect.any(SigningTask) })
  })

  test('anything else gives an issue, and words for it', () => {
    expect(validate({ seats: [] })).toEqual({ issues: [{ message: 'expected an order' }] })
    const unseated = { seats: seats.slice(1), request: { kind: 'message', message, publicKeys, tweaks: [] } }
    expect(validate(unseated)).toMatchObject({ issues: [{ message: expect.stringContaining('ORDER_REFUSED') }] })
    const torn = { seats, request: { kind: 'psbt', psbt: Uint8Array.of(1, 2, 3) } }
    expect(validate(torn)).toMatchObject({ issues: [{ message: expect.stringContaining('PSBT_MALFORMED') }] })
  })
})
