import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { createEd25519 } from '../../src/identity/ed25519.js'
import { publicKeyOf } from '../../src/identity/peer-id.js'
import { decodeSignedMessage, encodeSignedMessage } from '../../src/signing/signed-message.js'
import { createMessageVerifier } from '../../src/signing/verify-message.js'
import { signBatch } from './samples.js'

const isFull = process.env['RONDO_TIER'] === 'full'
const ed25519 = createEd25519(nativeCrypto.ed25519)

/** With roots remembered, as a node has them: a bend must not profit from what was found signed before. */
const verify = createMessageVerifier({
  verify: (peerId, message, signature) => ed25519.verify(publicKeyOf(peerId), message, signature),
})

function isBelieved(bytes: Uint8Array): boolean {
  const verdict = verify(bytes)
  if (verdict instanceof Promise) throw new Error('this backend answers at once')
  return verdict.ok
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const bent = bytes.slice()
  bent[bit >> 3]! ^= 1 << (bit & 7)
  return bent
}

test('no bit of a signed message can be flipped', () => {
  const { batch, signature } = signBatch(6)
  const bytes = batch.signedMessage(4, signature)
  expect(isBelieved(bytes)).toBe(true)
  for (let bit = 0; bit < bytes.length * 8; bit += 1) expect(isBelieved(flip(bytes, bit)), `bit ${bit}`).toBe(false)
})

test('of no member of any batch', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), fc.nat(), (count, at, bit) => {
      const { batch, signature } = signBatch(count)
      const bytes = batch.signedMessage(at % count, signature)
      expect(isBelieved(bytes)).toBe(true)
      expect(isBelieved(flip(bytes, bit % (bytes.length * 8)))).toBe(false)
    }),
    { numRuns: isFull ? 2_000 : 60 },
  )
})

test('every member of batches of every size verifies alone', () => {
  const counts = isFull ? Array.from({ length: 1_024 }, (_, index) => index + 1) : [1, 2, 3, 64, 65, 511, 1_023, 1_024]
  for (const count of counts) {
    const { batch, signature } = signBatch(count)
    const step = isFull ? 1 : Math.ceil(count / 40)
    for (let index = 0; index < count; index += step) {
      expect(isBelieved(batch.signedMessage(index, signature)), `${index} of ${count}`).toBe(true)
    }
    expect(isBelieved(batch.signedMessage(count - 1, signature)), `the last of ${count}`).toBe(true)
  }
})

test('nothing can be cut off or added', () => {
  const { batch, signature } = signBatch(6)
  const bytes = batch.signedMessage(4, signature)
  for (let length = 0; length < bytes.length; length += 1) expect(isBelieved(bytes.subarray(0, length))).toBe(false)
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (more) => {
      expect(isBelieved(Uint8Array.from([...bytes, ...more]))).toBe(false)
    }),
  )
})

test('a path cannot be made longer or shorter', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(), (count, at) => {
      const { batch, signature } = signBatch(count)
      const decoded = decodeSignedMessage(batch.signedMessage(at % count, signature))
      if (!decoded.ok) throw new Error(decoded.code)
      const { path } = decoded.value
      for (const other of [path.subarray(32), path.subarray(0, -32), Uint8Array.from([...path, ...path.subarray(-32)])])
        expect(isBelieved(encodeSignedMessage({ ...decoded.value, path: other }))).toBe(false)
    }),
    { numRuns: 40 },
  )
})

test('what is read is written again as it was', () => {
  const bytes = fc.uint8Array({ maxLength: 300 })
  fc.assert(
    fc.property(bytes, (random) => {
      const decoded = decodeSignedMessage(random)
      if (decoded.ok) expect(encodeSignedMessage(decoded.value)).toEqual(random)
    }),
  )
  const { batch, signature } = signBatch(6)
  const real = batch.signedMessage(4, signature)
  for (let bit = 0; bit < real.length * 8; bit += 1) {
    const bent = flip(real, bit)
    const decoded = decodeSignedMessage(bent)
    if (decoded.ok) expect(Buffer.compare(encodeSignedMessage(decoded.value), bent), `bit ${bit}`).toBe(0)
  }
})

test('random bytes never throw and are never believed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      expect(isBelieved(bytes)).toBe(false)
      expect(isBelieved(Uint8Array.from([1, ...bytes]))).toBe(false)
    }),
  )
})
