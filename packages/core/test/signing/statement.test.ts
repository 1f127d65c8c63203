import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../src/bytes/byte-writer.js'
import { encodeBase58 } from '../../src/identity/base58.js'
import type { PeerId } from '../../src/identity/peer-id.js'
import { encodeBatchRoot } from '../../src/signing/batch-root.js'
import { decodeStatement, encodeStatement, type Statement, slotBytesMax, u48Max } from '../../src/signing/statement.js'
import { alice, bob, context, epoch, signBatch } from './samples.js'

const statement: Statement = {
  ...context,
  position: { epoch, sequence: 7 },
  createdMs: 1,
  expiresMs: 2,
  codecId: 1,
  payloadHash: new Uint8Array(32).fill(9),
}

function encode(changes: object = {}): Uint8Array {
  const writer = new ByteWriter()
  encodeStatement({ ...statement, ...changes }, writer)
  return writer.slice()
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

test('a statement comes back as it went', () => {
  const decoded = decodeStatement(encode())
  if (!decoded.ok) throw new Error(decoded.code)
  const { head, body } = decoded
  expect({ ...body }).toEqual({
    position: { epoch, sequence: 7 },
    createdMs: 1,
    expiresMs: 2,
    codecId: 1,
    payloadHash: new Uint8Array(32).fill(9),
  })
  expect(head).toMatchObject(context)
})

test('a slot, a topic and a statement for anyone come back as they went', () => {
  for (const [position, audience] of [
    [{ slot: new Uint8Array(slotBytesMax).fill(3) }, { topic: 'Wetter, über Öresund' }],
    [{ epoch: u48Max, sequence: u48Max }, 'anyone'],
  ] as const) {
    const decoded = decodeStatement(encode({ position, audience, expiresMs: u48Max }))
    expect(decoded).toMatchObject({ ok: true, head: { audience }, body: { position } })
  }
})

test.each<[string, object]>([
  ['an empty network', { network: '' }],
  ['a network of 256 bytes', { network: 'x'.repeat(256) }],
  ['a network with half a surrogate pair', { network: 'main\ud800' }],
  ['a protocol with a space in its name', { protocol: 'two words' }],
  ['a type of 65 characters', { type: 'x'.repeat(65) }],
  ['version 0', { version: 0 }],
  ['version 65,536', { version: 65_536 }],
  ['an author who is no peer id', { author: 'alice' }],
  ['a recipient who is no peer id', { audience: { to: 'bob' } }],
  ['a recipient and a topic', { audience: { to: bob.peerId, topic: 'both' } }],
  ['neither recipient nor topic', { audience: {} }],
  ['no audience', { audience: null }],
  ['an empty topic', { audience: { topic: '' } }],
  ['an epoch below 0', { position: { epoch: -1, sequence: 0 } }],
  ['a sequence of more than 48 bits', { position: { epoch: 0, sequence: u48Max + 1 } }],
  ['an empty slot', { position: { slot: new Uint8Array(0) } }],
  ['a slot of 129 bytes', { position: { slot: new Uint8Array(slotBytesMax + 1) } }],
  ['half a millisecond', { createdMs: 0.5 }],
  ['an end at its beginning', { createdMs: 2, expiresMs: 2 }],
  ['an end beyond 48 bits', { expiresMs: u48Max + 1 }],
  ['codec 256', { codecId: 256 }],
  ['a hash of 31 bytes', { payloadHash: new Uint8Array(31) }],
])('%s cannot be signed', (_, changes) => {
  expect(() => encode(changes)).toThrow(TypeError)
})

describe('refused when it is read', () => {
  const bytes = encode()
  const tagBytes = 'rondo/1 statement\0'.length
  const versionAt = tagBytes + 5 + 8 + 9

  function bend(at: number, ...values: number[]): Uint8Array {
    const bent = bytes.slice()
    bent.set(values, at)
    return bent
  }

  test.each<[string, Uint8Array]>([
    ['another tag', bend(0, 0x52)],
    ['an empty network', Uint8Array.from([...bytes.subarray(0, tagBytes), 0, ...bytes.subarray(tagBytes + 5)])],
    ['a network that is not UTF-8', bend(tagBytes + 1, 0xff)],
    ['a protocol with a space', bend(tagBytes + 6, 0x20)],
    ['version 0', bend(versionAt, 0, 0)],
    ['an author that re-encodes differently', bend(versionAt + 3, 0x31)],
    ['an unknown kind of audience', bend(versionAt + 2 + 49, 3)],
    ['an unknown kind of position', bend(bytes.length - 58, 2)],
    ['an end before its beginning', bend(bytes.length - 45, 0, 0, 0, 0, 0, 9)],
    ['a byte too many', Uint8Array.from([...bytes, 0])],
    ['nothing at all', new Uint8Array(0)],
  ])('%s', (_, bent) => {
    expect(decodeStatement(bytes)).toMatchObject({ ok: true })
    expect(decodeStatement(bent)).toEqual({ ok: false, code: 'SIGNATURE_MALFORMED' })
  })

  test('a kind of key that is not loaded is no fault of the bytes: they are read', () => {
    const secp256k1 = `z${encodeBase58(Uint8Array.from([0xe7, 0x01, 2, ...new Uint8Array(32).fill(7)]))}`
    // Written by hand, for the encoder refuses what it could not read.
    const at = versionAt + 2
    const foreign = Uint8Array.from([
      ...bytes.subarray(0, at),
      secp256k1.length,
      ...new TextEncoder().encode(secp256k1),
      ...bytes.subarray(at + 49),
    ])
    expect(decodeStatement(foreign)).toMatchObject({ ok: true, head: { author: secp256k1 } })
  })
})

test('nothing that one part of Rondo signs can be taken for what another signs', () => {
  const root = { author: alice.peerId as PeerId, epoch, count: 1, root: new Uint8Array(32) }
  const starts = [
    textOf(encode()).split('\0')[0],
    textOf(encodeBatchRoot(root)).split('\0')[0],
    textOf(signBatch(1).batch.rootBytes).split('\0')[0],
    'rondo/1 handshake, dialler',
    'rondo/1 handshake, listener',
  ]
  expect(starts.slice(0, 3)).toEqual(['rondo/1 statement', 'rondo/1 batch root', 'rondo/1 batch root'])
  // Each ends with its first zero, so none begins another.
  expect(new Set(starts).size).toBe(4)
})
