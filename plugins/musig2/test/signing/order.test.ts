import { describe, expect, test } from 'vitest'
import { itemsMax, signersMax, tweaksMax } from '../../src/options.js'
import { isOrder, itemsOf, type MessageRequest, type Order } from '../../src/signing/order.js'
import { bytesOf, createParty, keyAt } from '../party.js'

const party = createParty(5)
const { publicKeys, message } = party

const request: MessageRequest = { kind: 'message', message, publicKeys, tweaks: [] }
const seats = publicKeys.map((key) => [key])
const order: Order = { seats, request }

describe('the form of an order', () => {
  const tweak = { tweak: bytesOf('tweak'), isXOnly: true }
  const message31 = message.subarray(1)
  const shortKey = keyAt(party, 0).subarray(1)
  const uncompressed = Uint8Array.of(4, ...keyAt(party, 0).subarray(1))
  const wrong: Readonly<Record<string, unknown>> = {
    'nothing at all': undefined,
    'a list': [seats, request],
    'no seats': { request },
    'one field too many': { ...order, more: 1 },
    'another kind': { seats, request: { ...request, kind: 'text' } },
    'a message of 31 bytes': { seats, request: { ...request, message: message31 } },
    'a message that is text': { seats, request: { ...request, message: 'x'.repeat(32) } },
    'a key of 32 bytes': { seats, request: { ...request, publicKeys: [shortKey] } },
    'a key that is not compressed': { seats: [[uncompressed]], request },
    'a seat that is no list': { seats: [keyAt(party, 0)], request },
    'a tweak without its kind': { seats, request: { ...request, tweaks: [{ tweak: tweak.tweak }] } },
    'a tweak of 33 bytes': { seats, request: { ...request, tweaks: [{ tweak: new Uint8Array(33), isXOnly: true }] } },
    'a kind of tweak that is a number': { seats, request: { ...request, tweaks: [{ ...tweak, isXOnly: 1 }] } },
    'too many seats': { seats: Array.from({ length: signersMax + 1 }, () => []), request },
    'too many keys in a seat': { seats: [Array.from({ length: itemsMax + 1 }, () => keyAt(party, 0))], request },
    'too many keys': { seats, request: { ...request, publicKeys: Array.from({ length: 101 }, () => keyAt(party, 0)) } },
    'too many tweaks': { seats, request: { ...request, tweaks: Array.from({ length: tweaksMax + 1 }, () => tweak) } },
    'a PSBT that is text': { seats, request: { kind: 'psbt', psbt: 'cHNidP8' } },
    'a PSBT that is too large': { seats, request: { kind: 'psbt', psbt: new Uint8Array(262_145) } },
    'a PSBT with a message': { seats, request: { kind: 'psbt', psbt: new Uint8Array(1), message } },
  }
  test.each(Object.entries(wrong))('%s is none', (_, value) => {
    expect(isOrder(value)).toBe(false)
  })

  test('what is right is', () => {
    expect(isOrder(order)).toBe(true)
    expect(isOrder({ seats, request: { ...request, tweaks: [tweak] } })).toBe(true)
    expect(isOrder({ seats, request: { kind: 'psbt', psbt: new Uint8Array(262_144) } })).toBe(true)
  })
})

describe('the items of an order', () => {
  test('a message is one, whatever the order of the seats', () => {
    expect(itemsOf(order)).toEqual([{ message, publicKeys, tweaks: [] }])
    expect(itemsOf({ seats: seats.toReversed(), request })).toEqual([{ message, publicKeys, tweaks: [] }])
  })

  const [first = [], second = [], ...rest] = seats
  const refused: Readonly<Record<string, Order>> = {
    'one signer': { seats: [publicKeys], request },
    'a key that nobody holds': { seats: seats.slice(1), request },
    'a key that two hold': { seats: [first, [...second, ...first], ...rest], request },
    'a key that two hold, in the place of one that nobody holds': { seats: [first, first, ...rest], request },
    'a key that a signer names twice, beside one that nobody holds': {
      seats: [[...first, ...first], ...rest],
      request,
    },
    'a signer of two keys': { seats: [[...first, ...second], ...rest], request },
    'a signer of none': { seats: [...seats, []], request },
    'a signer of a key that is not asked for': { seats: [...seats, [keyAt(createParty(1, 2), 0)]], request },
    'the same key twice': { seats, request: { ...request, publicKeys: [...publicKeys, keyAt(party, 0)] } },
    'the same key twice, in two seats': {
      seats: [...seats, first],
      request: { ...request, publicKeys: [...publicKeys, keyAt(party, 0)] },
    },
  }
  test.each(Object.entries(refused))('%s is refused', (_, wrong) => {
    expect(() => itemsOf(wrong)).toThrow(expect.objectContaining({ code: 'ORDER_REFUSED' }))
  })
})
