import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { type Identity, identityFromSeed } from '../../src/identity/identity.js'
import { Batches, type Particulars, type SealedBatch } from '../../src/signing/batch.js'
import {
  type Audience,
  encodeStatementHead,
  type StatementContext,
  type StatementHead,
} from '../../src/signing/statement-head.js'

// Real signatures over real statements, for tests that bend them.

export const alice = identityFromSeed(new Uint8Array(32).fill(1), { ed25519: nativeCrypto.ed25519 })
export const bob = identityFromSeed(new Uint8Array(32).fill(2), { ed25519: nativeCrypto.ed25519 })
export const carol = identityFromSeed(new Uint8Array(32).fill(3), { ed25519: nativeCrypto.ed25519 })

export const epoch = 1_700_000_000_000

export const context: StatementContext = {
  network: 'main',
  protocol: 'library',
  type: 'returned',
  version: 1,
  author: alice.peerId,
  audience: { to: bob.peerId },
}

export function headOf(changes: Partial<StatementContext> = {}): StatementHead {
  return encodeStatementHead({ ...context, ...changes })
}

export function particulars(sequence: number): Particulars {
  return { position: { epoch, sequence }, createdMs: epoch + 1_000, expiresMs: epoch + 61_000, codecId: 0 }
}

/** Bytes that only look random, so that vectors can be written down. */
export function countingRandom(): (bytes: number) => Uint8Array {
  let next = 0
  return (bytes) => Uint8Array.from({ length: bytes }, () => next++)
}

export interface SignedBatch {
  readonly batch: SealedBatch
  readonly signature: Uint8Array
}

/** A batch of `count` payloads of alice's, `payload 0` and so on. */
export function signBatch(
  count: number,
  { audience = context.audience, identity = alice }: { audience?: Audience; identity?: Identity } = {},
): SignedBatch {
  const { sha256 } = nativeCrypto
  const open = new Batches({ author: identity.peerId, epoch, sha256, random: countingRandom() }).open(audience)
  const head = headOf({ audience, author: identity.peerId })
  for (let index = 0; index < count; index += 1) open.add(head, particulars(index), payloadOf(index))
  const batch = open.seal()
  const signature = identity.sign(batch.rootBytes)
  if (signature instanceof Promise) throw new Error('these tests sign synchronously')
  return { batch, signature }
}

export function payloadOf(index: number): Uint8Array {
  return new TextEncoder().encode(`payload ${index}`)
}
