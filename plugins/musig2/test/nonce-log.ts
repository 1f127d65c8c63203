import { hex } from '@scure/base'
import type { Signer } from '../src/index.js'

// A signer that is looked at: which nonces it made, for what, and how often each was used. A nonce goes by its public half, which two
// equal ones share.

export interface MadeNonce {
  readonly peer: number
  readonly life: number
  readonly nonce: string
  readonly place: string
  readonly random: string
}

export interface UsedNonce {
  readonly peer: number
  readonly life: number
  readonly nonce: string
  /** What was signed: the challenge, and what binds the two nonces. */
  readonly session: string
}

export interface NonceLog {
  readonly made: readonly MadeNonce[]
  readonly used: readonly UsedNonce[]
  watch(signer: Signer, peer: number, life: number): Signer
  /** What must never have happened, one line each. */
  complaints(): readonly string[]
}

interface Tracked {
  readonly nonce: string
  readonly secretNonce: unknown
}

export function createNonceLog(): NonceLog {
  const made: MadeNonce[] = []
  const used: UsedNonce[] = []
  return {
    made,
    used,
    watch: (signer, peer, life) => ({
      holds: (key) => signer.holds(key),
      async makeNonce(request) {
        const { publicNonce, secretNonce } = await signer.makeNonce(request)
        const nonce = hex.encode(publicNonce)
        const { place, random } = request
        made.push({ peer, life, nonce, place: hex.encode(place), random: hex.encode(random) })
        return { publicNonce, secretNonce: { nonce, secretNonce } satisfies Tracked }
      },
      sign(request) {
        const { secretNonce: tracked, session } = request
        if (!isTracked(tracked)) throw new TypeError('this nonce is not mine')
        used.push({ peer, life, nonce: tracked.nonce, session: `${session.challenge} ${session.blinding}` })
        return signer.sign({ ...request, secretNonce: tracked.secretNonce })
      },
    }),
    complaints: () => [
      ...twice(made.map(({ nonce }) => nonce)).map((nonce) => `${nonce} was made twice`),
      ...twice(made.map(({ place }) => place)).map((place) => `a nonce was made twice for ${place}`),
      ...twice(used.map(({ nonce }) => nonce)).map((nonce) => `${nonce} was used twice`),
      ...used
        .filter(({ nonce, peer, life }) =>
          made.every((each) => each.nonce !== nonce || each.peer !== peer || each.life !== life),
        )
        .map(({ nonce }) => `${nonce} was used by another life than made it`),
    ],
  }
}

function isTracked(value: unknown): value is Tracked {
  return typeof value === 'object' && value !== null && 'nonce' in value && 'secretNonce' in value
}

function twice(names: readonly string[]): readonly string[] {
  return names.filter((name, at) => names.indexOf(name) < at)
}
