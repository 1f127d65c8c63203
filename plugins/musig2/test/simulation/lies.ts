import type { Coordinator, OutgoingMessage, PeerId } from '@rondo/core'
import { schemaOf } from '@rondo/rounds'
import {
  copiedCommitment,
  digestLie,
  equivocate,
  falseAccusation,
  falseLinks,
  forgedEvidence,
  forkedRoster,
  garbage,
  malformed,
  manyLives,
  replayOld,
  silent,
  staleAttempt,
  stutter,
  withholdLast,
} from '@rondo/rounds/testing'
import { type Malice, wrapCoordinator } from '@rondo/testkit/simulator'
import { hex } from '@scure/base'
import { Fn, Point, readExtendedPoint, signOf } from '../../src/bip327/curve.js'
import { makeNonce, type SecretNonce } from '../../src/bip327/nonces.js'
import { createSession, type Session } from '../../src/bip327/session.js'
import { musig2Rounds, readPsbt, type Signer } from '../../src/index.js'
import type { Order } from '../../src/signing/order.js'
import type { Definition } from './by-hand.js'
import { articlesIn } from './wire-tap.js'

// Malicious signers. What one says is its own word and signed by it: what the honest code refuses to say for itself is said by
// another definition of the same name, by a signer that computes something else, or by changing articles on their way out.

/** What a lie may be made of; whatever is left out is honest. */
export interface Lie {
  readonly name: string
  readonly malice?: Malice
  readonly definition?: (definition: Definition) => Definition
  readonly signer?: (signer: Signer, knows: Knowledge) => Signer
  /** As a host. */
  readonly order?: (order: Order, others: readonly PeerId[]) => Order
  readonly minimum?: (signers: number) => number
  /** A second round of this order beside the first; each is told to a half of the others. */
  readonly otherOrder?: (order: Order) => Order
  /** Its keys are made of those of the others. */
  readonly isRogue?: boolean
}

/** What it learns besides what is said to it. */
export interface Knowledge {
  readonly secretKey: (publicKey: Uint8Array) => Uint8Array
  readonly bytes: (length: number) => Uint8Array
  /** Waits until all the honest have made nonces, and tells the last that each of them made. */
  readonly honestNonces: () => Promise<readonly Uint8Array[]>
}

type Random = () => number
type Phase = Definition['phases'][number]
type SaidPhase = Extract<Phase, { readonly kind: 'said' }>

export const anything = schemaOf((_): _ is unknown => true, 'anything')

/** Judges nobody, itself least of all. */
export function lenient(definition: Definition = musig2Rounds): Definition {
  const phases = definition.phases.map((phase) =>
    phase.kind === 'said' ? { ...phase, contribution: anything, check: undefined, checkTogether: undefined } : phase,
  )
  return { ...definition, phases, result: (view) => resultOf(definition, view) }
}

/** A signature, or nothing where what was said makes none. */
function resultOf(definition: Definition, view: Parameters<Definition['result']>[0]): unknown {
  try {
    return definition.result(view)
  } catch {
    return []
  }
}

/** Says in a phase what is made of what it would have said. */
function restating(name: string, restate: (said: unknown) => unknown): (definition: Definition) => Definition {
  const restated = (phase: SaidPhase): SaidPhase => ({
    ...phase,
    contribute: async (view, local, context) => restate(await phase.contribute(view, local, context)),
  })
  return (definition) => ({
    ...definition,
    phases: definition.phases.map((phase) => (phase.kind === 'said' && phase.name === name ? restated(phase) : phase)),
  })
}

const listed = (said: unknown): readonly unknown[] => (Array.isArray(said) ? said : [])

/** The part that it would have made, plus something. */
function adding(name: string, more: (session: Session, publicKey: Uint8Array) => bigint): Lie {
  const signer = (inner: Signer): Signer => ({
    ...inner,
    sign: async (request) => {
      const part = Fn.fromBytes(await inner.sign(request))
      return Fn.toBytes(Fn.add(part, more(request.session, request.publicKey)))
    },
  })
  return { name, signer }
}

/** What two agreed on. */
const secretOfTwo = 1_234_567n

/** What a key adds to its part where its secret is greater by one. */
function weightOf({ key, challenge }: Session, publicKey: Uint8Array): bigint {
  const at = key.publicKeys.findIndex((each) => hex.encode(each) === hex.encode(publicKey))
  return Fn.mul(Fn.mul(challenge, key.coefficients[at] ?? 0n), Fn.mul(signOf(key.point), key.sign))
}

