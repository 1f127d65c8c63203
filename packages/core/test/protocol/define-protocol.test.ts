import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { createSystemEnv } from '../../src/env/system-env.js'
import { generateIdentity } from '../../src/identity/identity.js'
import type { PeerInfo } from '../../src/peers/peer-info.js'
import { defineProtocol } from '../../src/protocol/define-protocol.js'
import { message, request } from '../../src/protocol/definition.js'
import type { HandlerContext } from '../../src/protocol/handler.js'
import type { Message, OutgoingMessage } from '../../src/protocol/message.js'
import type { Messenger, RequestOutcome } from '../../src/protocol/messenger.js'
import { RequestRejection } from '../../src/protocol/request-rejection.js'
import type { Schema } from '../../src/protocol/schema.js'
import { codeOf, rejectionOf } from '../expect-failure.js'

const { peerId } = generateIdentity()
const from: PeerInfo = {
  peerId,
  state: 'connected',
  direction: 'inbound',
  transport: 'none',
  connectedAt: 0,
  protocols: new Map(),
}
const context: HandlerContext = { signal: new AbortController().signal, env: createSystemEnv() }

const weather = defineProtocol({
  name: 'weather',
  version: 3,
  messages: {
    report: message({ payload: v.object({ city: v.string() }) }),
    forecast: request({
      payload: z.object({ city: z.string(), days: z.number().default(1) }),
      reply: z.object({ celsius: z.number() }),
      errors: ['unknown-city', 'no-data'],
    }),
  },
})

const received = (type: string, payload: unknown): Message => ({
  type,
  from: peerId,
  payload,
  timestamp: 0,
  messageId: 'id',
  protocol: 'weather',
  version: 3,
})

/** A messenger that keeps what it is given and answers as told. */
function createMessenger(answer: () => unknown = () => undefined) {
  const sent: OutgoingMessage[] = []
  const messenger: Messenger = {
    sendTo: async (_to, message) => void sent.push(message),
    broadcast: async (message) => {
      sent.push(message)
      return { sent: [], failed: [] }
    },
    request: async (_to, message) => {
      sent.push(message)
      return answer()
    },
    requestMany: async (peers, message) => {
      sent.push(message)
      return [...peers].map((each): RequestOutcome => ({ status: 'fulfilled', peerId: each, value: answer() }))
    },
    openStream: () => Promise.reject(new TypeError('this protocol has no streams')),
  }
  return { sent, messenger }
}

describe('a definition', () => {
  test('is frozen, and has version 1 where none is given', () => {
    expect(weather).toMatchObject({ name: 'weather', version: 3 })
    expect(Object.isFrozen(weather)).toBe(true)
    expect(defineProtocol({ name: 'p', messages: {} }).version).toBe(1)
  })

  test('throws a TypeError where it cannot work', () => {
    const payload = v.string()
    const define = (name: string, version: number, messages: Parameters<typeof defineProtocol>[0]['messages']) => () =>
      defineProtocol({ name, version, messages })
    for (const name of ['', ' ', 'ä', '-x', 'x'.repeat(65)]) {
      expect(define(name, 1, {})).toThrow(TypeError)
      expect(define('p', 1, { [name]: message({ payload }) })).toThrow(TypeError)
    }
    for (const version of [0, -1, 1.5, 65_536, Number.NaN]) expect(define('p', version, {})).toThrow(TypeError)
    const noSchema: unknown = { parse: () => 1 }
    const t = (bounds: object) => define('p', 1, { t: { ...message({ payload }), ...bounds } })
    expect(t({ payload: noSchema })).toThrow('t.payload must be a Standard Schema')
    expect(t({ payload: undefined })).toThrow(TypeError)
    expect(t({ kind: 'request' })).toThrow('t.reply must be a Standard Schema')
    expect(t({ kind: 'flood' })).toThrow(TypeError)
    for (const bytesMax of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) expect(t({ bytesMax })).toThrow(TypeError)
    for (const perSecond of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(t({ rate: { perSecond } })).toThrow(TypeError)
    }
    for (const burst of [0, 1.5, -1]) expect(t({ rate: { perSecond: 1, burst } })).toThrow(TypeError)
    expect(t({ bytesMax: 0, rate: { perSecond: 0.1 } })).not.toThrow()
  })
})

