import * as v from 'valibot'
import { expectTypeOf } from 'vitest'
import * as z from 'zod'
import type { PeerId } from '../../src/identity/peer-id.js'
import type { PeerInfo } from '../../src/peers/peer-info.js'
import { defineProtocol } from '../../src/protocol/define-protocol.js'
import { message, request, stream } from '../../src/protocol/definition.js'
import type { Messenger } from '../../src/protocol/messenger.js'
import type { RequestRejection } from '../../src/protocol/request-rejection.js'
import type { ReadableBytes, Stream } from '../../src/protocol/stream.js'
import type { RondoError } from '../../src/rondo-error.js'

// Checked by the compiler, never run: what is inferred from a definition, and what does not compile.

declare const peerId: PeerId
declare const messenger: Messenger

// Two libraries in one protocol, each with a transform: what is sent differs from what is received.
const weather = defineProtocol({
  name: 'weather',
  messages: {
    report: message({
      payload: v.object({
        city: v.string(),
        at: v.pipe(
          v.string(),
          v.transform((text) => new Date(text)),
        ),
      }),
      rate: { perSecond: 5 },
    }),
    forecast: request({
      payload: z.object({ city: z.string(), days: z.number().default(1) }),
      reply: z.object({ celsius: z.string().transform(Number) }),
      errors: ['unknown-city', 'no-data'],
    }),
    ping: request({ payload: v.null(), reply: v.literal('pong') }),
  },
})
const client = weather.client(messenger)

// Handlers get what the schemas put out, and return what the reply's schema takes in.
weather.handler({
  report: (payload, context) => {
    expectTypeOf(payload).toEqualTypeOf<{ city: string; at: Date }>()
    expectTypeOf(context.message.payload).toEqualTypeOf<{ city: string; at: Date }>()
    expectTypeOf(context.from).toEqualTypeOf<PeerInfo>()
    expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>()
    // @ts-expect-error a message has nobody to reject it to
    context.reject('unknown-city')
  },
  forecast: (payload, context) => {
    expectTypeOf(payload).toEqualTypeOf<{ city: string; days: number }>()
    expectTypeOf(context.reject).parameter(0).toEqualTypeOf<'unknown-city' | 'no-data'>()
    // @ts-expect-error only declared reasons
    if (payload.days > 9) context.reject('too-far')
    if (payload.days > 7) context.reject('no-data', 'a week at most')
    return { celsius: '4' }
  },
  ping: (payload, context) => {
    expectTypeOf(payload).toEqualTypeOf<null>()
    // @ts-expect-error it declares no reasons
    context.reject('any')
    return 'pong'
  },
})

// Messages may go unhandled; requests may not.
weather.handler({ forecast: () => ({ celsius: '4' }), ping: () => 'pong' })
// @ts-expect-error the handler of ping is missing
weather.handler({ forecast: () => ({ celsius: '4' }) })
// @ts-expect-error all handlers are missing
weather.handler({})
weather.handler({
  forecast: () => ({ celsius: '4' }),
  // @ts-expect-error a wrong reply
  ping: () => 'pang',
})
weather.handler({
  // @ts-expect-error the reply as it is received is not the one to send
  forecast: () => ({ celsius: 4 }),
  ping: () => 'pong',
})
weather.handler({
  // @ts-expect-error a promise of a wrong reply
  forecast: async () => ({ fahrenheit: '40' }),
  ping: () => 'pong',
})
weather.handler({
  forecast: () => ({ celsius: '4' }),
  ping: () => 'pong',
  // @ts-expect-error there is no such type
  tides: () => {},
})
weather.handler({
  // @ts-expect-error a handler of something else
  forecast: (payload: { town: string }) => ({ celsius: payload.town }),
  ping: () => 'pong',
})

// Senders pass what the schemas take in.
client.send(peerId, 'report', { city: 'Oslo', at: '2026-01-01' })
client.broadcast('report', { city: 'Oslo', at: '2026-01-01' }, { to: [peerId] })
client.request(peerId, 'forecast', { city: 'Oslo' })
// @ts-expect-error the payload as it is received is not the one to send
client.send(peerId, 'report', { city: 'Oslo', at: new Date() })
// @ts-expect-error a field is missing
client.send(peerId, 'report', { city: 'Oslo' })
// @ts-expect-error a field too many
client.send(peerId, 'report', { city: 'Oslo', at: '', wind: 5 })
// @ts-expect-error there is no such type
client.send(peerId, 'tides', {})
// @ts-expect-error a request is not sent
client.send(peerId, 'forecast', { city: 'Oslo' })
// @ts-expect-error a request is not broadcast
client.broadcast('ping', null)
// @ts-expect-error a message is not requested
client.request(peerId, 'report', { city: 'Oslo', at: '2026-01-01' })
// @ts-expect-error a message is not requested of many, either
client.requestMany([peerId], 'report', { city: 'Oslo', at: '2026-01-01' })
// @ts-expect-error a wrong payload
client.request(peerId, 'forecast', { city: 5 })
// @ts-expect-error a text is no peer id
client.request('z6Mk', 'ping', null)

// Replies arrive transformed.
expectTypeOf(client.request(peerId, 'forecast', { city: 'Oslo' })).resolves.toEqualTypeOf<{ celsius: number }>()
expectTypeOf(client.request(peerId, 'ping', null)).resolves.toEqualTypeOf<'pong'>()

