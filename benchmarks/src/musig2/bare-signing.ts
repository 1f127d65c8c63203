import { randomBytes } from 'node:crypto'
import { schnorr } from '@noble/curves/secp256k1.js'
import {
  aggregateKeys,
  aggregatePartials,
  applyTweak,
  createSession,
  holdAll,
  isPublicNonce,
  type KeyContext,
  makeNonce,
  type NoncePair,
  type Session,
  signPartially,
  verifyParts,
  xOnlyKeyOf,
} from '@rondo/plugin-musig2/bip327'
import * as scure from '@scure/btc-signer/musig2.js'
import { cpuUs } from '../ends/cpu-clock.ts'
import { messageOf, publicKeysOf, secretKeyOf } from './keys.ts'
import type { SigningCosts, SigningSize, SigningStep, StepCosts } from './steps.ts'

// The cryptography that one of several signers has to do in one round, with nothing around it: by the plugin's own functions, and
// by scure's alone, which aggregates the keys again for every session. Whatever the others do comes before the clock.

/** The mean of so many rounds, after some that do not count. */
export function measureSigning(size: SigningSize, times: number): SigningCosts {
  const world = prepare(size)
  return { plugin: meanOf(() => signByPlugin(world), times), scure: meanOf(() => signByScure(world), times) }
}

const warmUpMs = 150

function meanOf(signOnce: () => Map<SigningStep, number>, times: number): StepCosts {
  const warmAt = performance.now() + warmUpMs
  do signOnce()
  while (performance.now() < warmAt)
  const sums = new Map<SigningStep, number>()
  for (let time = 0; time < times; time += 1)
    for (const [step, us] of signOnce()) sums.set(step, (sums.get(step) ?? 0) + us)
  return Object.fromEntries([...sums].map(([step, us]) => [step, us / times / 1_000]))
}

interface World {
  readonly publicKeys: readonly Uint8Array[]
  readonly secretKeys: readonly Uint8Array[]
  readonly items: readonly Item[]
}

interface Item {
  readonly message: Uint8Array
  readonly tweaks: readonly { readonly tweak: Uint8Array; readonly isXOnly: true }[]
  readonly key: KeyContext
  /** Of all but the first signer. */
  readonly publicNonces: readonly Uint8Array[]
  readonly secretNonces: readonly Uint8Array[]
}

/** As in the rounds: a message has no tweak, each input of a PSBT has one. */
function prepare({ signers, items }: SigningSize): World {
  const publicKeys = publicKeysOf(signers)
  const secretKeys = publicKeys.map((_, seat) => secretKeyOf(seat))
  const aggregate = aggregateKeys(publicKeys)
  return {
    publicKeys,
    secretKeys,
    items: Array.from({ length: items }, (_, at) => {
      const message = messageOf(at)
      const tweaks = items === 1 ? [] : [{ tweak: message, isXOnly: true } as const]
      const key = tweaks.reduce(applyTweak, aggregate)
      const others = publicKeys.slice(1).map((publicKey, index) => {
        const secretKey = secretKeyOf(index + 1)
        return nonceOf({ secretKey, publicKey, aggregateKey: xOnlyKeyOf(key), message })
      })
      return {
        message,
        tweaks,
        key,
        publicNonces: others.map(({ publicNonce }) => publicNonce),
        secretNonces: others.map(({ secretNonce }) => secretNonce.take()),
      }
    }),
  }
}

interface Purpose {
  readonly secretKey: Uint8Array
  readonly publicKey: Uint8Array
  readonly aggregateKey: Uint8Array
  readonly message: Uint8Array
}

const place = new Uint8Array(32).fill(1)

function nonceOf(purpose: Purpose): NoncePair {
  return makeNonce({ ...purpose, place, random: randomBytes(32) })
}

