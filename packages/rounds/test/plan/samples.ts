import { generateIdentity, type PeerId } from '@rondo/core'
import { RoundView, type ViewParts } from '../../src/plan/round-view.js'
import type { View } from '../../src/plan/shape.js'

export const [alice, bob, carol] = [generateIdentity(), generateIdentity(), generateIdentity()]

export const idOf = (digit: string): string => digit.repeat(64)

export const parts: ViewParts = {
  round: idOf('a'),
  attempt: idOf('b'),
  number: 1,
  setup: { sides: 6 },
  roster: [alice.peerId, bob.peerId],
  roles: ['dealer', undefined],
  phase: 'reveal',
  said: new Map([['commit', [new Uint8Array([1]), new Uint8Array([2])]]]),
}

export function viewOf(changes: Partial<ViewParts> = {}): View {
  return new RoundView({ ...parts, ...changes })
}

/** A member that draws a byte at a time, so that tests can say what it drew. */
export function memberOf(peerId: PeerId, salt = 7) {
  return { me: peerId, random: (bytes: number) => new Uint8Array(bytes).fill(salt) }
}
