import { equalBytes } from '@rondo/core'
import type { Verdict } from '@rondo/rounds/testing'
import { hex } from '@scure/base'
import type { Signer } from '../../src/index.js'

// Every nonce that honest signers make, over all their lives, and what each was used for. What a signer gives out as its secret is
// here only a name for it, and the secret behind it outlives every crash: whoever asks for a nonce a second time, in whatever
// life, is found out, and nothing but the protocol stands in its way.

export interface MadeNonce {
  readonly peer: number
  readonly publicNonce: string
  /** Where it was made for: the round, the attempt, the signer, the item. */
  readonly place: string
  /** What it was used to sign: the aggregated nonce, the message. */
  readonly usedFor: string[]
}

export class NonceBook {
  readonly made: MadeNonce[] = []

  /** The same signer, under observation. */
  watch<SecretNonce>(peer: number, signer: Signer<SecretNonce>): Signer<string> {
    const secrets = new Map<string, { readonly entry: MadeNonce; readonly secretNonce: SecretNonce }>()
    return {
      holds: (publicKey) => signer.holds(publicKey),
      makeNonce: async (request) => {
        const { publicNonce, secretNonce } = await signer.makeNonce(request)
        const entry: MadeNonce = {
          ...{ peer, usedFor: [] },
          publicNonce: hex.encode(publicNonce),
          place: hex.encode(request.place),
        }
        this.made.push(entry)
        secrets.set(entry.publicNonce, { entry, secretNonce })
        return { publicNonce, secretNonce: entry.publicNonce }
      },
      sign: (request) => {
        const kept = secrets.get(request.secretNonce)
        if (kept === undefined) throw new RangeError('this signer made no such nonce')
        const { aggregateNonce, message, publicNonces } = request.session
        const isIn = publicNonces.some((nonce) => equalBytes(nonce, hex.decode(kept.entry.publicNonce)))
        const used = `${hex.encode(aggregateNonce)} ${hex.encode(message)}`
        kept.entry.usedFor.push(isIn ? used : `${used}, where it does not stand`)
        return signer.sign({ ...request, secretNonce: kept.secretNonce })
      },
    }
  }
}

/** Whether every nonce was made for one place and used once at most, among the nonces that it was shown with. */
export function noNonceTwice({ made }: Pick<NonceBook, 'made'>): Verdict {
  const places = new Map<string, string>()
  for (const { peer, publicNonce, place, usedFor } of made) {
    // Each half of it is a nonce of its own.
    for (const half of [publicNonce.slice(0, 66), publicNonce.slice(66)]) {
      if (places.has(half)) return `peer ${peer} has one nonce for ${places.get(half)} and for ${place}: ${half}`
      places.set(half, place)
    }
    if (usedFor.length > 1) return `peer ${peer} signed ${usedFor.length} times with ${publicNonce}`
    if (usedFor.some((used) => used.endsWith('does not stand')))
      return `peer ${peer} signed with ${publicNonce} among nonces that lack it`
  }
  return true
}
