import { encodePeerId, type PeerId } from '../../src/identity/peer-id.js'
import type { ReplayMessage, ReplayVerdict } from '../../src/replay/replay-guard.js'
import { FakeEnv } from '../fake-env.js'

/** What a machine's processes share: its clocks go on while they die. */
interface Machine {
  upMs: number
  /** By how much the wall clock is wrong. */
  wrongMs: number
}

/** The Env of the other tests, with a wall clock that can be wrong and a machine that outlives the process. */
export class SkewedEnv extends FakeEnv {
  readonly #machine: Machine
  readonly #bornMs: number

  constructor(machine: Machine = { upMs: 1_000, wrongMs: 0 }) {
    super()
    this.#machine = machine
    this.#bornMs = machine.upMs
  }

  override wallMs(): number {
    return this.trueMs + this.#machine.wrongMs
  }

  override monotonicMs(): number {
    return this.#machine.upMs - this.#bornMs
  }

  /** What a wall clock shows that is right. */
  get trueMs(): number {
    return 1_700_000_000_000 + this.#machine.upMs
  }

  /** Sets the wall clock, which is wrong from now on by so much. */
  setWrong(wrongMs: number): void {
    this.#machine.wrongMs = wrongMs
  }

  pass(ms: number): void {
    this.#machine.upMs += ms
  }

  /** Another process on the same machine, whose monotonic clock begins anew. */
  restarted(): SkewedEnv {
    return new SkewedEnv(this.#machine)
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
