/** A source of payloads that all contestants draw from alike, and what a receiver checks them by. */
export interface PayloadKind<P> {
  /** A power of two: saturated, one message in so many carries the time it was sent at. */
  readonly stampEvery: number
  /** The payload of message number `index`; not to be changed. */
  at(index: number): P
  /** The same with the time it was sent at, on the machine's clock. */
  stamped(index: number, sentAtMs: number): P
  /** Covers all of a payload but the time. */
  digest(payload: P): number
  /** The digest that message number `index` arrives with, known in advance. */
  digestAt(index: number): number
  /** Zero where the payload carries no time. */
  sentAtMs(payload: P): number
}

/** Digests of messages in the order they came: one lost, doubled, changed or overtaken shows. */
export function fold(digest: number, next: number): number {
  return (Math.imul(digest, 31) + next) | 0
}

/** Payloads are drawn from this many different ones, over and over. */
export const payloadPool = 1_024

/** Numbers that look random and are the same in every process and on every day. */
export function createNumbers(seed: number): () => number {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}