// The outcomes of many narrow by their status.
for (const outcome of await client.requestMany([peerId], 'forecast', { city: 'Oslo' })) {
  expectTypeOf(outcome.peerId).toEqualTypeOf<PeerId>()
  expectTypeOf(outcome.status).toEqualTypeOf<'fulfilled' | 'timeout' | 'disconnected' | 'rejected'>()
  // @ts-expect-error there may be no value
  outcome.value
  switch (outcome.status) {
    case 'fulfilled':
      expectTypeOf(outcome.value).toEqualTypeOf<{ celsius: number }>()
      // @ts-expect-error what is fulfilled has no error
      outcome.error
      break
    case 'timeout':
      expectTypeOf(outcome.error.code).toEqualTypeOf<'REQUEST_TIMEOUT'>()
      break
    case 'disconnected':
      expectTypeOf(outcome.error).toEqualTypeOf<RondoError>()
      break
    case 'rejected':
      if ('reason' in outcome.error) {
        expectTypeOf(outcome.error.reason).toEqualTypeOf<'unknown-city' | 'no-data'>()
      }
  }
}

// Errors narrow to the reasons of their request.
try {
  await client.request(peerId, 'forecast', { city: 'Oslo' })
} catch (error) {
  const rejection = weather.rejection(error, 'forecast')
  expectTypeOf(rejection).toEqualTypeOf<RequestRejection<'unknown-city' | 'no-data'> | undefined>()
  expectTypeOf(weather.rejection(error, 'ping')).toEqualTypeOf<RequestRejection<never> | undefined>()
  // @ts-expect-error no such reason
  if (rejection?.reason === 'too-far') throw error
  // @ts-expect-error messages are not rejected
  weather.rejection(error, 'report')
}

// A definition is checked where it is written.
message({
  // @ts-expect-error no Standard Schema
  payload: { parse: () => 1 },
})
// @ts-expect-error a request has a reply
request({ payload: v.null() })
message({
  payload: v.null(),
  // @ts-expect-error only requests are rejected
  errors: ['no'],
})
request({
  payload: v.null(),
  reply: v.null(),
  // @ts-expect-error a rate has a number
  rate: {},
})

// Streams: a payload that opens them, and bytes.
declare const opener: Messenger
const files = defineProtocol({
  name: 'files',
  messages: {
    upload: stream({
      payload: z.object({ name: z.string(), bytes: z.string().transform(Number) }),
      errors: ['no-space'],
    }),
    tail: stream({ payload: v.null() }),
    note: message({ payload: v.string() }),
  },
})

files.handler({
  upload: async (payload, context) => {
    expectTypeOf(payload).toEqualTypeOf<{ name: string; bytes: number }>()
    expectTypeOf(context.stream).toEqualTypeOf<Stream>()
    expectTypeOf(context.from).toEqualTypeOf<PeerInfo>()
    expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>()
    expectTypeOf(context.reject).parameter(0).toEqualTypeOf<'no-space'>()
    if (payload.bytes > 5) context.reject('no-space')
    // @ts-expect-error only declared reasons
    context.reject('no-time')
    for await (const chunk of context.stream) expectTypeOf(chunk).toEqualTypeOf<Uint8Array>()
  },
  tail: (_, { stream, reject }) => {
    // @ts-expect-error it declares no reasons
    reject('any')
    return stream.end()
  },
  note: (_, context) => {
    // @ts-expect-error a message brings no stream
    context.stream
  },
})
// @ts-expect-error the handler of tail is missing
files.handler({ upload: () => {} })
files.handler({
  upload: () => {},
  // @ts-expect-error a stream has no reply
  tail: () => 'done',
})

const uploads = files.client(opener)
const uploading = await uploads.openStream(peerId, 'upload', { name: 'film.mp4', bytes: '5' }, { onProgress: () => {} })
expectTypeOf(uploading).toEqualTypeOf<Stream>()
uploading.write(new Uint8Array(5))
uploading.send(new Blob(['']).stream())
uploading.send([new Uint8Array(5)])
// What browsers call a readable stream of bytes does, too.
expectTypeOf<ReadableStream<Uint8Array>>().toExtend<ReadableBytes>()
// @ts-expect-error a text is no chunk
uploading.write('text')
// @ts-expect-error nor is it a source
uploading.send('text')
// @ts-expect-error the payload as it is received is not the one to send
uploads.openStream(peerId, 'upload', { name: 'film.mp4', bytes: 5 })
// @ts-expect-error a message is no stream
uploads.openStream(peerId, 'note', '')
// @ts-expect-error a stream is not requested
uploads.request(peerId, 'tail', null)
// @ts-expect-error a stream is not sent
uploads.send(peerId, 'tail', null)
expectTypeOf(files.rejection(new Error(), 'upload')).toEqualTypeOf<RequestRejection<'no-space'> | undefined>()
expectTypeOf(files.rejection(new Error(), 'tail')).toEqualTypeOf<RequestRejection<never> | undefined>()
// @ts-expect-error messages are not rejected
files.rejection(new Error(), 'note')
stream({
  payload: v.null(),
  // @ts-expect-error bytes answer a stream
  reply: v.null(),
})
