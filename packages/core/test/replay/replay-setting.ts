import { encodePeerId, type PeerId } from '../../src/identity/peer-id.js'
import type { ReplayMessage, ReplayVerdict } from '../../src/replay/replay-guard.js'
import { FakeEnv } from '../fake-env.js'

/** The Env of the other tests, with a wall clock that can be set wrong. */
export class SkewedEnv extends FakeEnv {
  /** By how much the wall clock is wrong. */
  wrongMs = 0

  override wallMs(): number {
    return super.wallMs() + this.wrongMs
  }

  /** What a wall clock shows that is right. */
  get trueMs(): number {
    return super.wallMs()
  }

  /** Another process on the same machine: the same moment, and a monotonic clock that begins anew. */
  restarted(): SkewedEnv {
    const env = this
    return new (class extends SkewedEnv {
      readonly #bornMs = env.nowMs
      override wallMs(): number {
        return env.wallMs()
      }
      override monotonicMs(): number {
        return env.nowMs - this.#bornMs
      }
    })()
  }
}

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs
export const yearMs = 365 * dayMs

/** Peer ids that are all different, by number. */
export function peerOf(number: number): PeerId {
  const publicKey = new Uint8Array(32)
  new DataView(publicKey.buffer).setUint32(0, number)
  return encodePeerId(publicKey)
}

/** A message of an hour's life that its author made just now. */
export function messageAt(nowMs: number, changes: Partial<ReplayMessage> = {}): ReplayMessage {
  const createdMs = changes.createdMs ?? nowMs
  return { author: peerOf(1), epoch: 5, sequence: 0, createdMs, expiresMs: createdMs + hourMs, ...changes }
}

/** `ok`, or why not. */
export function codeOf(verdict: ReplayVerdict): string {
  return verdict.ok ? 'ok' : verdict.code
}
