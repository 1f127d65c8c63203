import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { aggregateKeys, applyTweak } from '../../src/bip327/key-context.js'
import { aggregateNonces, isPublicNonce, readPublicNonce } from '../../src/bip327/nonces.js'
import { aggregatePartials, verifyPartial } from '../../src/bip327/partials.js'
import { createSession, openSession } from '../../src/bip327/session.js'
import { publicKeyFor } from '../../src/memory-signer.js'
import { noPoints, scalars, tooLarge } from './arbitraries.js'
import { bytes, signTogether } from './signers.js'

// What others may bring: it is refused, and laid at the door of whoever brought it.

const isFull = process.env['RONDO_TIER'] === 'full'
const numRuns = isFull ? 2000 : 100

const { key, session, partials, signed } = signTogether([bytes(), bytes(), bytes()])
const { publicKeys } = key
const { publicNonces } = session
const places = fc.nat(2)
const blamed = (signer: number, contribution: string) =>
  expect.objectContaining({ name: 'ContributionError', signer, contribution })

test('a key that is no point, or has another form than 33 bytes', () => {
  fc.assert(
    fc.property(noPoints, places, (wrong, at) => {
      expect(() => aggregateKeys(publicKeys.with(at, wrong))).toThrow(blamed(at, 'pubkey'))
    }),
    { numRuns },
  )
})

test('a nonce of which either half is no point, or at infinity', () => {
  fc.assert(
    fc.property(noPoints, places, fc.boolean(), (wrong, at, isSecond) => {
      const other = publicKeys[0] ?? wrong
      const nonce = Uint8Array.of(...(isSecond ? [...other, ...wrong] : [...wrong, ...other]))
      expect(isPublicNonce(nonce)).toBe(false)
      expect(() => aggregateNonces(publicNonces.with(at, nonce))).toThrow(blamed(at, 'pubnonce'))
      expect(() => createSession(key, publicNonces.with(at, nonce), signed.message)).toThrow(blamed(at, 'pubnonce'))
    }),
    { numRuns },
  )
})

test('any bytes get a verdict on whether they are a nonce', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 140 }), (some) => {
      fc.pre(some.length !== 66)
      expect(isPublicNonce(some)).toBe(false)
    }),
    { numRuns },
  )
  const half = fc.oneof(
    noPoints,
    scalars.map((scalar) => Uint8Array.of(2, ...scalar)),
  )
  fc.assert(
    fc.property(half, half, (first, second) => {
      const nonce = Uint8Array.of(...first, ...second)
      // The verdict is that of adding it up, whichever that is.
      if (isPublicNonce(nonce)) expect(aggregateNonces([nonce])).toEqual(nonce)
      else expect(() => aggregateNonces([nonce])).toThrow(blamed(0, 'pubnonce'))
    }),
    { numRuns },
  )
})

test('a nonce is read once, and again where it has changed since', () => {
  const nonce = publicNonces[0]?.slice() ?? bytes(66)
  expect(isPublicNonce(nonce)).toBe(true)
  const before = aggregateNonces([nonce])
  expect(readPublicNonce(nonce)).toBe(readPublicNonce(nonce))
  nonce.set(publicKeys[0] ?? bytes(33))
  expect(aggregateNonces([nonce])).not.toEqual(before)
  nonce.fill(0)
  expect(isPublicNonce(nonce)).toBe(false)
})

test('a part that is no number below the order, or has another length than 32 bytes', () => {
  const wrongs = fc.oneof(
    tooLarge,
    fc.uint8Array({ maxLength: 70 }).filter(({ length }) => length !== 32),
  )
  fc.assert(
    fc.property(wrongs, places, (wrong, at) => {
      expect(verifyPartial(session, at, wrong)).toBe(false)
      expect(() => aggregatePartials(session, partials.with(at, wrong))).toThrow(blamed(at, 'psig'))
    }),
    { numRuns },
  )
})

test('a tweak that is no number below the order, or has another length than 32 bytes', () => {
  const wrongs = fc.oneof(
    tooLarge,
    fc.uint8Array({ maxLength: 70 }).filter(({ length }) => length !== 32),
  )
  fc.assert(
    fc.property(wrongs, fc.boolean(), (tweak, isXOnly) => {
      expect(() => applyTweak(key, { tweak, isXOnly })).toThrow(RangeError)
    }),
    { numRuns },
  )
})

test('an aggregate nonce may be nothing, and must be two points otherwise', () => {
  expect(openSession(key, new Uint8Array(66), signed.message).nonce.toBytes(true)).toEqual(publicKeyFor(one()))
  for (const length of [0, 33, 65, 67, 99])
    expect(() => openSession(key, new Uint8Array(length), signed.message)).toThrow(RangeError)
  fc.assert(
    fc.property(
      noPoints.filter((point) => point.some((byte) => byte !== 0)),
      (wrong) => {
        const half = publicKeys[0] ?? wrong
        expect(() => openSession(key, Uint8Array.of(...half, ...wrong), signed.message)).toThrow(Error)
      },
    ),
    { numRuns },
  )
})

const one = (): Uint8Array => new Uint8Array(32).fill(1, 31)

test('lists of the wrong length are a mistake of the caller', () => {
  expect(() => aggregateKeys([])).toThrow(RangeError)
  expect(() => aggregateNonces([])).toThrow(RangeError)
  expect(() => createSession(key, publicNonces.slice(1), signed.message)).toThrow(RangeError)
  expect(() => aggregatePartials(session, partials.slice(1))).toThrow(RangeError)
  for (const signer of [-1, 3, 0.5]) expect(() => verifyPartial(session, signer, bytes())).toThrow(RangeError)
})
