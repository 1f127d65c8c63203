import type { Definitions, PeerId } from '@rondo/core'

/** One request, and who asked it. */
export interface Question {
  readonly type: string
  readonly payload: unknown
  readonly from: PeerId
}

/** What the suite says to a protocol, and what it knows of the answers. */
export interface ProtocolSamples {
  /** Payloads that the protocol accepts, by message type. */
  readonly valid: Readonly<Record<string, readonly unknown[]>>
  /** Payloads that it refuses, by message type, beyond the garbage that the suite brings. */
  readonly invalid?: Readonly<Record<string, readonly unknown[]>> | undefined
  /** What `defineProtocol` made: then answers are held to their schemas. */
  readonly definition?: { readonly messages: Definitions } | undefined
  /** The types that expect an answer, where there is no definition to tell. */
  readonly requests?: readonly string[] | undefined
  /** Whether handlers bring `messages`, so that core refuses what does not fit; true where there is a definition. */
  readonly declaresTypes?: boolean | undefined
  /** Whether a reply belongs to this question and to nobody else's. Given, several peers at once are held to it. */
  readonly isAnswerTo?: ((question: Question, reply: unknown) => boolean) | undefined
  /** What random payloads are drawn from. */
  readonly seed?: number | undefined
  /** How long a case waits for what must come. */
  readonly patienceMs?: number | undefined
}

export interface Samples {
  readonly valid: readonly Sample[]
  readonly invalid: readonly Sample[]
  readonly definitions: Definitions
  readonly declaresTypes: boolean
  readonly isAnswerTo: (question: Question, reply: unknown) => boolean
  readonly seed: number
  readonly patienceMs: number
}

export interface Sample {
  readonly type: string
  readonly payload: unknown
  readonly isRequest: boolean
}

export type Need = 'messages' | 'requests' | 'types'

const lacks: Readonly<Record<Need, string>> = {
  messages: 'it has no samples of messages',
  requests: 'it has no samples of requests',
  types: 'its handler does not declare its message types',
}

/** Checks the samples once and fills in what was left out. */
export function resolveSamples(given: ProtocolSamples): Samples {
  const definitions = given.definition?.messages ?? {}
  const requests = new Set(given.requests ?? [])
  for (const [type, { kind }] of Object.entries(definitions)) if (kind === 'request') requests.add(type)
  const listed = (byType: Readonly<Record<string, readonly unknown[]>>): readonly Sample[] =>
    Object.entries(byType).flatMap(([type, payloads]) =>
      payloads.map((payload) => ({ type, payload, isRequest: requests.has(type) })),
    )
  const valid = listed(given.valid)
  if (valid.length === 0) throw new TypeError('samples.valid has no payload')
  return Object.freeze({
    valid,
    invalid: listed(given.invalid ?? {}),
    definitions,
    declaresTypes: given.declaresTypes ?? given.definition !== undefined,
    isAnswerTo: given.isAnswerTo ?? (() => true),
    seed: given.seed ?? 1,
    patienceMs: given.patienceMs ?? 2_000,
  })
}

/** Why a case cannot be run, in words for its title. */
export function unmetNeed({ valid, declaresTypes }: Samples, needs: readonly Need[]): string | undefined {
  const has: Readonly<Record<Need, boolean>> = {
    messages: valid.some(({ isRequest }) => !isRequest),
    requests: valid.some(({ isRequest }) => isRequest),
    types: declaresTypes,
  }
  const missing = needs.find((need) => !has[need])
  return missing === undefined ? undefined : lacks[missing]
}