/** What the others sign for a session. Their nonces are used again and again, which nobody who has something to lose may do. */
function partsOfOthers({ secretKeys }: World, { secretNonces }: Item, session: Session): readonly Uint8Array[] {
  return secretNonces.map((nonce, at) => signPartially(session, nonce.slice(), secretKeys[at + 1] ?? new Uint8Array(0)))
}

class Stopwatch {
  readonly spentUs = new Map<SigningStep, number>()

  time<T>(step: SigningStep, work: () => T): T {
    const fromUs = cpuUs()
    const result = work()
    this.spentUs.set(step, (this.spentUs.get(step) ?? 0) + cpuUs() - fromUs)
    return result
  }
}

function signByPlugin(world: World): Map<SigningStep, number> {
  const { publicKeys, secretKeys, items } = world
  const [secretKey = new Uint8Array(0)] = secretKeys
  const [publicKey = new Uint8Array(0)] = publicKeys
  const watch = new Stopwatch()
  const aggregate = watch.time('keys aggregated', () => aggregateKeys(publicKeys))
  const signed = items.map((item) => {
    const { message, tweaks } = item
    // As they come in a message: what was read once is known again by where it lies.
    const publicNonces = item.publicNonces.map((nonce) => nonce.slice())
    const key = watch.time('keys aggregated', () => tweaks.reduce(applyTweak, aggregate))
    const aggregateKey = xOnlyKeyOf(key)
    const own = watch.time('nonces made', () => nonceOf({ secretKey, publicKey, aggregateKey, message }))
    const areNonces = watch.time('nonces of others checked', () => publicNonces.every(isPublicNonce))
    if (!areNonces) throw new Error('what others made are no nonces')
    const session = watch.time('nonces aggregated, sessions', () =>
      createSession(key, [own.publicNonce, ...publicNonces], message),
    )
    const part = watch.time('parts made', () => signPartially(session, own.secretNonce.take(), secretKey))
    return { session, part, parts: [part, ...partsOfOthers(world, item, session)] }
  })
  const areOwn = watch.time('own parts checked', () =>
    verifyParts(signed.map(({ session, part }) => ({ session, signer: 0, partial: part }))),
  )
  const signatures = watch.time('parts aggregated', () =>
    signed.map(({ session, parts }) => {
      const { key, message } = session
      return { publicKey: xOnlyKeyOf(key), message, signature: aggregatePartials(session, parts) }
    }),
  )
  const doHold = watch.time('signatures verified', () => holdAll(signatures))
  if (!(areOwn && doHold)) throw new Error('what was signed does not hold')
  return watch.spentUs
}

function signByScure(world: World): Map<SigningStep, number> {
  const { publicKeys, secretKeys, items } = world
  const [secretKey = new Uint8Array(0)] = secretKeys
  const [publicKey = new Uint8Array(0)] = publicKeys
  const keys = [...publicKeys]
  const watch = new Stopwatch()
  for (const item of items) {
    const { message, publicNonces } = item
    const tweaks = item.tweaks.map(({ tweak }) => tweak)
    const areXOnly = tweaks.map(() => true)
    const aggregateKey = watch.time('keys aggregated', () =>
      scure.keyAggExport(scure.keyAggregate(keys, tweaks, areXOnly)),
    )
    const own = watch.time('nonces made', () => scure.nonceGen(publicKey, secretKey, aggregateKey, message))
    const nonces = [own.public, ...publicNonces]
    const session = watch.time('nonces aggregated, sessions', () => {
      return new scure.Session(scure.nonceAggregate(nonces), keys, message, tweaks, areXOnly)
    })
    // It checks its own part before it hands it out.
    const part = watch.time('parts made', () => session.sign(own.secret, secretKey))
    const parts = [part, ...partsOfOthers(world, item, createSession(item.key, nonces, message))]
    const signature = watch.time('parts aggregated', () => session.partialSigAgg(parts))
    const holds = watch.time('signatures verified', () => schnorr.verify(signature, message, aggregateKey))
    if (!holds) throw new Error('what scure signed does not hold')
  }
  return watch.spentUs
}
