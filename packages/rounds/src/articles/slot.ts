import { ByteReader, ByteWriter } from '@rondo/core'
import { bytesOfHex, hexOf } from '../hex.js'

// The place of a statement. An author who says two different things in one place is convicted by them, whoever shows them; so
// each place is one that an honest member fills once, in whatever order it crashes, restarts and is restored from backups:
// what a former life may have said stands in another place, told apart by the incarnation.

export type Slot =
  | { readonly kind: 'invitation'; readonly nonce: string }
  | { readonly kind: 'answer'; readonly room: string; readonly incarnation: string }
  /** The one successor of a room or of an attempt that this member, in this life, takes part in. */
  | { readonly kind: 'join'; readonly parent: string; readonly incarnation: string }
  | { readonly kind: 'contribution'; readonly round: string; readonly attempt: string; readonly phase: number }
  /** `attempt` is the room where the round did not come to one. */
  | { readonly kind: 'closing'; readonly attempt: string; readonly incarnation: string }

export const idBytes = 32
export const incarnationBytes = 16

const kinds = { invitation: 0, answer: 1, join: 2, contribution: 3, closing: 4 } as const

/** Throws a TypeError for what is no slot. */
export function encodeSlot(slot: Slot): Uint8Array {
  const writer = new ByteWriter({ capacityBytes: 96 })
  writer.u8(kinds[slot.kind])
  switch (slot.kind) {
    case 'invitation':
      writer.bytes(bytesOfHex(slot.nonce, idBytes))
      break
    case 'answer':
      writer.bytes(bytesOfHex(slot.room, idBytes))
      writer.bytes(bytesOfHex(slot.incarnation, incarnationBytes))
      break
    case 'join':
      writer.bytes(bytesOfHex(slot.parent, idBytes))
      writer.bytes(bytesOfHex(slot.incarnation, incarnationBytes))
      break
    case 'contribution':
      writer.bytes(bytesOfHex(slot.round, idBytes))
      writer.bytes(bytesOfHex(slot.attempt, idBytes))
      assertPhaseNumber(slot.phase)
      writer.u8(slot.phase)
      break
    case 'closing':
      writer.bytes(bytesOfHex(slot.attempt, idBytes))
      writer.bytes(bytesOfHex(slot.incarnation, incarnationBytes))
  }
  return writer.slice()
}

/** Phase 0 is the join, which stands in a slot of its own. */
function assertPhaseNumber(phase: number): void {
  if (!(Number.isInteger(phase) && phase >= 1 && phase <= 255))
    throw new TypeError(`no phase to contribute to: ${phase}`)
}

/** Reads what a stranger signed; undefined where it is no slot of a round. */
export function decodeSlot(bytes: Uint8Array): Slot | undefined {
  const reader = new ByteReader(bytes)
  const slot = readSlot(reader)
  return reader.failed || reader.remaining > 0 ? undefined : slot
}

function readSlot(reader: ByteReader): Slot | undefined {
  const id = (): string => hexOf(reader.bytes(idBytes))
  const incarnation = (): string => hexOf(reader.bytes(incarnationBytes))
  switch (reader.u8()) {
    case kinds.invitation:
      return { kind: 'invitation', nonce: id() }
    case kinds.answer:
      return { kind: 'answer', room: id(), incarnation: incarnation() }
    case kinds.join:
      return { kind: 'join', parent: id(), incarnation: incarnation() }
    case kinds.contribution:
      return readContributionSlot(id(), id(), reader.u8())
    case kinds.closing:
      return { kind: 'closing', attempt: id(), incarnation: incarnation() }
    default:
      return undefined
  }
}

function readContributionSlot(round: string, attempt: string, phase: number): Slot | undefined {
  return phase === 0 ? undefined : { kind: 'contribution', round, attempt, phase }
}
