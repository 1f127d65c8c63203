import { Session as ScureSession } from '@scure/btc-signer/musig2.js'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Fn, readScalar } from '../../src/bip327/curve.js'
import { findWrongPart, isPartial, type Part, verifyPartial, verifyParts } from '../../src/bip327/partials.js'
import type { Session } from '../../src/bip327/session.js'
import { scalars, tooLarge } from './arbitraries.js'
import { bytes, signTogether } from './signers.js'

const isFull = process.env['RONDO_TIER'] === 'full'
const numRuns = isFull ? 200 : 10

const secretKeys = [bytes(), bytes(), bytes()]
/** Of 20 sessions, with one key and with several, all parts: groups are searched, and more than one. */
const right: readonly Part[] = Array.from({ length: 20 }, (_, at) => {
  const tweaks = at % 2 === 0 ? [] : [{ tweak: bytes(), isXOnly: at % 3 === 0 }]
  const { session, partials } = signTogether(at < 2 ? [...secretKeys, ...secretKeys] : secretKeys, tweaks)
  return partials.map((partial, signer) => ({ session, signer, partial }))
}).flat()

const first = right[0] ?? fail()

function fail(): never {
  throw new Error('there are 66 of them')
}

function shifted(part: Part, by: bigint): Part {
  return { ...part, partial: Fn.toBytes(Fn.add(readScalar(part.partial) ?? 0n, by)) }
}

const isOfAnother =
  (part: Part) =>
  (other: Part): boolean =>
    other.session !== part.session && other.session.publicNonces.length > part.signer

/** All the ways to be wrong. */
const wrongs: readonly ((part: Part) => Part)[] = [
  (part) => shifted(part, 1n),
  (part) => shifted(part, Fn.neg(1n)),
  (part) => ({ ...part, partial: Fn.toBytes(Fn.neg(readScalar(part.partial) ?? 0n)) }),
  (part) => ({ ...part, partial: new Uint8Array(32) }),
  (part) => ({ ...part, partial: new Uint8Array(32).fill(255) }),
  (part) => ({ ...part, partial: part.partial.subarray(1) }),
  (part) => ({ ...part, partial: Uint8Array.of(...part.partial, 0) }),
  (part) => ({ ...part, partial: new Uint8Array(0) }),
  (part) => ({ ...part, signer: (part.signer + 1) % 3 }),
  // Of another session, in the same seat.
  (part) => ({ ...part, session: (right.find(isOfAnother(part)) ?? fail()).session }),
]

/** By another implementation. */
function holds({ session, signer, partial }: Part): boolean {
  return partial.length === 32 && scureOf(session).partialSigVerify(partial, [...session.publicNonces], signer)
}

const scures = new Map<Session, ScureSession>()

function scureOf(session: Session): ScureSession {
  const { aggregateNonce, message, key } = session
  const { publicKeys, tweaks } = key
  const [added, kinds] = [tweaks.map(({ tweak }) => tweak), tweaks.map(({ isXOnly }) => isXOnly)]
  const scure = scures.get(session) ?? new ScureSession(aggregateNonce, [...publicKeys], message, added, kinds)
  scures.set(session, scure)
  return scure
}

test('parts that hold, hold together, however many', () => {
  expect(right.slice(0, 9).every(holds)).toBe(true)
  for (const count of [0, 1, 2, 15, 16, 17, 66]) {
    expect(verifyParts(right.slice(0, count))).toBe(true)
    expect(findWrongPart(right.slice(0, count))).toBe(-1)
  }
})

test.each(wrongs.map((change, kind) => [kind, change] as const))(
  'a part that is wrong in way %i is found',
  (_, change) => {
    for (const at of isFull ? [...right.keys()] : [0, 15, 16, 65]) {
      const wrong = change(right[at] ?? first)
      expect(holds(wrong)).toBe(false)
      expect(verifyPartial(wrong.session, wrong.signer, wrong.partial)).toBe(false)
      expect(findWrongPart(right.with(at, wrong))).toBe(at)
    }
  },
)

test('parts that are wrong by the same, in opposite directions, do not cancel out', () => {
  fc.assert(
    fc.property(scalars, fc.nat(64), (scalar, at) => {
      const by = Fn.fromBytes(scalar)
      fc.pre(by !== 0n)
      const [one, next] = [right[at] ?? first, right[at + 1] ?? first]
      const mixture = right.with(at, shifted(one, by)).with(at + 1, shifted(next, Fn.neg(by)))
      expect(verifyParts(mixture)).toBe(false)
      expect(findWrongPart(mixture)).toBe(at)
    }),
    { numRuns: isFull ? 60 : 6 },
  )
})

test('the verdict on any mixture is the one that each gets alone, and the first that is wrong is named', () => {
  const changes = [...wrongs, ...Array.from({ length: 40 }, () => (part: Part) => part)]
  const oneOf = fc.tuple(fc.constantFrom(...right), fc.constantFrom(...changes))
  fc.assert(
    fc.property(fc.array(oneOf, { maxLength: 24 }), (mixture) => {
      const parts = mixture.map(([part, change]) => change(part))
      const verdicts = parts.map(holds)
      expect(verifyParts(parts)).toBe(verdicts.every(Boolean))
      expect(findWrongPart(parts)).toBe(verdicts.indexOf(false))
    }),
    { numRuns },
  )
})

test('any bytes get a verdict', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 70 }), scalars, tooLarge), (partial) => {
      const isNumber = partial.length === 32 && BigInt(`0x${Buffer.from(partial).toString('hex')}`) < Fn.ORDER
      expect(isPartial(partial)).toBe(isNumber)
      expect(verifyPartial(first.session, first.signer, partial)).toBe(false)
      expect(findWrongPart([first, { ...first, partial }])).toBe(1)
    }),
    { numRuns: numRuns * 4 },
  )
})
