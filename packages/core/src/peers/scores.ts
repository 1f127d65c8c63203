import type { Limits } from '../options.js'

// Penalty scores that halve with time. All halve alike, so who stands worse than whom changes by new blame alone, and forgetting
// the lowest when there are too many never helps whoever stands worst: to be forgotten, he has to find that many who stand worse.

type ScoreLimits = Pick<Limits, 'scoreDiscouraged' | 'scoreHalfLifeMs' | 'scoresMax'>

interface Score {
  readonly value: number
  readonly atMs: number
}

/** A score stops here, so that whoever behaves is in good standing again after two half-lives. */
const worstInDiscouraged = 4
/** Below this there is nothing worth remembering. */
const scoreLeast = 1

export class Scores {
  readonly #limits: ScoreLimits
  readonly #scores = new Map<string, Score>()
  /** Nobody is discouraged from here on, unless somebody is blamed again. */
  #quietFromMs = Number.NEGATIVE_INFINITY

  constructor(limits: ScoreLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#scores.size
  }

  blame(key: string, points: number, nowMs: number): void {
    if (points <= 0) return
    const { scoreDiscouraged, scoreHalfLifeMs, scoresMax } = this.#limits
    const value = Math.min(this.of(key, nowMs) + points, worstInDiscouraged * scoreDiscouraged)
    if (!this.#scores.has(key) && this.#scores.size >= scoresMax) this.#forgetLowest(nowMs)
    this.#scores.set(key, { value, atMs: nowMs })
    if (value >= scoreDiscouraged) {
      const recoveredMs = nowMs + scoreHalfLifeMs * Math.log2(value / scoreDiscouraged)
      this.#quietFromMs = Math.max(this.#quietFromMs, recoveredMs)
    }
  }

  of(key: string, nowMs: number): number {
    const score = this.#scores.get(key)
    return score === undefined ? 0 : this.#decayed(score, nowMs)
  }

  isDiscouraged(key: string, nowMs: number): boolean {
    return this.mayDiscourage(nowMs) && this.of(key, nowMs) >= this.#limits.scoreDiscouraged
  }

  /** Cheap, and never wrong when it says no. */
  mayDiscourage(nowMs: number): boolean {
    return nowMs <= this.#quietFromMs
  }

  countDiscouraged(nowMs: number): number {
    if (!this.mayDiscourage(nowMs)) return 0
    return [...this.#scores.keys()].filter((key) => this.isDiscouraged(key, nowMs)).length
  }

  /** Forgets what has decayed to nothing. */
  sweep(nowMs: number): void {
    for (const [key, score] of this.#scores) {
      if (this.#decayed(score, nowMs) < scoreLeast) this.#scores.delete(key)
    }
  }

  #decayed({ value, atMs }: Score, nowMs: number): number {
    return value * 0.5 ** ((nowMs - atMs) / this.#limits.scoreHalfLifeMs)
  }

  /** A quarter at once, so that a crowd of newcomers does not have to be sorted each time. */
  #forgetLowest(nowMs: number): void {
    const ranked = [...this.#scores].map(([key, score]) => [key, this.#decayed(score, nowMs)] as const)
    ranked.sort(([, a], [, b]) => a - b)
    for (const [key] of ranked.slice(0, Math.ceil(this.#limits.scoresMax / 4))) this.#scores.delete(key)
  }
}
