import { encodePeerId, type PeerId } from '../../src/identity/peer-id.js'
import type { Letter } from '../../src/peers/mail-queue.js'

/** Somebody whose key nobody checks. */
export function addressee(number: number): PeerId {
  return encodePeerId(new Uint8Array(32).fill(number))
}

export function letterTo(peerId: PeerId, given: Partial<Letter> = {}): Letter {
  return {
    number: 1,
    peerId,
    protocol: 'app',
    version: undefined,
    type: 'note',
    signed: false,
    codecId: 0,
    payload: Uint8Array.of(1, 2, 3),
    keptAtMs: 1_700_000_000_000,
    queueMs: 60_000,
    ...given,
  }
}
