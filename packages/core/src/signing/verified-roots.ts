import type { MaybePromise } from '../crypto/crypto-provider.js'
import { BoundedCache } from '../identity/bounded-cache.js'
import type { PeerId } from '../identity/peer-id.js'
import { type BatchRoot, encodeBatchRoot } from './batch-root.js'

/** Whether `signature` is the peer's over `message`, by the one rule of every runtime. */
export type VerifySignature = (peerId: PeerId, message: Uint8Array, signature: Uint8Array) => MaybePromise<boolean>

export interface VerifiedRootsOptions {
  /** Roots remembered as signed; each takes some 300 bytes. 1,024. */
  readonly rootsMax?: number | undefined
}

/**
 * Asks for each signature once, so that the members of a batch, coming one by one, cost one verification together. What is
 * remembered is all that was signed and the signature: the same root with another count or epoch is another question. Only
 * what held is remembered, so forgeries displace nothing.
 */
export class VerifiedRoots {
  readonly #verifySignature: VerifySignature
  readonly #verified: BoundedCache<string, true>
  /** Being asked now; as many as callers wait for. */
  readonly #asked = new Map<string, Promise<boolean>>()
  /** Signatures that had to be verified so far. */
  asked = 0

  constructor(verifySignature: VerifySignature, { rootsMax = 1_024 }: VerifiedRootsOptions = {}) {
    if (!Number.isSafeInteger(rootsMax) || rootsMax < 1) {
      throw new TypeError(`rootsMax must be a whole number from 1 up, not ${rootsMax}`)
    }
    this.#verifySignature = verifySignature
    this.#verified = new BoundedCache(rootsMax)
  }

  get size(): number {
    return this.#verified.size
  }

  /** Never throws, never rejects. */
  verify(root: BatchRoot, signature: Uint8Array): MaybePromise<boolean> {
    const message = encodeBatchRoot(root)
    const key = textOf(message) + textOf(signature)
    if (this.#verified.get(key) === true) return true
    const asked = this.#asked.get(key)
    if (asked !== undefined) return asked
    const verdict = this.#ask(root.author, message, signature)
    if (typeof verdict === 'boolean') return this.#settle(key, verdict)
    const answer = verdict.then(
      (holds) => this.#settle(key, holds),
      () => this.#settle(key, false),
    )
    this.#asked.set(key, answer)
    return answer
  }

  #ask(author: PeerId, message: Uint8Array, signature: Uint8Array): MaybePromise<boolean> {
    this.asked += 1
    try {
      return this.#verifySignature(author, message, signature)
    } catch {
      return false
    }
  }

  #settle(key: string, holds: boolean): boolean {
    this.#asked.delete(key)
    if (holds === true) this.#verified.set(key, true)
    return holds === true
  }
}

/** The bytes as a text, a character each: the cheapest key for a Map. Both are short. */
function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}
