import { concatBytes, hexToBytes } from '@noble/curves/utils.js'
import type { Ed25519Backend } from './crypto-provider.js'
import { rememberKeys } from './key-memo.js'

// Ed25519 by WebCrypto, many times as fast as JavaScript, where the runtime has it and it behaves. That is asked once, at
// the first signature; where the answer is no, or a call fails, the fallback does the work.
// Messages and signatures may be views of memory that is written again soon, so they are copied before the first await;
// keys are held as they are.

export type Subtle = typeof globalThis.crypto.subtle

type Signer = Pick<Ed25519Backend, 'sign' | 'verify'>

const algorithm = { name: 'Ed25519' }

/** PKCS #8 of a raw seed is this, then the 32 bytes (RFC 8410, section 7). */
const pkcs8PrefixHex = '302e020100300506032b657004220420'

/** Over the empty message, by a seed of 32 bytes of 7. */
const probe = {
  publicKeyHex: 'ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c',
  genuineHex:
    '4c359336805e0db35d333e85a786f0a297d1dee2ee64a5d2d696829fdb420d56' +
    '0155eddbd304e6d267016658f782f736d611ff98792c5134dd959187a3f30904',
  /** Its R has a torsion part: whoever accepts it multiplies by the cofactor and would split the network's verdicts. */
  torsionedHex:
    '9fb2c1f2715756b6c669e837e85d5292231d1eb856fe2a4eff9e7282cfb48553' +
    '1fef384e58453804bb06636491db318835182fee69b2556c72cc8a12bc88b50b',
}

/** Signatures by WebCrypto where it has Ed25519, by `fallback` otherwise. Touches nothing before the first signature. */
export function createWebEd25519(fallback: Ed25519Backend, findSubtle = systemSubtle): Ed25519Backend {
  let found: Promise<Signer | undefined> | undefined
  const findSigner = () => {
    found ??= findBehaving(findSubtle)
    return found
  }
  return {
    publicKey: (seed) => fallback.publicKey(seed),
    async sign(seed, message) {
      const copy = new Uint8Array(message)
      try {
        const signer = await findSigner()
        if (signer !== undefined) return await signer.sign(seed, copy)
      } catch {
        // The fallback answers.
      }
      return fallback.sign(seed, copy)
    },
    async verify(publicKey, message, signature) {
      const messageCopy = new Uint8Array(message)
      const signatureCopy = new Uint8Array(signature)
      try {
        const signer = await findSigner()
        if (signer !== undefined) return await signer.verify(publicKey, messageCopy, signatureCopy)
      } catch {
        // The fallback answers.
      }
      return fallback.verify(publicKey, messageCopy, signatureCopy)
    },
  }
}

/** Where a page is no secure context there is no `subtle`, and in some runtimes no `crypto`. */
function systemSubtle(): Subtle | undefined {
  return globalThis.crypto?.subtle
}

async function findBehaving(findSubtle: () => Subtle | undefined): Promise<Signer | undefined> {
  try {
    const subtle = findSubtle()
    if (subtle === undefined) return undefined
    const signer = webSigner(subtle)
    const message = new Uint8Array(0)
    const publicKey = hexToBytes(probe.publicKeyHex)
    const signature = await signer.sign(new Uint8Array(32).fill(7), message)
    const accepted = await Promise.all(
      [signature, hexToBytes(probe.genuineHex), hexToBytes(probe.torsionedHex)].map((candidate) =>
        signer.verify(publicKey, message, candidate),
      ),
    )
    return accepted.join() === 'true,true,false' ? signer : undefined
  } catch {
    return undefined
  }
}

function webSigner(subtle: Subtle): Signer {
  const secretKey = rememberKeys((seed) =>
    subtle.importKey('pkcs8', concatBytes(hexToBytes(pkcs8PrefixHex), seed), algorithm, false, ['sign']),
  )
  const publicKey = rememberKeys((key) => subtle.importKey('raw', key, algorithm, false, ['verify']))
  return {
    sign: async (seed, message) => new Uint8Array(await subtle.sign(algorithm, await secretKey(seed), message)),
    verify: async (key, message, signature) => subtle.verify(algorithm, await publicKey(key), signature, message),
  }
}