const signsAnother: Lie = {
  name: 'another message',
  signer: (inner) => ({
    ...inner,
    sign: (request) => {
      const { key, publicNonces, message } = request.session
      const other = message.map(flipped)
      return inner.sign({ ...request, session: createSession(key, publicNonces, other) })
    },
  }),
}

/** Shows another nonce than the one that it has. */
function showing(name: string, other: (nonce: Uint8Array, knows: Knowledge) => Uint8Array): Lie {
  return {
    name,
    signer: (inner, knows) => ({
      ...inner,
      makeNonce: async (request) => {
        const made = await inner.makeNonce(request)
        return { ...made, publicNonce: other(made.publicNonce, knows) }
      },
    }),
  }
}

/** Waits for all others, and takes from them what they showed: nothing is left of all nonces together. */
const negated: Lie = {
  name: 'negated nonces',
  signer: (inner, { honestNonces }) => ({
    ...inner,
    makeNonce: async (request) => {
      const made = await inner.makeNonce(request)
      const others = await honestNonces()
      const left = (from: number): Uint8Array =>
        others
          .reduce((sum, nonce) => sum.subtract(readExtendedPoint(nonce.subarray(from, from + 33))), Point.ZERO)
          .toBytes(true)
      if (others.length === 0) return made
      return { ...made, publicNonce: Uint8Array.of(...left(0), ...left(33)) }
    },
  }),
}

/** Waits for another, and shows what that one showed. */
const copied: Lie = {
  name: 'the nonces of another',
  signer: (inner, { honestNonces }) => ({
    ...inner,
    makeNonce: async (request) => {
      const made = await inner.makeNonce(request)
      const [publicNonce = made.publicNonce] = await honestNonces()
      return { ...made, publicNonce }
    },
  }),
}

/** Signs as if the group's key were its own, which it would be if keys were added without coefficients. */
const rogue: Lie = {
  name: 'rogue key',
  isRogue: true,
  signer: (_, { secretKey, bytes }) => {
    const own = (secret: unknown): SecretNonce => secret as SecretNonce
    return {
      holds: () => true,
      makeNonce: (request) => makeNonce({ ...request, secretKey: secretKey(request.publicKey), random: bytes(32) }),
      sign: ({ session, publicKey, secretNonce }) => {
        const nonce = own(secretNonce).take()
        const [first, second] = [nonce.subarray(0, 32), nonce.subarray(32, 64)].map((half) => Fn.fromBytes(half))
        const blinded = Fn.mul(signOf(session.nonce), Fn.add(first ?? 0n, Fn.mul(session.blinding, second ?? 0n)))
        return Fn.toBytes(Fn.add(blinded, Fn.mul(session.challenge, Fn.fromBytes(secretKey(publicKey)))))
      },
    }
  },
}

const otherMessage = (order: Order): Order => {
  const { request } = order
  if (request.kind === 'message') return { ...order, request: { ...request, message: request.message.map(flipped) } }
  const transaction = readPsbt(request.psbt)
  transaction.updateOutput(0, { amount: 1_000n }, true)
  return { ...order, request: { kind: 'psbt', psbt: transaction.toPSBT() } }
}

const flipped = (byte: number): number => byte ^ 0xff

const otherKeys = (order: Order): Order => {
  const { request } = order
  if (request.kind === 'psbt') return order
  return { ...order, request: { ...request, publicKeys: [...request.publicKeys].reverse() } }
}

const otherTweaks = (order: Order): Order => {
  const { request } = order
  if (request.kind === 'psbt') return order
  const tweak = new Uint8Array(32).fill(7)
  return { ...order, request: { ...request, tweaks: [...request.tweaks.slice(0, 6), { tweak, isXOnly: false }] } }
}

/** Each of its rounds it tells to one half of the others. */
function twoFaced(name: string, otherOrder: (order: Order) => Order): Lie {
  const begin: Malice['begin'] = ({ note }) => {
    const faces = new Map<string, number>()
    const seats = new Map<PeerId, number>()
    const faceOf = <Key>(known: Map<Key, number>, key: Key): number => {
      const face = known.get(key) ?? known.size % 2
      known.set(key, face)
      return face
    }
    const isFor = (to: PeerId, { payload }: OutgoingMessage): boolean => {
      const [first] = articlesIn(payload)
      const isMeant = first === undefined || faceOf(faces, hex.encode(first.room)) === faceOf(seats, to)
      if (!isMeant) note('hid a round', `from ${to}`)
      return isMeant
    }
    const coordinator = (inner: Coordinator): Coordinator =>
      wrapCoordinator(inner, {
        sendTo: async (to, message, options) => {
          if (isFor(to, message)) await inner.sendTo(to, message, options)
        },
      })
    return { coordinator }
  }
  return { name, otherOrder, malice: { name, begin } }
}

