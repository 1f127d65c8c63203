import type { FrostPublic, FrostSecret, NonceCommitments } from '@noble/curves/abstract/frost.js'
import { schnorr_FROST as frost } from '@noble/curves/secp256k1.js'
import type { PeerId } from '@rondo/core'
import { Declined, defineRounds, fault, schemaOf } from '@rondo/rounds'

// What decision 0020 tried: t of n signers by FROST (RFC 9591), with shares that somebody dealt. An experiment, and no plugin: nobody
// makes keys here.

type Bytes = Uint8Array<ArrayBuffer>

export interface Group {
  readonly minimum: number
  readonly commitments: readonly Bytes[]
  readonly holders: readonly {
    readonly peerId: string
    readonly identifier: string
    readonly verifyingShare: Bytes
  }[]
  readonly message: Bytes
}

const group = schemaOf(
  (value): value is Group => typeof value === 'object' && value !== null && 'holders' in value,
  'a group and a message',
)
const isBytes = (value: unknown, length: number): value is Bytes =>
  value instanceof Uint8Array && value.buffer instanceof ArrayBuffer && value.length === length
const pair = schemaOf(
  (value): value is readonly [Bytes, Bytes] =>
    Array.isArray(value) && value.length === 2 && value.every((each) => isBytes(each, 33)),
  'two public nonces',
)
const part = schemaOf((value): value is Bytes => isBytes(value, 32), 'a part')

function publicOf({ minimum, commitments, holders }: Group): FrostPublic {
  const shares = holders.map(({ identifier, verifyingShare }) => [identifier, verifyingShare])
  const signers = { min: minimum, max: holders.length }
  return { signers, commitments: [...commitments], verifyingShares: Object.fromEntries(shares) }
}

function identifierOf({ holders }: Group, member: PeerId): string {
  const holder = holders.find(({ peerId }) => peerId === member)
  if (holder === undefined) throw new Declined('a member holds no share')
  return holder.identifier
}

interface AgreedView {
  readonly setup: Group
  readonly roster: readonly PeerId[]
  said(phase: 'nonces', member: PeerId): readonly [Bytes, Bytes]
}

function noncesOf(view: AgreedView): NonceCommitments[] {
  return view.roster.map((member) => {
    const [hiding, binding] = view.said('nonces', member)
    return { identifier: identifierOf(view.setup, member), hiding, binding }
  })
}

function signatureOf(view: AgreedView & { said(phase: 'sign', member: PeerId): Bytes }): Uint8Array {
  const parts = view.roster.map((member) => [identifierOf(view.setup, member), view.said('sign', member)])
  return frost.aggregate(publicOf(view.setup), noncesOf(view), view.setup.message, Object.fromEntries(parts))
}

export const threshold = defineRounds({ name: 'threshold', setup: group, leaveOut: 'suspects' })
  .local<{ readonly share: FrostSecret }>()
  .secret('pair', (_view, local) => {
    const { nonces, commitments } = frost.commit(local.input.share, (length = 32) => local.random(length))
    return { shown: [commitments.hiding, commitments.binding] as const, secret: nonces }
  })
  .phase('nonces', { contribution: pair, contribute: (_view, local) => local.shown('pair') })
  .agree('agreed')
  .phase('sign', {
    contribution: part,
    contribute: async (view, local) => {
      const nonces = await local.burn('pair')
      return frost.signShare(local.input.share, publicOf(view.setup), nonces, noncesOf(view), view.setup.message)
    },
    check: (view, from, said) => {
      const { setup } = view
      const holds = frost.verifyShare(publicOf(setup), noncesOf(view), setup.message, identifierOf(setup, from), said)
      return holds || fault('this is not the part of its share')
    },
  })
  .result(signatureOf)

/** Whether a signature is the group's. */
export function isSignedBy({ commitments: [key], message }: Group, signature: Uint8Array): boolean {
  return key !== undefined && frost.verify(signature, message, key)
}
