import { signersMax } from '../options.js'
import { entriesIn, malformed, type PsbtMaps, type Rows, unsupported } from './maps.js'

// The rows of BIP-373, and those of BIP-371 that go with them: their numbers and their shapes. Whether a key is a point is seen when
// it is used.

export interface JointRows {
  readonly participants: number
  readonly derivation: number
  readonly internalKey: number
  readonly merkleRoot: number | undefined
}

export const inputRows = { participants: 0x1a, derivation: 0x16, internalKey: 0x17, merkleRoot: 0x18 } as const
export const outputRows = { participants: 0x08, derivation: 0x07, internalKey: 0x05, merkleRoot: undefined } as const

/** In the key: the participant, the key that is signed for, and the leaf of a script where it is for one. */
export const musigRow = { publicNonce: 0x1b, partialSignature: 0x1c } as const
const valueBytes = { [musigRow.publicNonce]: 66, [musigRow.partialSignature]: 32 } as const

export interface Participants {
  readonly aggregateKey: Uint8Array
  readonly publicKeys: readonly Uint8Array[]
}

/** Throws PSBT_MALFORMED or PSBT_UNSUPPORTED. */
export function participantsIn(rows: Rows, type: number): readonly Participants[] {
  return entriesIn(rows, type).map(([aggregateKey, list]) => {
    const count = list.length / 33
    if (count > signersMax) throw unsupported(`${Math.floor(count)} participants of at most ${signersMax}`)
    const publicKeys = Array.from({ length: Math.ceil(count) }, (_, at) => list.subarray(at * 33, at * 33 + 33))
    if (count === 0 || ![aggregateKey, ...publicKeys].every(isPublicKey))
      throw malformed('participants are keys of 33 bytes, and so is what they make')
    return { aggregateKey, publicKeys }
  })
}

/** Throws where a row of BIP-373 has not the shape that it must have, whoever it is for. */
export function assertMusigRows({ inputs, outputs }: PsbtMaps): void {
  for (const rows of outputs) participantsIn(rows, outputRows.participants)
  for (const rows of inputs) {
    participantsIn(rows, inputRows.participants)
    for (const type of Object.values(musigRow)) {
      const areWhole = entriesIn(rows, type).every(([key, value]) => {
        const isNamed = (key.length === 66 || key.length === 98) && isPublicKey(key.subarray(0, 33))
        return isNamed && isPublicKey(key.subarray(33, 66)) && value.length === valueBytes[type]
      })
      if (!areWhole) throw malformed('a nonce or a part of a signature in it is none')
    }
  }
}

function isPublicKey(bytes: Uint8Array): boolean {
  return bytes.length === 33 && (bytes[0] === 2 || bytes[0] === 3)
}