describe('a handler', () => {
  const handler = weather.handler({
    report: ({ city }, { from: sender, message: whole }) => [city, sender.peerId, whole.type],
    forecast: ({ city, days }, { reject }) =>
      city === 'Atlantis' ? reject('unknown-city', 'sunk') : { celsius: days },
  })

  test('carries the name, the version and the rules of each type', () => {
    expect([handler.protocolName, handler.version, [...(handler.messages?.keys() ?? [])]]).toEqual([
      'weather',
      3,
      ['report', 'forecast'],
    ])
    expect(handler.messages?.get('forecast')?.check?.({ city: 'Oslo' })).toEqual({
      ok: true,
      value: { city: 'Oslo', days: 1 },
    })
    expect(handler.messages?.get('report')?.check?.({ city: 5 })).toMatchObject({ ok: false, code: 'SCHEMA_REFUSED' })
  })

  test('calls the function of the type', () => {
    expect(handler.handleMessage(received('report', { city: 'Oslo' }), from, context)).toEqual([
      'Oslo',
      peerId,
      'report',
    ])
    expect(handler.handleMessage(received('forecast', { city: 'Oslo', days: 2 }), from, context)).toEqual({
      celsius: 2,
    })
  })

  test('ignores a message that it has no function for', () => {
    const partial = weather.handler({ forecast: () => ({ celsius: 1 }) })
    expect(partial.handleMessage(received('report', { city: 'Oslo' }), from, context)).toBeUndefined()
    expect(partial.handleMessage(received('toString', 1), from, context)).toBeUndefined()
  })

  test('that lacks a request throws a TypeError, also where a prototype would have it', () => {
    const untyped = (handlers: object): unknown => Reflect.apply(weather.handler, weather, [handlers])
    expect(() => untyped({})).toThrow('weather has no handler for the request forecast')
    expect(() => untyped({ forecast: 5 })).toThrow(TypeError)
    expect(() => untyped(Object.create({ forecast: () => 1 }))).toThrow(TypeError)
  })

  test('rejects with a reason and a detail cut to what may travel', () => {
    const thrown = ((): unknown => {
      try {
        return handler.handleMessage(received('forecast', { city: 'Atlantis', days: 1 }), from, context)
      } catch (error) {
        return error
      }
    })()
    expect(thrown).toBeInstanceOf(RequestRejection)
    expect(thrown).toMatchObject({
      code: 'REQUEST_REJECTED',
      reason: 'unknown-city',
      details: { reason: 'unknown-city' },
    })
    expect(new RequestRejection('r', { detail: 'x'.repeat(999) }).toRejection().detail).toHaveLength(256)
  })

  test('a rejection without a text for its reason throws a TypeError', () => {
    const reasons: readonly unknown[] = [5, undefined, null, {}]
    for (const reason of reasons) {
      expect(() => Reflect.construct(RequestRejection, [reason])).toThrow(TypeError)
    }
  })

  test('whose reply does not fit fails, now or later', async () => {
    const wrong: unknown = { celsius: 'warm' }
    for (const reply of [wrong, Promise.resolve(wrong)]) {
      const broken = weather.handler({ forecast: () => reply as { celsius: number } })
      const answer = async (): Promise<unknown> =>
        broken.handleMessage(received('forecast', { city: 'Oslo', days: 1 }), from, context)
      expect(await codeOf(answer())).toBe('SCHEMA_REFUSED')
    }
  })

  test('has hooks where they are given, and none otherwise', () => {
    expect(handler).not.toHaveProperty('onPeerConnected')
    const hooks = { onPeerConnected: () => {}, onPeerDisconnected: () => {} }
    expect(weather.handler({ forecast: () => ({ celsius: 1 }) }, hooks)).toMatchObject(hooks)
  })
})

