// One error class and, per package, one table of codes with a guide to them. docs/errors.md is made from both; codes outlive
// messages.

export type Fault = 'caller' | 'peer' | 'network' | 'operator' | 'handler'

export interface ErrorEntry {
  readonly layer: string
  readonly meaning: string
  /** Whether doing the same again can help. */
  readonly retryable: boolean
}

/** What a person should know of a code beside its meaning. */
export interface ErrorAdvice {
  readonly fault: Fault
  readonly remedy: string
}

export interface RondoErrorOptions {
  /** Said after the meaning: the particulars of this one case. */
  readonly detail?: string | undefined
  readonly peerId?: string | undefined
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>> | undefined
}

export class RondoError<Code extends string = string> extends Error {
  override readonly name = 'RondoError'
  readonly code: Code
  readonly layer: string
  readonly retryable: boolean
  declare readonly peerId?: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: Code, entry: ErrorEntry, options: RondoErrorOptions = {}) {
    const text = options.detail === undefined ? entry.meaning : `${entry.meaning}: ${options.detail}`
    super(`${code}: ${text}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.layer = entry.layer
    this.retryable = entry.retryable
    if (options.peerId !== undefined) this.peerId = options.peerId
    this.details = options.details ?? {}
  }
}

/** Turns a table of codes into the one function that makes its errors. */
export function defineErrors<const Table extends Readonly<Record<string, ErrorEntry>>>(table: Table) {
  return <Code extends keyof Table & string>(code: Code, options?: RondoErrorOptions): RondoError<Code> =>
    new RondoError(code, table[code] as ErrorEntry, options)
}
