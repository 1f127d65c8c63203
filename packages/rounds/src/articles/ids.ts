import { ByteWriter, type PeerId, platformCrypto } from '@rondo/core'
import { bytesOfHex, hexOf } from '../hex.js'
import type { Proposal } from './article.js'
import { idBytes, incarnationBytes } from './slot.js'

// Who a round, an attempt and a transcript are. Each is a hash over all that makes it what it is, so two that differ in anything
// have different names, and a signature on a name is a signature on everything behind it.

export interface RosterMember {
  readonly peerId: PeerId
  readonly role: string | undefined
  readonly incarnation: string
  readonly nonce: string
}

/** Of the first roster, in order, and through the room of the protocol, its version, the setup and the network. */
export function roundIdOf(room: string, roster: readonly RosterMember[]): string {
  const writer = begin('rondo/1 round')
  writer.bytes(bytesOfHex(room, idBytes))
  writer.u16(roster.length)
  for (const { peerId, role, incarnation, nonce } of roster) {
    text(writer, peerId)
    writer.u8(role === undefined ? 0 : 1)
    text(writer, role ?? '')
    writer.bytes(bytesOfHex(incarnation, incarnationBytes))
    writer.bytes(bytesOfHex(nonce, idBytes))
  }
  return end(writer)
}

/** `parent` is the room for the first attempt, and the attempt before for every other. */
export function attemptIdOf(
  parent: string,
  round: string,
  { roster, culprits, suspects }: Omit<Proposal, 'answers'>,
): string {
  const writer = begin('rondo/1 attempt')
  writer.bytes(bytesOfHex(parent, idBytes))
  writer.bytes(bytesOfHex(round, idBytes))
  for (const indices of [roster, culprits, suspects]) {
    writer.u16(indices.length)
    for (const index of indices) writer.u16(index)
  }
  return end(writer)
}

/** Of an attempt before anything was said in it. */
export function firstDigestOf(attempt: string): string {
  const writer = begin('rondo/1 transcript')
  writer.bytes(bytesOfHex(attempt, idBytes))
  return end(writer)
}

/** Of everything up to a phase and of what was said in it: the hashes of its statements, in the order of the roster. */
export function nextDigestOf(before: string, phase: number, statements: readonly string[]): string {
  const writer = begin('rondo/1 phase')
  writer.bytes(bytesOfHex(before, idBytes))
  writer.u8(phase)
  writer.u16(statements.length)
  for (const hash of statements) writer.bytes(bytesOfHex(hash, idBytes))
  return end(writer)
}

function begin(tag: string): ByteWriter {
  const writer = new ByteWriter()
  text(writer, tag)
  return writer
}

function end(writer: ByteWriter): string {
  return hexOf(platformCrypto.sha256(writer.view()))
}

function text(writer: ByteWriter, value: string): void {
  const at = writer.skip(2)
  writer.patchU16(at, writer.utf8(value))
}