describe('a client', () => {
  test('sends what the schema takes in, under the name and version of its protocol', async () => {
    const { sent, messenger } = createMessenger(() => ({ celsius: 4 }))
    const client = weather.client(messenger)
    await client.send(peerId, 'report', { city: 'Oslo' })
    await client.broadcast('report', { city: 'Bergen' })
    expect(await client.request(peerId, 'forecast', { city: 'Oslo' })).toEqual({ celsius: 4 })
    expect(sent).toEqual([
      { protocol: 'weather', version: 3, type: 'report', payload: { city: 'Oslo' } },
      { protocol: 'weather', version: 3, type: 'report', payload: { city: 'Bergen' } },
      { protocol: 'weather', version: 3, type: 'forecast', payload: { city: 'Oslo' } },
    ])
  })

  test('refuses what does not fit before it leaves', async () => {
    const { sent, messenger } = createMessenger()
    const client = weather.client(messenger)
    const wrong = { city: 5 } as unknown as { city: string }
    for (const attempt of [
      client.send(peerId, 'report', wrong),
      client.broadcast('report', wrong),
      client.request(peerId, 'forecast', wrong),
      client.requestMany([peerId], 'forecast', wrong),
    ]) {
      expect(await codeOf(attempt)).toBe('SCHEMA_REFUSED')
    }
    expect(sent).toEqual([])
  })

  test('refuses a type that there is not with a TypeError', async () => {
    const { messenger } = createMessenger()
    const client = weather.client(messenger)
    for (const type of ['tides', 'toString', '__proto__']) {
      expect(await rejectionOf(Reflect.apply(client.send, client, [peerId, type, 1]))).toBeInstanceOf(TypeError)
    }
  })

  test('refuses a reply that does not fit', async () => {
    const { messenger } = createMessenger(() => ({ celsius: 'warm' }))
    const client = weather.client(messenger)
    expect(await codeOf(client.request(peerId, 'forecast', { city: 'Oslo' }))).toBe('SCHEMA_REFUSED')
    expect(await client.requestMany([peerId], 'forecast', { city: 'Oslo' })).toMatchObject([
      { status: 'rejected', peerId, error: { code: 'SCHEMA_REFUSED' } },
    ])
  })

  test('hands on the transformed reply of each peer', async () => {
    const upper = defineProtocol({
      name: 'p',
      messages: {
        r: request({
          payload: v.null(),
          reply: v.pipe(
            v.string(),
            v.transform((text) => text.length),
          ),
        }),
      },
    })
    const client = upper.client(createMessenger(() => 'four').messenger)
    expect(await client.request(peerId, 'r', null)).toBe(4)
    expect(await client.requestMany([peerId, peerId], 'r', null)).toMatchObject([{ value: 4 }, { value: 4 }])
  })

  test('an asynchronous schema is SCHEMA_ASYNC', async () => {
    const slow = defineProtocol({
      name: 'p',
      messages: { m: message({ payload: z.string().refine(async () => true) }) },
    })
    expect(await codeOf(slow.client(createMessenger().messenger).send(peerId, 'm', 'x'))).toBe('SCHEMA_ASYNC')
  })
})

describe('a rejection', () => {
  test('is told from other errors, and by the reasons that its request declares', () => {
    const error = new RequestRejection('no-data')
    expect(weather.rejection(error, 'forecast')).toBe(error)
    expect(weather.rejection(new RequestRejection('other'), 'forecast')).toBeUndefined()
    expect(weather.rejection(new Error('no-data'), 'forecast')).toBeUndefined()
    expect(weather.rejection(undefined, 'forecast')).toBeUndefined()
  })
})

test('a schema of any make will do', () => {
  const odd: Schema = {
    '~standard': { version: 1, vendor: 'here', validate: (value) => (value === 1 ? { value } : { issues: [] }) },
  }
  const { messages } = defineProtocol({ name: 'p', messages: { m: message({ payload: odd }) } }).handler({})
  expect(messages?.get('m')?.check?.(1)).toEqual({ ok: true, value: 1 })
  expect(messages?.get('m')?.check?.(2)).toEqual({ ok: false, code: 'SCHEMA_REFUSED', issues: [] })
})
