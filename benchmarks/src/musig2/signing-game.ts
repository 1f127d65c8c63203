import { setTimeout as sleep } from 'node:timers/promises'
import { type Coordinator, createMemoryStore } from '@rondo/core'
import { fixedSigners, memorySigner, musig2, musig2Rounds, type SigningRound } from '@rondo/plugin-musig2'
import { rounds, type Served } from '@rondo/rounds'
import { type Ended, endedOf, type Game, generous, phaseMsMax } from '../rounds/game.ts'
import { messageOf, publicKeysOf, secretKeyOf } from './keys.ts'
import { psbtToSign } from './psbt-to-sign.ts'

// Members who sign together: one item is a message, several are the inputs of a PSBT. Their journals are in memory and say that they
// are durable, so that no disk is in the figures.

export function signingGame(items: number): Game {
  return {
    openStore: () => createMemoryStore({ durability: 'durable' }),
    join(node, seat, members) {
      rounds(node, generous)
      const signer = memorySigner(secretKeyOf(seat))
      const signing = musig2(node, { signer, approve: () => true })
      const served = signing.serve()
      let spoilt: Served | undefined
      // Made before any clock runs.
      const request = seat === 0 ? requestOf(members, items) : undefined
      return {
        async start(others) {
          if (request === undefined) throw new Error('whoever sits first begins')
          const { publicKeys } = request
          const holders = others.map((peerId, at) => ({ peerId, publicKey: publicKeys[at + 1] ?? new Uint8Array(0) }))
          const how = { signers: fixedSigners(holders), answerMs: phaseMsMax, deadlineMs: phaseMsMax }
          return { ended: endOf(await begin(signing, request, how)) }
        },
        next: async (): Promise<Ended> => endedOf(await (spoilt ?? served).next()),
        spoil() {
          served.close()
          spoilt = serveWrongParts(node, signer)
        },
      }
    },
  }
}

interface Request {
  readonly publicKeys: readonly Uint8Array[]
  /** Of several items. */
  readonly psbt: Uint8Array | undefined
}

function requestOf(signers: number, items: number): Request {
  const publicKeys = publicKeysOf(signers)
  return { publicKeys, psbt: items === 1 ? undefined : psbtToSign(publicKeys, items) }
}

type Signing = ReturnType<typeof musig2>
type How = Pick<Parameters<Signing['signMessage']>[0], 'signers' | 'answerMs' | 'deadlineMs'>

function begin(signing: Signing, { publicKeys, psbt }: Request, how: How): Promise<SigningRound> {
  if (psbt !== undefined) return signing.signPsbt({ psbt, ...how })
  return signing.signMessage({ message: messageOf(0), publicKeys, ...how })
}

async function endOf({ outcome }: SigningRound): Promise<Ended> {
  return endedOf(await outcome)
}

/** Plays by the rules but for its parts, of which it finds nothing wrong. */
function serveWrongParts(node: Coordinator, signer: ReturnType<typeof memorySigner>): Served {
  const phases = musig2Rounds.phases.map((phase) => {
    if (phase.kind !== 'said' || phase.name !== 'sign') return phase
    const contribute: typeof phase.contribute = async (...given) => {
      const parts = await phase.contribute(...given)
      return Array.isArray(parts) ? parts.map(spoil) : parts
    }
    return { ...phase, contribute, check: () => true as const, checkTogether: () => true }
  })
  const pause = async (): Promise<void> => void (await sleep(0))
  const local = { signer, pause, signs: () => {} }
  return rounds(node).serve({ ...musig2Rounds, phases }, (invite) => void invite.accept({ local }))
}

function spoil(part: unknown): unknown {
  return part instanceof Uint8Array ? part.map((byte, at) => (at === 31 ? byte ^ 1 : byte)) : part
}
