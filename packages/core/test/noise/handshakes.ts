import type { CryptoProvider } from '../../src/crypto/crypto-provider.js'
import { createNoiseXX, type NoiseReading, type NoiseXX, type NoiseXXOptions } from '../../src/noise/noise-xx.js'

// Two ends of a handshake, and the steps that tests take with them.

export const runs = process.env['RONDO_TIER'] === 'full' ? 100_000 : 300

export const noPayload = new Uint8Array(0)

const secret = (value: number) => new Uint8Array(32).fill(value)

/** Fixed keys, so that a failure can be seen again. */
export function createEnds(
  crypto: CryptoProvider,
  changes: { initiator?: Partial<NoiseXXOptions>; responder?: Partial<NoiseXXOptions> } = {},
): { initiator: NoiseXX; responder: NoiseXX } {
  const prologue = new TextEncoder().encode('prologue')
  const common = { crypto, prologue }
  return {
    initiator: createNoiseXX({
      ...common,
      role: 'initiator',
      staticSecret: secret(1),
      ephemeralSecret: secret(2),
      ...changes.initiator,
    }),
    responder: createNoiseXX({
      ...common,
      role: 'responder',
      staticSecret: secret(3),
      ephemeralSecret: secret(4),
      ...changes.responder,
    }),
  }
}

/** Writes a whole message. */
export function write(end: NoiseXX, payload = noPayload): Uint8Array {
  if (end.beginMessage() === undefined) throw new Error('the handshake has failed')
  return end.endMessage(payload)
}

/** Reads a message that must hold. */
export function read(end: NoiseXX, message: Uint8Array): NoiseReading & { ok: true } {
  const reading = end.readMessage(message)
  if (!reading.ok) throw new Error(reading.code)
  return reading
}

/** The three messages of an honest handshake, and both ends after it. */
export function shakeHands(crypto: CryptoProvider) {
  const { initiator, responder } = createEnds(crypto)
  const first = write(initiator)
  read(responder, first)
  const second = write(responder)
  read(initiator, second)
  const third = write(initiator)
  read(responder, third)
  return { messages: [first, second, third] as const, initiator: initiator.split(), responder: responder.split() }
}
