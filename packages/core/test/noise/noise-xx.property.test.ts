import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { createEnds, noPayload, read, runs, shakeHands, write } from './handshakes.js'

const payload = fc.uint8Array({ maxLength: 200 })

/** Carries a handshake through `tamper`, and says whether both ends came to the same end of it. */
function isEstablished(payloads: readonly Uint8Array[], tamper: (message: Uint8Array, index: number) => Uint8Array) {
  const { initiator, responder } = createEnds(nativeCrypto)
  for (const [index, [writer, reader]] of [
    [initiator, responder] as const,
    [responder, initiator] as const,
    [initiator, responder] as const,
  ].entries()) {
    if (writer.beginMessage() === undefined) return false
    const message = writer.endMessage(payloads[index] ?? noPayload)
    if (!reader.readMessage(tamper(message, index)).ok) return false
  }
  const hashes = [initiator.split(), responder.split()].map(({ handshakeHash }) => String(handshakeHash))
  return hashes[0] === hashes[1]
}

test('any payloads are carried when nobody interferes', () => {
  fc.assert(
    fc.property(fc.array(payload, { minLength: 3, maxLength: 3 }), (payloads) => {
      expect(isEstablished(payloads, (message) => message)).toBe(true)
    }),
    { numRuns: 50 },
  )
})

test('no handshake is established when any bit of any message was flipped', () => {
  fc.assert(
    fc.property(
      fc.array(payload, { minLength: 3, maxLength: 3 }),
      fc.nat({ max: 2 }),
      fc.nat(),
      (payloads, at, where) => {
        const established = isEstablished(payloads, (message, index) => {
          const bit = where % (message.length * 8)
          return index === at ? message.with(bit >> 3, message[bit >> 3]! ^ (1 << (bit & 7))) : message
        })
        expect(established).toBe(false)
      },
    ),
    { numRuns: runs },
  )
})

test('no handshake is established when any message was cut or lengthened', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 2 }),
      fc.nat(),
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.boolean(),
      (at, where, more, cut) => {
        const established = isEstablished([noPayload, noPayload, noPayload], (message, index) => {
          if (index !== at) return message
          return cut ? message.subarray(0, where % message.length) : new Uint8Array([...message, ...more])
        })
        expect(established).toBe(false)
      },
    ),
    { numRuns: runs },
  )
})

test('no handshake is established when messages were swapped, repeated or taken from another handshake', () => {
  const other = createEnds(nativeCrypto, {
    initiator: { ephemeralSecret: new Uint8Array(32).fill(9) },
    responder: { ephemeralSecret: new Uint8Array(32).fill(10) },
  })
  const foreign = [write(other.initiator)]
  read(other.responder, foreign[0] ?? noPayload)
  foreign.push(write(other.responder))
  read(other.initiator, foreign[1] ?? noPayload)
  foreign.push(write(other.initiator))
  const genuine = shakeHands(nativeCrypto).messages
  const pool = [...genuine, ...foreign]
  for (let at = 0; at < 3; at += 1) {
    for (const put of pool) {
      const isGenuine = put === genuine[at]
      expect(isEstablished([], (message, index) => (index === at ? put : message))).toBe(isGenuine)
    }
  }
})

test('random bytes are refused at every step, and none throws', () => {
  const bytes = fc.uint8Array({ maxLength: 300 })
  fc.assert(
    fc.property(bytes, bytes, bytes, (first, second, third) => {
      const { initiator, responder } = createEnds(nativeCrypto)
      write(initiator)
      expect(initiator.readMessage(second).ok).toBe(false)
      // A first message is nothing but a key and a payload in the clear: what follows fails.
      responder.readMessage(first)
      if (first.length >= 32 && responder.beginMessage() !== undefined) {
        responder.endMessage(noPayload)
        expect(responder.readMessage(third).ok).toBe(false)
      }
    }),
    { numRuns: runs },
  )
})

test('a record opens once, in its turn, unchanged, and at the other end only', () => {
  fc.assert(
    fc.property(fc.array(payload, { minLength: 2, maxLength: 6 }), fc.nat(), (plaintexts, pick) => {
      const { initiator, responder } = shakeHands(nativeCrypto)
      const sealed = plaintexts.map((plaintext) => initiator.send.seal(noPayload, plaintext) ?? noPayload)
      const early = 1 + (pick % (sealed.length - 1))
      expect(responder.receive.open(noPayload, sealed[early] ?? noPayload)).toBeUndefined()
      expect(initiator.receive.open(noPayload, sealed[0] ?? noPayload)).toBeUndefined()
      for (const [index, record] of sealed.entries()) {
        expect(responder.receive.open(noPayload, record)).toEqual(plaintexts[index])
        expect(responder.receive.open(noPayload, record)).toBeUndefined()
      }
    }),
    { numRuns: 50 },
  )
})
