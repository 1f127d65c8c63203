import { expect, test } from 'vitest'
import { decodeEnvelope, isForHandlers, type MessageEnvelope } from '../../src/flow/envelope.js'
import { FrameReader, frameKind } from '../../src/flow/frames.js'
import { Inbox } from '../../src/flow/inbox.js'
import { InboundNames } from '../../src/flow/name-table.js'
import { plaintextOf, type RawFrame } from '../fake-peer.js'
import { recordOf } from '../fake-record.js'

const names = new InboundNames(4)
names.declare(0, 'p', 1, 't')

/** Messages with these payloads, all of one record. */
function messagesOf(...payloads: readonly Uint8Array[]): MessageEnvelope[] {
  const frames = payloads.map((payload): RawFrame => [frameKind.message, Uint8Array.of(0, 0, 1, ...payload)])
  const reader = new FrameReader(1_048_576)
  reader.enter(recordOf(plaintextOf(...frames)))
  const messages: MessageEnvelope[] = []
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
    const envelope = frame.ok ? decodeEnvelope(frame, names) : frame
    if (!envelope.ok || !isForHandlers(envelope)) throw new Error('it was expected to be a message')
    messages.push(envelope)
  }
  return messages
}

const tiny = Uint8Array.of(1)

test('an inbox gives back what waits in order, and nothing once it is empty', () => {
  const inbox = new Inbox({ inboxMessagesMax: 1_000, inboxBytesMax: 1_000_000 })
  const messages = messagesOf(...Array.from({ length: 300 }, (_, index) => Uint8Array.of(index & 0xff)))
  const heard: (MessageEnvelope | undefined)[] = []
  for (const [index, message] of messages.entries()) {
    inbox.push(message)
    if (index % 3 === 0) heard.push(inbox.shift())
  }
  while (inbox.size > 0) heard.push(inbox.shift())
  expect(heard).toEqual(messages)
  expect([inbox.shift(), inbox.size, inbox.isFull]).toEqual([undefined, 0, false])
})

test('an inbox is full by its number of messages, and has room when one of them is gone', () => {
  const inbox = new Inbox({ inboxMessagesMax: 2, inboxBytesMax: 1_000_000 })
  for (const message of messagesOf(tiny, tiny)) inbox.push(message)
  expect(inbox.isFull).toBe(true)
  inbox.shift()
  expect(inbox.isFull).toBe(false)
})

test('an inbox is full by the memory that its messages hold on to: a small one keeps its whole record alive', () => {
  const inbox = new Inbox({ inboxMessagesMax: 1_000, inboxBytesMax: 100_000 })
  // The one small message holds on to a record in which something large was dropped.
  let pushed = 0
  while (!inbox.isFull && pushed < 10) {
    const [small] = messagesOf(tiny, new Uint8Array(30_000))
    if (small !== undefined) inbox.push(small)
    pushed += 1
  }
  expect(pushed).toBe(4)
  inbox.shift()
  expect(inbox.isFull).toBe(false)
})

test('messages of one record share its memory, and it counts once', () => {
  const inbox = new Inbox({ inboxMessagesMax: 10_000, inboxBytesMax: 20_000 })
  const messages = messagesOf(...Array.from({ length: 1_000 }, () => tiny))
  for (const message of messages) inbox.push(message)
  expect(inbox.isFull).toBe(false)
  for (const [fresh] of [messagesOf(new Uint8Array(8_000)), messagesOf(new Uint8Array(8_000))]) {
    if (fresh !== undefined) inbox.push(fresh)
  }
  expect(inbox.isFull).toBe(true)
  for (const _ of messages) inbox.shift()
  expect(inbox.isFull).toBe(false)
})
