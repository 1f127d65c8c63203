import type { Limits } from '../options.js'
import { Gcra } from './gcra.js'

/** What a signature counts for whose key was never checked: its point has to be proven sound, some ten verifications' work. */
export const newKeyCost = 10

/** How many signatures of one peer's messages this node verifies. */
export class SignatureBudget {
  readonly #rate: Gcra
  readonly #newKeyCost: number

  constructor({ signaturesPerSecond, signaturesBurst }: Pick<Limits, 'signaturesPerSecond' | 'signaturesBurst'>) {
    this.#rate = new Gcra(signaturesPerSecond, signaturesBurst)
    // However small the burst, one such message gets through when the budget is rested.
    this.#newKeyCost = Math.min(newKeyCost, signaturesBurst)
  }

  /** Counts a signature that is verified, and says for how long to hold back the next ones. */
  charge(nowMs: number, isKeyChecked: boolean): number {
    return this.#rate.charge(nowMs, isKeyChecked ? 1 : this.#newKeyCost)
  }
}
