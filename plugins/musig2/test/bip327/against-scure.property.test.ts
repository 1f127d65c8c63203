import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keyAggExport, keyAggregate, nonceAggregate, Session as ScureSession } from '@scure/btc-signer/musig2.js'
import * as fc from 'fast-check'
import * as tiny from 'tiny-secp256k1'
import { expect, test } from 'vitest'
import {
  aggregateKeys,
  applyTweak,
  type KeyContext,
  plainKeyOf,
  type Tweak,
  xOnlyKeyOf,
} from '../../src/bip327/key-context.js'
import { aggregateNonces } from '../../src/bip327/nonces.js'
import { aggregatePartials, signPartially, verifyPartial } from '../../src/bip327/partials.js'
import { createSession } from '../../src/bip327/session.js'
import { publicKeyFor } from '../../src/memory-signer.js'
import { groups, messages, scalars, tooLarge, tweaks } from './arbitraries.js'
import { nonceFor } from './signers.js'

// Every step beside that of @scure/btc-signer, and what comes of it beside libsecp256k1.

const isFull = process.env['RONDO_TIER'] === 'full'
const numRuns = isFull ? 300 : 10

/** What both make of the keys; undefined where both refuse them. */
function bothKeys(publicKeys: readonly Uint8Array[], list: readonly Tweak[]): KeyContext | undefined {
  const ours = orRefused(() => list.reduce(applyTweak, aggregateKeys(publicKeys)))
  const [added, kinds] = [list.map(({ tweak }) => tweak), list.map(({ isXOnly }) => isXOnly)]
  const theirs = orRefused(() => keyAggregate([...publicKeys], added, kinds))
  expect(ours === undefined).toBe(theirs === undefined)
  if (ours === undefined || theirs === undefined) return undefined
  expect(plainKeyOf(ours)).toEqual(theirs.aggPublicKey.toBytes(true))
  expect(xOnlyKeyOf(ours)).toEqual(keyAggExport(theirs))
  expect([ours.sign, ours.tweak]).toEqual([theirs.gAcc, theirs.tweakAcc])
  return ours
}

function orRefused<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

test('keys and tweaks come to the same aggregate key, or are refused by both', () => {
  fc.assert(
    fc.property(groups, tweaks, (secretKeys, list) => {
      bothKeys(secretKeys.map(publicKeyFor), list)
    }),
    { numRuns: numRuns * 2 },
  )
})

test('many keys are aggregated in pieces, to the same, and the one that is no point is found in any of them', () => {
  const keys = Array.from({ length: 100 }, (_, at) => publicKeyFor(new Uint8Array(32).fill(at + 1)))
  for (const count of [32, 33, 64, 65, 100]) expect(bothKeys(keys.slice(0, count), [])).toBeDefined()
  const noPoint = new Uint8Array(33).fill(0xff)
  noPoint[0] = 2
  for (const at of [0, 32, 99])
    expect(() => aggregateKeys(keys.with(at, noPoint))).toThrow(`signer ${at} brought an invalid pubkey`)
})

test('a tweak that leaves nothing of the key is refused by both', () => {
  fc.assert(
    fc.property(scalars, fc.boolean(), (secretKey, isXOnly) => {
      fc.pre(secretKey.some((byte) => byte !== 0))
      // With one signer the coefficient is known: the tweak is what the key lacks to nothing.
      const publicKey = publicKeyFor(secretKey)
      const { Fn } = secp256k1.Point
      const [coefficient = 0n] = aggregateKeys([publicKey]).coefficients
      const own = Fn.mul(coefficient, Fn.fromBytes(secretKey))
      const isOdd = plainKeyOf(aggregateKeys([publicKey]))[0] === 3
      const tweak = Fn.toBytes(isXOnly && isOdd ? own : Fn.neg(own))
      expect(bothKeys([publicKey], [{ tweak, isXOnly }])).toBeUndefined()
    }),
    { numRuns },
  )
})

test('the same secret nonces make the same parts, verdicts and signatures, which hold for libsecp256k1', () => {
  fc.assert(
    fc.property(groups, tweaks, messages, scalars, tooLarge, (secretKeys, list, message, random, noNumber) => {
      const publicKeys = secretKeys.map(publicKeyFor)
      const key = bothKeys(publicKeys, list)
      if (key === undefined) return
      const nonces = secretKeys.map((secretKey) => nonceFor(key, secretKey, message))
      const publicNonces = nonces.map(({ publicNonce }) => publicNonce)
      expect(aggregateNonces(publicNonces)).toEqual(nonceAggregate(publicNonces))

      const [added, kinds] = [list.map(({ tweak }) => tweak), list.map(({ isXOnly }) => isXOnly)]
      const theirs = new ScureSession(nonceAggregate(publicNonces), publicKeys, message, added, kinds)
      const ours = createSession(key, publicNonces, message)

      const partials = nonces.map(({ secretNonce }, signer) => {
        const secret = secretNonce.take()
        const secretKey = secretKeys[signer] ?? random
        const expected = theirs.sign(secret.slice(), secretKey, true)
        expect(signPartially(ours, secret, secretKey)).toEqual(expected)
        return expected
      })
      for (const [signer, partial] of partials.entries())
        for (const each of [partial, partials[signer - 1] ?? random, random, noNumber])
          expect(verifyPartial(ours, signer, each)).toBe(theirs.partialSigVerify(each, publicNonces, signer))

      const signature = aggregatePartials(ours, partials)
      expect(signature).toEqual(theirs.partialSigAgg([...partials]))
      if (message.length === 32) expect(tiny.verifySchnorr(message, xOnlyKeyOf(key), signature)).toBe(true)
    }),
    { numRuns },
  )
})
