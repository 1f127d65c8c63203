import { defer, monotonicMs, random, schedule, wallMs } from '#platform'
import { consoleLogger } from './console-logger.js'
import type { Env, Logger } from './env.js'

export interface SystemEnvOptions {
  /** Where diagnostics go; by default warnings and errors go to the console. */
  readonly log?: Logger | undefined
}

/**
 * Real time, real randomness.
 *
 * @example
 * const env = createSystemEnv({ log: (level, text, fields) => logger[level](fields, text) })
 */
export function createSystemEnv(options: SystemEnvOptions = {}): Env {
  return Object.freeze({
    wallMs,
    monotonicMs,
    schedule,
    defer,
    random,
    jitter: () => Math.random(),
    log: options.log ?? consoleLogger,
  })
}

/** What everything runs on unless it is handed another: real time, real randomness, warnings on the console. */
export const systemEnv: Env = createSystemEnv()