const authorPhases = ['nonces', 'agreed', 'sign'] as const
const allPhases = ['join', ...authorPhases, 'confirm'] as const

function oneOf<Value>(random: Random, values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(random() * values.length)] ?? values[0]
}

const articles = (malice: Malice): Lie => ({ name: malice.name, malice })

const lies = {
  'wrong part': () => adding('wrong part', () => Fn.ONE),
  'one more': () => adding('one more', () => secretOfTwo),
  'one less': () => adding('one less', () => Fn.neg(secretOfTwo)),
  'tweaked key': () => adding('tweaked key', weightOf),
  'another message': () => signsAnother,
  'no points': () => showing('no points', (nonce, { bytes }) => Uint8Array.of(5, ...bytes(32), ...nonce.subarray(33))),
  'nothing as nonce': (random) =>
    showing('nothing as nonce', (nonce) =>
      random() < 0.5 ? new Uint8Array(66) : Uint8Array.of(...nonce.subarray(0, 33), ...new Uint8Array(33)),
    ),
  'one half twice': () =>
    showing('one half twice', (nonce) => Uint8Array.of(...nonce.subarray(0, 33), ...nonce.subarray(0, 33))),
  'negated nonces': () => negated,
  'too few': (random) => ({
    name: 'too few',
    definition: restating(oneOf(random, ['nonces', 'sign']), (said) => listed(said).slice(1)),
  }),
  'too many': (random) => ({
    name: 'too many',
    definition: restating(oneOf(random, ['nonces', 'sign']), (said) => [...listed(said), ...listed(said)]),
  }),
  'too large a part': () => ({
    name: 'too large a part',
    definition: restating('sign', (said) => listed(said).map(() => new Uint8Array(32).fill(0xff))),
  }),
  'the nonces of another': () => copied,
  'copied nonces': () => articles(copiedCommitment('nonces')),
  'copied parts': () => articles(copiedCommitment('nonces', 'sign')),
  equivocates: (random) => articles(equivocate(oneOf(random, allPhases), { to: oneOf(random, ['half', 'one']) })),
  'two nonces': (random) => articles(equivocate('nonces', { to: oneOf(random, ['half', 'one']) })),
  'two parts': (random) => articles(equivocate('sign', { to: oneOf(random, ['half', 'one']) })),
  silent: (random) => articles(silent(oneOf(random, [...allPhases, undefined]))),
  withholds: (random) =>
    articles(
      withholdLast({ phase: oneOf(random, ['sign', 'confirm', 'nonces']), to: oneOf(random, ['nobody', 'one']) }),
    ),
  accuses: (random) => articles(falseAccusation(oneOf(random, ['nonces', 'agreed', 'sign', 'confirm']))),
  forges: () => articles(forgedEvidence()),
  replays: (random) => articles(replayOld({ share: random() })),
  malformed: (random) => articles(malformed(oneOf(random, [...authorPhases, 'confirm']))),
  'saw something else': (random) => articles(digestLie(oneOf(random, [...authorPhases, 'confirm']))),
  'other attempts': () => articles(staleAttempt()),
  garbage: (random) => articles(garbage({ share: random() })),
  stutters: () => articles(stutter()),
  'many lives': () => articles(manyLives()),
  'false links': () => articles(falseLinks()),
  'forked roster': () => articles(forkedRoster()),
  'two messages': () => twoFaced('two messages', otherMessage),
  'two key lists': () => twoFaced('two key lists', otherKeys),
  'two tweaks': () => twoFaced('two tweaks', otherTweaks),
  'fewer than all': () => ({ name: 'fewer than all', minimum: (signers) => Math.max(2, signers - 1) }),
  'swapped seats': () => ({
    name: 'swapped seats',
    order: ({ seats, request }) => ({ seats: [...seats.slice(1), ...seats.slice(0, 1)], request }),
  }),
  'a seat too few': () => ({
    name: 'a seat too few',
    order: ({ seats, request }) => ({ seats: seats.slice(0, -1), request }),
  }),
  'a key twice': () => ({
    name: 'a key twice',
    order: ({ seats, request }) => ({ seats: seats.map(() => seats[0] ?? []), request }),
  }),
  'rogue key': () => rogue,
} satisfies Record<string, (random: Random) => Lie>

export type LieName = keyof typeof lies
export const lieNames = Object.keys(lies) as readonly LieName[]

export function lieNamed(name: LieName, random: Random = () => 0): Lie {
  return lies[name](random)
}
