import { concatBytes } from '@noble/curves/utils.js'
import { describe, expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { nobleCrypto } from '../../src/crypto/noble-crypto.js'
import { noiseMessageBytesMax } from '../../src/noise/noise-xx.js'
import { providers } from '../crypto/providers.js'
import { createEnds, noPayload, read, shakeHands, write } from './handshakes.js'

const text = new TextEncoder()
const failed = { ok: false, code: 'HANDSHAKE_FAILED' }
const malformed = { ok: false, code: 'HANDSHAKE_MALFORMED' }

describe.each(providers)('a handshake with $name', (crypto) => {
  test('carries three payloads and gives both ends the same hash and matching ciphers', () => {
    const { initiator, responder } = createEnds(crypto)
    expect(read(responder, write(initiator, text.encode('one'))).payload).toEqual(text.encode('one'))
    expect(read(initiator, write(responder, text.encode('two'))).payload).toEqual(text.encode('two'))
    expect(read(responder, write(initiator, text.encode('three'))).payload).toEqual(text.encode('three'))
    const a = initiator.split()
    const b = responder.split()
    expect(a.handshakeHash).toEqual(b.handshakeHash)
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      for (const word of ['first', 'second']) {
        const sealed = from.send.seal(noPayload, text.encode(word)) ?? noPayload
        expect(to.receive.open(noPayload, sealed)).toEqual(text.encode(word))
      }
    }
  })

  test('shows both ends the same hash before each payload, another one for each message', () => {
    const { initiator, responder } = createEnds(crypto)
    const hashes: string[] = []
    for (const [writer, reader] of [
      [initiator, responder],
      [responder, initiator],
      [initiator, responder],
    ] as const) {
      const written = writer.beginMessage()
      const reading = read(reader, writer.endMessage(text.encode('signature')))
      expect(reading.hash).toEqual(written)
      hashes.push(String(reading.hash))
    }
    expect(new Set(hashes).size).toBe(3)
  })

  test('does not let the payload change the hash that it signs', () => {
    const hashes = ['one payload', 'another'].map((payload) => {
      const { initiator, responder } = createEnds(crypto)
      read(responder, write(initiator))
      responder.beginMessage()
      return read(initiator, responder.endMessage(text.encode(payload))).hash
    })
    expect(hashes[0]).toEqual(hashes[1])
  })

  test('fails where the two ends expect different prologues', () => {
    const { initiator, responder } = createEnds(crypto, { responder: { prologue: text.encode('another') } })
    read(responder, write(initiator))
    expect(initiator.readMessage(write(responder))).toEqual(failed)
  })

  test.each([
    ['zero', new Uint8Array(32)],
    ['one', new Uint8Array(32).with(0, 1)],
  ])('refuses an ephemeral key of small order, %s, from either end', (_, key) => {
    const { initiator, responder } = createEnds(crypto)
    read(responder, key)
    expect(responder.beginMessage()).toBeUndefined()

    write(initiator)
    expect(initiator.readMessage(concatBytes(key, new Uint8Array(64)))).toEqual(failed)
  })

  test('refuses messages too short for their keys and too long for Noise', () => {
    for (const length of [0, 31, noiseMessageBytesMax + 1]) {
      expect(createEnds(crypto).responder.readMessage(new Uint8Array(length))).toEqual(malformed)
    }
    for (const length of [0, 95, noiseMessageBytesMax + 1]) {
      const { initiator } = createEnds(crypto)
      write(initiator)
      expect(initiator.readMessage(new Uint8Array(length))).toEqual(malformed)
    }
  })

  test('carries a payload up to the limit of Noise', () => {
    const { initiator, responder } = createEnds(crypto)
    read(responder, write(initiator, new Uint8Array(noiseMessageBytesMax - 32)))
    responder.beginMessage()
    expect(() => responder.endMessage(new Uint8Array(noiseMessageBytesMax - 95))).toThrow(TypeError)
    const second = responder.endMessage(new Uint8Array(noiseMessageBytesMax - 96))
    expect(second).toHaveLength(noiseMessageBytesMax)
    expect(read(initiator, second).payload).toHaveLength(noiseMessageBytesMax - 96)
  })

  test('ends with the first message that is refused: the genuine one does not mend it', () => {
    const { initiator, responder } = createEnds(crypto)
    read(responder, write(initiator))
    const second = write(responder)
    expect(initiator.readMessage(second.with(40, second[40]! ^ 1))).toEqual(failed)
    expect(initiator.readMessage(second)).toEqual(malformed)
    expect(initiator.beginMessage()).toBeUndefined()
    expect(() => initiator.split()).toThrow(TypeError)
  })

  test('refuses a message out of turn', () => {
    const { initiator, responder } = createEnds(crypto)
    const first = write(initiator)
    expect(createEnds(crypto).initiator.readMessage(first)).toEqual(malformed)
    read(responder, first)
    expect(responder.readMessage(first)).toEqual(malformed)
    expect(responder.beginMessage()).toBeUndefined()
  })

  test('takes it as misuse to write out of turn, to end what was not begun, and to split early or twice', () => {
    const { initiator, responder } = createEnds(crypto)
    expect(() => responder.beginMessage()).toThrow(TypeError)
    expect(() => initiator.endMessage(noPayload)).toThrow(TypeError)
    expect(() => initiator.split()).toThrow(TypeError)
    initiator.beginMessage()
    expect(() => initiator.beginMessage()).toThrow(TypeError)
    expect(() => createEnds(crypto, { initiator: { staticSecret: new Uint8Array(31) } })).toThrow(TypeError)

    const ends = createEnds(crypto)
    read(ends.responder, write(ends.initiator))
    read(ends.initiator, write(ends.responder))
    write(ends.initiator)
    ends.initiator.split()
    expect(() => ends.initiator.split()).toThrow(TypeError)
  })

  test('does not depend on the memory of the messages that it read', () => {
    const { initiator, responder } = createEnds(crypto)
    const first = Buffer.from(write(initiator, text.encode('payload')))
    const { payload } = read(responder, first)
    first.fill(0)
    expect(payload).toEqual(text.encode('payload'))
    expect(initiator.readMessage(write(responder)).ok).toBe(true)
  })
})

test('native and noble write the same handshake, byte for byte', () => {
  const native = shakeHands(nativeCrypto)
  const noble = shakeHands(nobleCrypto)
  expect(native.messages).toEqual(noble.messages)
  expect(native.initiator.handshakeHash).toEqual(noble.initiator.handshakeHash)
})

test('native and noble shake hands with each other', () => {
  const { initiator, responder } = createEnds(nativeCrypto, { responder: { crypto: nobleCrypto } })
  read(responder, write(initiator))
  read(initiator, write(responder))
  read(responder, write(initiator))
  expect(initiator.split().handshakeHash).toEqual(responder.split().handshakeHash)
})
