import type { PeerId } from '@rondo/core'
import type { Malice } from '@rondo/testkit/simulator'
import { bitmapOf } from '../../delivery/bitmap.js'
import { sequenceMax } from '../../delivery/messages.js'
import { type Desk, roundMalice, roundsName } from './round-malice.js'

/**
 * Claims that it is linked to everybody, and that others are linked to nobody but it: so that what is said goes by way of it, or
 * astray. What it claims of others can hardly be taken back, for no later claim can be made.
 */
export function falseLinks(): Malice {
  return roundMalice('false links', ({ random, note }) => {
    const told = new Set<string>()
    return {
      post(message, to, desk) {
        const { room, roomId, ledger } = desk
        const candidates = ledger.invitation(roomId)?.candidates
        if (candidates === undefined || told.has(`${roomId} ${to}`)) return undefined
        told.add(`${roomId} ${to}`)
        note('claimed', `false links before ${to}`)
        const claims = claimsAbout(
          candidates.map(({ peerId }) => peerId),
          desk,
          random() < 0.5 ? 1_000 : sequenceMax,
        )
        return [
          message,
          ...claims.map((claim) => ({ protocol: roundsName, type: 'links', payload: { room, ...claim } })),
        ]
      },
    }
  })
}

function claimsAbout(candidates: readonly PeerId[], { me }: Desk, sequence: number) {
  const mine = candidates.indexOf(me)
  return candidates.map((_, member) => {
    const linked = member === mine ? candidates.keys() : [mine]
    return {
      member,
      sequence,
      linked: bitmapOf(
        [...linked].filter((other) => other !== member),
        candidates.length,
      ),
    }
  })
}
