import type { Env } from '../env/env.js'

/**
 * When this run began, by the wall clock and as late as is believable. It is reckoned back from now, so that it moves along
 * when a clock that was behind is put right, and stays where it is when the clock is set back. Only a clock that falls by
 * more than `reachMs`, which is how long any message lives, was a mistake before.
 */
export class RunStart {
  readonly #env: Env
  readonly #reachMs: number
  readonly #monotonicMs: number
  #latestMs = Number.NEGATIVE_INFINITY

  constructor(env: Env, reachMs: number) {
    this.#env = env
    this.#reachMs = reachMs
    this.#monotonicMs = env.monotonicMs()
  }

  reckon(): number {
    const startedMs = Math.floor(this.#env.wallMs() - (this.#env.monotonicMs() - this.#monotonicMs))
    const fell = this.#latestMs - startedMs > this.#reachMs
    this.#latestMs = fell ? startedMs : Math.max(this.#latestMs, startedMs)
    return this.#latestMs
  }
}
