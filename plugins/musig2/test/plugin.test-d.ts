import type { PeerId } from '@rondo/core'
import type { Rounds } from '@rondo/rounds'
import { expectTypeOf } from 'vitest'
import {
  type MessageSignature,
  type Musig2,
  memorySigner,
  musig2Rounds,
  type SecretNonce,
  type Signed,
  type SignedPsbt,
  type Signer,
  type SignerSource,
} from '../src/index.js'
import type { SigningLocal } from '../src/machine.js'
import type { Order } from '../src/signing/order.js'
import type { SigningTask } from '../src/signing/task.js'

// Checked by the compiler, never run: what a program that signs is told by its types, and what does not compile.

declare const signing: Musig2
declare const signers: SignerSource
declare const bytes: Uint8Array

export async function sign(): Promise<void> {
  const message = await signing.signMessage({ message: bytes, publicKeys: [bytes], signers })
  const outcome = await message.outcome
  if (outcome.status === 'completed') {
    expectTypeOf(outcome.signed).toEqualTypeOf<MessageSignature>()
    // @ts-expect-error what is completed is signed
    void outcome.mayBeSigned
  } else {
    expectTypeOf(outcome.mayBeSigned).toEqualTypeOf<boolean>()
    expectTypeOf(outcome.signed).toEqualTypeOf<MessageSignature | undefined>()
    // @ts-expect-error what the engine calls it is of no use to a signer
    void outcome.unconfirmed
  }
  const psbt = await (await signing.signPsbt({ psbt: bytes, signers })).outcome
  expectTypeOf(psbt.signed).toEqualTypeOf<SignedPsbt | undefined>()
  expectTypeOf((await signing.serve().next()).signed).toEqualTypeOf<Signed | undefined>()

  // @ts-expect-error somebody has to know who holds the other keys
  await signing.signMessage({ message: bytes, publicKeys: [bytes] })
  // @ts-expect-error no signer can be left out: there is nothing to allow fewer
  await signing.signMessage({ message: bytes, publicKeys: [bytes], signers, minimum: 2 })
}

export function hold(): void {
  expectTypeOf(memorySigner(bytes)).toEqualTypeOf<Signer<SecretNonce>>()
  // @ts-expect-error a secret nonce has no bytes to be read: they are taken, once
  void (new Uint8Array() satisfies SecretNonce)
}

declare const engine: Rounds
declare const peerId: PeerId
declare const order: Order
declare const local: SigningLocal

export async function play(): Promise<void> {
  const round = await engine.start(musig2Rounds, { with: [peerId], setup: order, local })
  expectTypeOf(round.setup).toEqualTypeOf<SigningTask>()
  // @ts-expect-error nobody takes part without a signer
  await engine.start(musig2Rounds, { with: [peerId], setup: order })
  // @ts-expect-error an order goes in, and the task is made of it
  await engine.start(musig2Rounds, { with: [peerId], setup: round.setup, local })
}
