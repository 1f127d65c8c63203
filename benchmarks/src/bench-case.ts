import type { Goal } from './goal.ts'
import type { Plan } from './plan.ts'

// What a case is to the runner: a name, what it measures, what it should reach, and one function that measures.

export type TransportName = 'ws' | 'memory'

/** One figure of a case. */
export interface Metric {
  readonly name: string
  readonly unit: string
  readonly goals?: readonly Goal[]
  /** The baselines that have such a figure, where not all have. */
  readonly comparedWith?: readonly string[]
  /** A plan may leave it out. */
  readonly isOptional?: boolean
}

/** One run of one contestant: a number for each metric. */
export type Sample = Readonly<Record<string, number>>

export interface Measured {
  /** All runs of each contestant; the first is the subject, the others are its baselines. */
  readonly contestants: ReadonlyMap<string, readonly Sample[]>
  /** Lines that explain the figures. */
  readonly notes?: readonly string[]
}

export interface Setting {
  readonly transport: TransportName
  readonly plan: Plan
  readonly cpuProfDir: string | undefined
}

export interface BenchCase {
  readonly name: string
  /** One line for the help. */
  readonly about: string
  readonly transports: readonly TransportName[]
  /** Zero where nothing is carried. */
  readonly payloadBytes: number
  readonly metrics: readonly Metric[]
  measure(setting: Setting): Promise<Measured>
}
