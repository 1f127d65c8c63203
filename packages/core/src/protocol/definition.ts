import { assertName } from './names.js'
import { type Rate, resolveRate } from './rate.js'
import type { Schema, SchemaInput, SchemaOutput } from './schema.js'

// The message types of a protocol: what each carries, and, for requests, what answers it. What goes over the wire is what a
// schema takes in; the receiver gets what it puts out.

interface Bounds {
  /** How often one peer may send it. */
  readonly rate?: Rate | undefined
  /** The payload, encoded. */
  readonly bytesMax?: number | undefined
}

export interface MessageDefinition<Payload extends Schema = Schema> extends Bounds {
  readonly kind: 'message'
  readonly payload: Payload
  /** Senders sign each, so that it can be shown to others; receivers refuse it unsigned. */
  readonly signed?: boolean | undefined
}

export interface RequestDefinition<
  Payload extends Schema = Schema,
  Reply extends Schema = Schema,
  Reason extends string = string,
> extends Bounds {
  readonly kind: 'request'
  readonly payload: Payload
  readonly reply: Reply
  readonly errors: readonly Reason[]
}

export interface StreamDefinition<Payload extends Schema = Schema, Reason extends string = string> extends Bounds {
  readonly kind: 'stream'
  /** What is said when it is opened; the bytes follow. */
  readonly payload: Payload
  readonly errors: readonly Reason[]
}

export type Definition = MessageDefinition | RequestDefinition | StreamDefinition
export type Definitions = Readonly<Record<string, Definition>>

/** A message that expects no answer. */
export function message<const Payload extends Schema>(
  definition: { readonly payload: Payload; readonly signed?: boolean | undefined } & Bounds,
): MessageDefinition<Payload> {
  return { kind: 'message', ...definition }
}

/** A message that expects one answer. `errors` are the reasons for which its handler may reject it. */
export function request<
  const Payload extends Schema,
  const Reply extends Schema,
  // The list and not its members: those would be inferred as any text where the list is left out.
  const Reasons extends readonly string[] = readonly [],
>(
  definition: { readonly payload: Payload; readonly reply: Reply; readonly errors?: Reasons } & Bounds,
): RequestDefinition<Payload, Reply, Reasons[number]> {
  return { kind: 'request', errors: [], ...definition }
}

/** Bytes both ways, for as long as both ends like. `errors` are the reasons for which its handler may reject it. */
export function stream<const Payload extends Schema, const Reasons extends readonly string[] = readonly []>(
  definition: { readonly payload: Payload; readonly errors?: Reasons } & Bounds,
): StreamDefinition<Payload, Reasons[number]> {
  return { kind: 'stream', errors: [], ...definition }
}

/** What senders pass. */
export type Input<D extends Definition> = SchemaInput<D['payload']>
/** What handlers get. */
export type Output<D extends Definition> = SchemaOutput<D['payload']>
export type ReplyInput<D> = D extends RequestDefinition<Schema, infer Reply> ? SchemaInput<Reply> : never
export type ReplyOutput<D> = D extends RequestDefinition<Schema, infer Reply> ? SchemaOutput<Reply> : never
export type ReasonOf<D> =
  D extends RequestDefinition<Schema, Schema, infer Reason>
    ? Reason
    : D extends StreamDefinition<Schema, infer Reason>
      ? Reason
      : never
export type MessageTypes<M extends Definitions> = {
  [T in keyof M]: M[T] extends MessageDefinition ? T : never
}[keyof M] &
  string
export type RequestTypes<M extends Definitions> = {
  [T in keyof M]: M[T] extends RequestDefinition ? T : never
}[keyof M] &
  string

export type StreamTypes<M extends Definitions> = {
  [T in keyof M]: M[T] extends StreamDefinition ? T : never
}[keyof M] &
  string

/** Throws a TypeError where a definition cannot work. */
export function assertDefinition(type: string, definition: Definition): void {
  assertName(type, 'message type')
  const { kind, payload, bytesMax, rate } = definition
  if (kind !== 'message' && kind !== 'request' && kind !== 'stream') {
    throw new TypeError(`${type} is neither message(…) nor request(…) nor stream(…)`)
  }
  assertSchema(payload, `${type}.payload`)
  if (kind === 'request') assertSchema(definition.reply, `${type}.reply`)
  if (bytesMax !== undefined && (!Number.isSafeInteger(bytesMax) || bytesMax < 0)) {
    throw new TypeError(`${type}.bytesMax must be a whole number: ${String(bytesMax)}`)
  }
  if (rate !== undefined) resolveRate(rate)
  if ('signed' in definition && kind !== 'message') throw new TypeError(`${type}: only a message can be signed`)
}

/** Whether senders sign each message of this type. */
export function isSigned(definition: Definition): boolean {
  return definition.kind === 'message' && definition.signed === true
}

function assertSchema(schema: Schema | undefined, what: string): void {
  if (typeof schema?.['~standard']?.validate !== 'function') throw new TypeError(`${what} must be a Standard Schema`)
}
