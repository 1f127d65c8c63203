import * as tiny from 'tiny-secp256k1'
import { type Bip340Backend, nobleBip340 } from '../../src/secp256k1/bip340.js'

// libsecp256k1 compiled to WebAssembly. It takes messages of 32 bytes only, and throws where it means no.

export const tinyBip340: Bip340Backend = {
  publicKey: (secret) => tiny.xOnlyPointFromScalar(secret),
  sign: (secret, message, auxRandom) => tiny.signSchnorr(message, secret, auxRandom),
  verify: (publicKey, message, signature) => tiny.verifySchnorr(message, publicKey, signature),
}

export const bip340Backends: readonly { readonly name: string; readonly backend: Bip340Backend }[] = [
  { name: 'noble', backend: nobleBip340 },
  { name: 'tiny-secp256k1', backend: tinyBip340 },
]
