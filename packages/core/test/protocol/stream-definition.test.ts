import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { createSystemEnv } from '../../src/env/system-env.js'
import type { PeerInfo } from '../../src/peers/peer-info.js'
import { defineProtocol } from '../../src/protocol/define-protocol.js'
import { stream } from '../../src/protocol/definition.js'
import type { HandlerContext } from '../../src/protocol/handler.js'
import type { Message } from '../../src/protocol/message.js'
import type { Messenger } from '../../src/protocol/messenger.js'
import type { StreamHandlerContext } from '../../src/protocol/protocol-handler.js'
import { codeOf, rejectionOf } from '../expect-failure.js'
import { createStreamEnds, readAll, someBytes, streamPeers } from '../streams/stream-ends.js'

const [peerId] = streamPeers
const from: PeerInfo = {
  peerId,
  state: 'connected',
  direction: 'inbound',
  transport: 'none',
  connectedAt: 0,
  protocols: new Map(),
}
const context: HandlerContext = { signal: new AbortController().signal, env: createSystemEnv() }

const files = defineProtocol({
  name: 'files',
  messages: { upload: stream({ payload: v.object({ name: v.string() }), errors: ['no-space', 'no-time'] }) },
})

const received = (type: string, payload: unknown): Message => ({
  type,
  from: peerId,
  payload,
  timestamp: 0,
  messageId: 'id',
  protocol: 'files',
  version: 1,
})

type Upload = (
  payload: { name: string },
  context: StreamHandlerContext<{ name: string }, 'no-space' | 'no-time'>,
) => Promise<void> | void

const unused = (): never => {
  throw new Error('not used here')
}

/** A client whose streams end in a handler, by real streams. */
function connect(upload: Upload) {
  const ends = createStreamEnds()
  const handler = files.handler({ upload })
  ends.b.handle = (opened, given, payload) => handler.handleStream?.(received('upload', payload), opened, from, given)
  const messenger: Messenger = {
    sendTo: unused,
    broadcast: unused,
    request: unused,
    requestMany: unused,
    openStream: (_to, { payload }, options) => ends.a.open(payload, options),
  }
  return { ends, client: files.client(messenger) }
}

describe('a stream’s handler', () => {
  test('gets the payload, the stream and who opened it', async () => {
    const seen: unknown[] = []
    const { ends, client } = connect(async ({ name }, { stream: opened, from: opener, message, signal, env }) => {
      seen.push(name, opener, message.type, signal.aborted, env === ends.env, await readAll(opened))
    })
    const opening = client.openStream(peerId, 'upload', { name: 'film.mp4' })
    await ends.settle()
    const sending = (await opening).send(someBytes(100))
    await ends.settle()
    await sending
    expect(seen).toEqual(['film.mp4', from, 'upload', false, true, someBytes(100)])
  })

  test('rejects with a reason that the protocol declares, and the opener can tell', async () => {
    const { ends, client } = connect((_, { reject }) => reject('no-space', 'full'))
    const opening = client.openStream(peerId, 'upload', { name: 'film.mp4' })
    const failing = rejectionOf(opening)
    await ends.settle()
    const failure = await failing
    expect(files.rejection(failure, 'upload')).toMatchObject({ reason: 'no-space' })
    expect(files.rejection(new Error('another'), 'upload')).toBeUndefined()
  })

  test('is required, and is there for streams alone', () => {
    expect(() => files.handler({} as Parameters<typeof files.handler>[0])).toThrow(TypeError)
    const called: unknown[] = []
    const handler = files.handler({ upload: () => void called.push('upload') })
    expect(handler.handleMessage(received('upload', { name: '' }), from, context)).toBeUndefined()
    expect(called).toEqual([])
    expect(handler.messages?.get('upload')).toMatchObject({ kind: 'stream' })
    expect(handler.messages?.get('upload')?.check?.({ name: 5 })).toMatchObject({ ok: false, code: 'SCHEMA_REFUSED' })
  })

  test('is not called for a type that is no stream', async () => {
    const ends = createStreamEnds()
    const handler = files.handler({ upload: () => {} })
    ends.b.handle = (opened, given) => handler.handleStream?.(received('toString', null), opened, from, given)
    const opening = ends.a.open()
    await ends.settle()
    expect(await codeOf(opening)).toBe('HANDLER_FAILED')
    expect(ends.b.reports).toMatchObject([{ cause: expect.any(TypeError) }])
  })
})

describe('a client', () => {
  test('checks the payload before anything leaves', async () => {
    const { ends, client } = connect(() => {})
    const wrong: unknown = { name: 5 }
    expect(await codeOf(client.openStream(peerId, 'upload', wrong as { name: string }))).toBe('SCHEMA_REFUSED')
    expect(await rejectionOf(client.openStream(peerId, 'tides' as 'upload', { name: '' }))).toBeInstanceOf(TypeError)
    expect(ends.a.wire.queue).toEqual([])
  })
})
