import type { Codecs } from '../codec/codecs.js'
import type { Env } from '../env/env.js'
import type { PeerId } from '../identity/peer-id.js'
import type { Limits } from '../options.js'
import type { MessageRules } from '../protocol/handler.js'
import type { Message } from '../protocol/message.js'
import { appProtocol } from '../protocol/names.js'
import type { Registration } from '../protocol/registry.js'
import type { SchemaVerdict } from '../protocol/schema.js'
import type { Served } from '../protocol/served.js'
import type { VerifiedMessage } from '../signing/verified-message.js'
import type { MessageEnvelope, Rejection } from './envelope.js'
import { Gcra } from './gcra.js'
import type { InboundName } from './name-table.js'
import { decodePayload } from './payload.js'
import { SignatureBudget } from './signature-budget.js'
import { SignedMessage } from './signed-message.js'

// Stage 4. What is cheap to refuse is refused first: an unserved name, size, rate, a signature that did not hold, then decoding
// under caps, then the schema, then whether a handler is free.
// A refusal ends the message, not the session: it is counted, and a request is told why.

/** A message that may be handled: the router takes nothing else. */
class Admitted {
  declare protected readonly stage: 'guards'
  readonly ok = true
  readonly message: Message
  /** Undefined for messages of `app` without a handler: events alone carry them. */
  readonly registration: Registration | undefined
  /** Zero and zero where no answer is expected. */
  readonly requestId: number
  readonly timeoutMs: number

  constructor(message: Message, registration: Registration | undefined, requestId: number, timeoutMs: number) {
    this.message = message
    this.registration = registration
    this.requestId = requestId
    this.timeoutMs = timeoutMs
  }
}

export type { Admitted }

export interface Refused {
  readonly ok: false
  readonly code: string
  readonly rejection: Rejection
}

export interface GuardsOptions {
  readonly env: Env
  readonly registry: Served
  readonly codecs: Codecs
  readonly limits: Limits
  readonly from: PeerId
  readonly to: PeerId
  /** Begins every message id of this session's inbound half. */
  readonly idPrefix: string
  /** Whether one more request of this id may wait for its handler. */
  readonly atWork: { accepts(requestId: number): boolean }
}

/** The guards of one session. */
export class Guards {
  /** Asked before a signature of this peer's messages is verified. */
  readonly signatures: SignatureBudget
  readonly #options: GuardsOptions
  /** By registration and type; those of types that declare none are shared, under no type. */
  readonly #rates = new Map<Registration | undefined, Map<string | undefined, Gcra>>()

  constructor(options: GuardsOptions) {
    this.#options = options
    this.signatures = new SignatureBudget(options.limits)
  }

  admit(envelope: MessageEnvelope, nowMs: number): Admitted | Refused {
    const { env, registry, codecs, limits, atWork } = this.#options
    const { name, payload } = envelope
    if (name.generation !== registry.generation) this.#resolve(name)
    const { registration } = name
    if (
      registration === undefined &&
      (name.protocol !== appProtocol || registry.withholds(name.protocol, name.version))
    )
      return unserved(registry, name)

    const rules = registration?.handler.messages?.get(name.type)
    if (!isServed(registration, rules, envelope)) return refuse('PROTOCOL_TYPE_UNKNOWN')
    if (payload.length > (rules?.bytesMax ?? limits.messageBytesMax)) return refuse('MESSAGE_OVERSIZED')

    const waitMs = name.rate?.take(nowMs) ?? 0
    if (waitMs > 0) return refuse('RATE_EXCEEDED', { retryAfterMs: Math.ceil(waitMs) })

    const proof = envelope.signed?.verdict
    if (proof?.ok === false) return refuse(proof.code)
    if (rules?.signed === true && proof === undefined) return refuse('SIGNATURE_MISSING')
    if (proof !== undefined && env.wallMs() - limits.clockSkewMs >= proof.expiresMs) return refuse('SIGNATURE_EXPIRED')

    const decoded = decodePayload(codecs, proof?.codecId ?? envelope.codecId, payload)
    if (!decoded.ok) return refuse(decoded.code)

    const checked = rules === undefined ? decoded : judge(rules, decoded.value)
    if (!checked.ok) return refuse(checked.code, 'issues' in checked ? { issues: checked.issues } : {})

    if (envelope.kind === 'request' && !atWork.accepts(envelope.id)) return refuse('REQUEST_LIMIT')

    const message = this.#messageOf(envelope, proof, checked.value)
    const isRequest = envelope.kind === 'request'
    return new Admitted(message, registration, isRequest ? envelope.id : 0, isRequest ? envelope.allowance : 0)
  }

  #messageOf(
    { name, timestamp, sequence }: MessageEnvelope,
    proof: VerifiedMessage | undefined,
    payload: unknown,
  ): Message {
    const { from, to, idPrefix } = this.#options
    const messageId = idPrefix + sequence
    if (proof !== undefined) return new SignedMessage(proof, to, payload, messageId)
    const { type, protocol, version } = name
    return { type, from, to, payload, timestamp, messageId, protocol, version }
  }

  /** Finds what serves a name, once for as long as the registry stays as it is. */
  #resolve(name: InboundName): void {
    const { registry } = this.#options
    name.generation = registry.generation
    name.registration = registry.find(name.protocol, name.version)
    name.rate = this.#rateOf(name)
  }

  /** A type's own rate where it declares one, else one that all types of the protocol share. */
  #rateOf({ registration, type }: InboundName): Gcra {
    const { limits } = this.#options
    const declared = registration?.rates.get(type)
    const rates = this.#rates.get(registration) ?? new Map<string | undefined, Gcra>()
    this.#rates.set(registration, rates)
    const key = declared === undefined ? undefined : type
    const known = rates.get(key)
    if (known !== undefined) return known
    const { perSecond = limits.protocolMessagesPerSecond, burst = limits.protocolMessagesBurst } = declared ?? {}
    const rate = new Gcra(perSecond, burst)
    rates.set(key, rate)
    return rate
  }
}

/** Whether somebody takes a type in this kind. A handler that declares no types takes them all, and streams if it can. */
function isServed(
  registration: Registration | undefined,
  rules: MessageRules | undefined,
  { kind }: MessageEnvelope,
): boolean {
  if (kind === 'stream' && registration?.handler.handleStream === undefined) return false
  return registration?.handler.messages === undefined || rules?.kind === kind
}

const refusedByCheck: SchemaVerdict = { ok: false, code: 'SCHEMA_REFUSED', issues: [] }

/** Asks a type's own check. One that throws or says nothing, against its contract, costs the message and nothing more. */
function judge(rules: MessageRules, value: unknown): SchemaVerdict {
  if (rules.check === undefined) return { ok: true, value }
  try {
    return rules.check(value) ?? refusedByCheck
  } catch {
    return refusedByCheck
  }
}

function unserved(registry: Served, name: InboundName): Refused {
  return refuse(registry.versions(name.protocol).length === 0 ? 'PROTOCOL_UNKNOWN' : 'PROTOCOL_VERSION')
}

function refuse(code: string, more: Omit<Rejection, 'code'> = {}): Refused {
  return { ok: false, code, rejection: { code, ...more } }
}
