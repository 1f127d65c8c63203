import { type Coordinator, equalBytes } from '@rondo/core'
import { rounds } from '@rondo/rounds'
import { hex } from '@scure/base'
import type { Approve } from './approval.js'
import type { Tweak } from './bip327/key-context.js'
import { musig2Error } from './errors.js'
import { musig2Rounds } from './machine.js'
import { type Musig2LimitsOption, resolveMusig2Limits, signingDefaults } from './options.js'
import { itemsOfPsbt } from './psbt/items.js'
import { type BitcoinNetwork, isBitcoinNetwork } from './psbt/network.js'
import { type PsbtSource, psbtBytes } from './psbt/psbt.js'
import type { SignedPsbt } from './psbt/signed-psbt.js'
import { type ServeSigningOptions, type SigningServed, serveSigning } from './serve-signing.js'
import type { Signer } from './signer.js'
import { SigningDesk } from './signing/desk.js'
import { KeyUse } from './signing/key-use.js'
import { copyOrder, type Item, isOrder, type Order } from './signing/order.js'
import { keysHeldBy, seatSigners } from './signing/seating.js'
import type { SignerSource } from './signing/signer-source.js'
import {
  type MessageSignature,
  type ReadSigned,
  readMessageSignature,
  readSigned,
  readSignedPsbt,
  type Signed,
  type SigningRound,
  signingRoundOf,
} from './signing/signing-round.js'
import { SigningTask } from './signing/task.js'
import { unlessAborted } from './signing/unless-aborted.js'

export interface Musig2Options {
  /** Who holds this node's keys. */
  readonly signer: Signer
  /** Asked before this node takes part in a signature, its own requests included. */
  readonly approve: Approve
  /** How `approve` is told addresses; 'mainnet'. It decides nothing else. */
  readonly network?: BitcoinNetwork | undefined
  readonly limits?: Musig2LimitsOption | undefined
}

export interface SigningOptions {
  /** Who holds the keys that are not this node's. */
  readonly signers: SignerSource
  /** How long the others may take to approve; 5 minutes. */
  readonly answerMs?: number | undefined
  /** How long each phase may take; a minute. */
  readonly deadlineMs?: number | undefined
  /** How long what is said is good for; an hour. */
  readonly lifetimeMs?: number | undefined
  /** Further attempts, by the same signers and with new nonces, after one in which somebody was silent; none. */
  readonly retries?: number | undefined
  /** Calls the round off. */
  readonly signal?: AbortSignal | undefined
}

export interface MessageOptions extends SigningOptions {
  /** 32 bytes. */
  readonly message: Uint8Array
  /** Of all signers, 33 bytes each, in the order in which they are aggregated: see `sortKeys`. */
  readonly publicKeys: readonly Uint8Array[]
  readonly tweaks?: readonly Tweak[] | undefined
}

export interface PsbtOptions extends SigningOptions {
  readonly psbt: PsbtSource
}

/** The signatures of one node. */
export interface Musig2 {
  /** Takes part in the rounds that `approve` says yes to. */
  serve(options?: ServeSigningOptions): SigningServed
  /** Has the holders of these keys sign a message. */
  signMessage(options: MessageOptions): Promise<SigningRound<MessageSignature>>
  /** Has the participants of a PSBT sign all of its inputs that are theirs together. */
  signPsbt(options: PsbtOptions): Promise<SigningRound<SignedPsbt>>
  /**
   * The rounds of a former life of this node: it signs nothing more in them, and learns how they ended. What was not completed may be
   * signed all the same, as nothing here tells for certain what had been said.
   */
  recover(): Promise<readonly SigningRound[]>
}

/**
 * The signing rounds of a coordinator, whose store must be durable.
 *
 * @example
 * const signing = musig2(node, { signer: memorySigner(secretKey), approve: (request) => ask(describeRequest(request)) })
 * signing.serve()
 */
export function musig2(coordinator: Coordinator, options: Musig2Options): Musig2 {
  const { signer, approve, limits, network = 'mainnet' } = options
  if (typeof approve !== 'function') throw new TypeError('approve must be a function: nothing is signed unseen')
  if (!isBitcoinNetwork(network)) throw new TypeError('network is mainnet, testnet, signet or regtest')
  const desk = new SigningDesk(coordinator, signer, approve, new KeyUse(resolveMusig2Limits(limits)), network)
  const start = async <S extends Signed>(
    request: Order['request'],
    publicKeys: readonly Uint8Array[],
    read: ReadSigned<S>,
    options: SigningOptions,
  ): Promise<SigningRound<S>> => {
    const { signers, signal = new AbortController().signal, ...times } = options
    const { peerId: me } = coordinator
    const seats = await unlessAborted(signal, () => seatSigners(publicKeys, me, signer, signers, signal))
    const roster = seats.map(({ peerId }) => peerId)
    const order: Order = { seats: seats.map((seat) => seat.publicKeys), request }
    if (!isOrder(order))
      throw musig2Error('ORDER_REFUSED', { detail: 'a key, a tweak or the message has not its form' })
    const setup = copyOrder(order)
    const admission = await desk.admit(new SigningTask(setup), roster, signal)
    if (!admission.ok) throw admission.error
    const { local, hasSigned, release } = admission
    try {
      const [, ...others] = roster
      const draft = { ...signingDefaults, ...times, signal, with: others, setup, local }
      const round = await rounds(coordinator).start(musig2Rounds, draft)
      void round.outcome.then(release)
      return signingRoundOf(round, read, hasSigned)
    } catch (cause) {
      release()
      throw cause
    }
  }
  return Object.freeze<Musig2>({
    serve: (options) => serveSigning(coordinator, desk, options),
    signMessage: ({ message, publicKeys, tweaks = [], ...options }) =>
      start({ kind: 'message', message, publicKeys, tweaks }, publicKeys, readMessageSignature, options),
    signPsbt: async ({ psbt: source, ...options }) => {
      const psbt = psbtBytes(source)
      const items = itemsOfPsbt(psbt)
      const { signal = new AbortController().signal } = options
      const publicKeys = await unlessAborted(signal, () => keysBesideOwn(items, signer))
      return start({ kind: 'psbt', psbt }, publicKeys, readSignedPsbt, options)
    },
    recover: async () => {
      const former = await rounds(coordinator).recover(musig2Rounds)
      // What a former life said, this one cannot know for certain: its store may be a backup, made before that was said.
      return former.map((round) => signingRoundOf(round, readSigned, () => true))
    },
  })
}

/** Of all items that take a key of this node's: others' are others' to sign. */
async function keysBesideOwn(items: readonly Item[], signer: Signer): Promise<readonly Uint8Array[]> {
  const own = await keysHeldBy(signer, distinct(items.flatMap(({ publicKeys }) => publicKeys)))
  const isOwn = (key: Uint8Array): boolean => own.some((each) => equalBytes(each, key))
  const ours = items.filter(({ publicKeys }) => publicKeys.some(isOwn))
  if (ours.length === 0) throw musig2Error('ORDER_REFUSED', { detail: 'no input takes a key of this node’s signer' })
  return distinct(ours.flatMap(({ publicKeys }) => publicKeys))
}

function distinct(keys: readonly Uint8Array[]): readonly Uint8Array[] {
  return [...new Map(keys.map((key) => [hex.encode(key), key])).values()]
}
