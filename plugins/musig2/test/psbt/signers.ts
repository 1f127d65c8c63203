import { sha256 } from '@noble/hashes/sha2.js'
import { equalBytes } from '@rondo/core'
import { hex } from '@scure/base'
import { xOnlyKeyOf } from '../../src/bip327/key-context.js'
import { makeNonce } from '../../src/bip327/nonces.js'
import { aggregatePartials, signPartially } from '../../src/bip327/partials.js'
import { createSession } from '../../src/bip327/session.js'
import { publicKeyFor } from '../../src/memory-signer.js'
import { type SignedPsbt, signPsbt } from '../../src/psbt/signed-psbt.js'
import type { ItemSignature } from '../../src/signing/item-signature.js'
import { SigningTask } from '../../src/signing/task.js'

// Signers without rounds: everybody's part made in one place, by the functions that the rounds use.

export const bytesOf = (...parts: readonly (string | number)[]): Uint8Array =>
  sha256(new TextEncoder().encode(parts.join()))

export const txidOf = (...parts: readonly (string | number)[]): string => hex.encode(bytesOf('txid', ...parts))

export function secretKeysOf(name: string, count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, at) => bytesOf('secret', name, at))
}

export const publicKeysOf = (secretKeys: readonly Uint8Array[]): readonly Uint8Array[] => secretKeys.map(publicKeyFor)

/** One seat for each list of keys: a signer holds one key of each input. */
export function taskOf(psbt: Uint8Array, ...held: readonly (readonly Uint8Array[])[]): SigningTask {
  return new SigningTask({ seats: held.map(publicKeysOf), request: { kind: 'psbt', psbt } })
}

export function makeSignatures(task: SigningTask, secretKeys: readonly Uint8Array[]): readonly ItemSignature[] {
  return task.items.map(({ message, publicKeys }, at) => {
    const key = task.keyOf(at)
    const signers = publicKeys.map((publicKey) => {
      const secretKey = secretKeys.find((secret) => equalBytes(publicKeyFor(secret), publicKey))
      if (secretKey === undefined) throw new Error('nobody holds that key')
      const place = bytesOf('place', at)
      const aggregateKey = xOnlyKeyOf(key)
      const random = bytesOf('random', hex.encode(publicKey), at)
      return { secretKey, ...makeNonce({ secretKey, publicKey, aggregateKey, message, place, random }) }
    })
    const publicNonces = signers.map(({ publicNonce }) => publicNonce)
    const session = createSession(key, publicNonces, message)
    const partialSignatures = signers.map(({ secretKey, secretNonce }) =>
      signPartially(session, secretNonce.take(), secretKey),
    )
    const signature = aggregatePartials(session, partialSignatures)
    return { publicKey: xOnlyKeyOf(key), message, signature, publicNonces, partialSignatures }
  })
}

export function signTogether(psbt: Uint8Array, secretKeys: readonly Uint8Array[]): SignedPsbt {
  const task = taskOf(psbt, ...secretKeys.map((key) => [key]))
  return signPsbt(task, psbt, makeSignatures(task, secretKeys))
}
