import type { MaybePromise, PeerId } from '@rondo/core'
import { type Tweak, xOnlyKeyOf } from './bip327/key-context.js'
import type { BitcoinNetwork } from './psbt/network.js'
import { summarizePsbt, type TransactionSummary } from './psbt/summary.js'
import type { Pause, SigningTask } from './signing/task.js'

// What a signer is asked to sign, for whoever has to say yes: a person (`describeRequest`), or a policy.

export type SigningRequest = (MessageSigningRequest | PsbtSigningRequest) & {
  /** Who asks. */
  readonly from: PeerId
  /** Whether it is this node that asks. */
  readonly isMine: boolean
  /** Everybody who signs, this node included. */
  readonly signers: readonly { readonly peerId: PeerId; readonly publicKeys: readonly Uint8Array[] }[]
}

export interface MessageSigningRequest {
  readonly kind: 'message'
  readonly message: Uint8Array
  /** In the order in which they are aggregated. */
  readonly publicKeys: readonly Uint8Array[]
  readonly tweaks: readonly Tweak[]
  /** What the signature will be checked against, of 32 bytes. */
  readonly aggregateKey: Uint8Array
}

export interface PsbtSigningRequest extends TransactionSummary {
  readonly kind: 'psbt'
  readonly psbt: Uint8Array
}

/** `true` to sign; anything else is a no, and a text its reason. */
export type Approve = (
  request: SigningRequest,
  context: { readonly signal: AbortSignal },
) => MaybePromise<boolean | string>

/** The keys of the task have been aggregated. */
export async function requestOf(
  task: SigningTask,
  from: PeerId,
  me: PeerId,
  roster: readonly PeerId[],
  network: BitcoinNetwork,
  pause: Pause,
): Promise<SigningRequest> {
  const { request, seats } = task.order
  const signers = roster.map((peerId, seat) => ({ peerId, publicKeys: seats[seat] ?? [] }))
  const asked = { from, isMine: from === me, signers }
  if (request.kind === 'psbt')
    return { ...asked, kind: 'psbt', psbt: request.psbt, ...(await summarizePsbt(request.psbt, task, network, pause)) }
  const { message, publicKeys, tweaks } = request
  return { ...asked, kind: 'message', message, publicKeys, tweaks, aggregateKey: xOnlyKeyOf(task.keyOf(0)) }
}
