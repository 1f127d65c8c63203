import type { Codecs } from '../codec/codecs.js'
import type { CryptoProvider, MaybePromise } from '../crypto/crypto-provider.js'
import type { PeerId } from '../identity/peer-id.js'
import { BatchVerifier } from '../signing/batch-verifier.js'
import { encodeSignedMessage } from '../signing/signed-message.js'
import { refuse, type SigningRefusal } from '../signing/signing-refusal.js'
import type { VerifiedMessage } from '../signing/verified-message.js'
import type { VerifiedRoots } from '../signing/verified-roots.js'
import { createVerifierOf, type MessageVerifier } from '../signing/verify-message.js'
import type { MessageEnvelope, SealEnvelope, SignedPart } from './envelope.js'

// Between the envelope and the guards, for signed messages alone. They come in order, each without its signature; a seal behind
// them carries one for a whole batch, or the path of one that was said to many. Until it held, nobody sees them.

export interface VerifierOptions {
  readonly author: PeerId
  readonly crypto: Pick<CryptoProvider, 'sha256'>
  readonly roots: VerifiedRoots
  readonly codecs: Codecs
  readonly messageBytesMax: number
  /** Some have their verdict: what waited may go on. */
  readonly settled: () => void
}

/** Far above what an honest sender lets stand unsealed, which is a turn, or the time of one signature. */
const unsealedMax = 8_192
const unsealedBytesMax = 16_777_216
/** A statement, a path and the rest around a payload. */
const wrappingBytesMax = 4_096

export class Verifier {
  readonly #options: VerifierOptions
  readonly #batches: BatchVerifier
  readonly #verifyAlone: MessageVerifier
  /** Without their seal, oldest first: those of this peer's own batches, and those that were said to many. */
  #whole: SignedPart[] = []
  #alone: SignedPart[] = []
  #bytes = 0

  constructor(options: VerifierOptions) {
    const { author, crypto, roots, codecs, messageBytesMax } = options
    const { sha256 } = crypto
    this.#options = options
    this.#batches = new BatchVerifier({ author, sha256, roots, codecs, bytesMax: unsealedBytesMax })
    const signedMessageBytesMax = messageBytesMax + wrappingBytesMax
    this.#verifyAlone = createVerifierOf({ sha256, roots, codecs, signedMessageBytesMax })
  }

  /** False where more stands unsealed than an honest peer leaves so. */
  add({ signed }: MessageEnvelope): boolean {
    if (signed === undefined) return true
    const waiting = signed.isAlone ? this.#alone : this.#whole
    waiting.push(signed)
    this.#bytes += bytesOf(signed)
    return this.#whole.length + this.#alone.length <= unsealedMax && this.#bytes <= unsealedBytesMax
  }

  /** False where it seals what never came. */
  seal(seal: SealEnvelope): boolean {
    const waiting = seal.isAlone ? this.#alone : this.#whole
    const count = seal.isAlone ? 1 : seal.count
    if (count < 1 || count > waiting.length) return false
    const sealed = waiting.splice(0, count)
    for (const part of sealed) {
      part.isSealed = true
      this.#bytes -= bytesOf(part)
    }
    this.#judge(sealed, this.#verify(seal, sealed))
    return true
  }

  #verify(seal: SealEnvelope, parts: readonly SignedPart[]): MaybePromise<readonly VerifiedMessage[] | SigningRefusal> {
    const [only] = parts
    // Its author could not sign, and says so.
    if (seal.signature.length === 0 || only === undefined) return refuse('SIGNATURE_REFUSED')
    if (!seal.isAlone) return this.#verifyWhole(seal, parts)
    const verdict = this.#verifyAlone(transferable(only, seal))
    const listed = (message: VerifiedMessage | SigningRefusal) => (message.ok ? [message] : message)
    return verdict instanceof Promise ? verdict.then(listed) : listed(verdict)
  }

  #verifyWhole(seal: SealEnvelope, parts: readonly SignedPart[]) {
    for (const { head, body, salt, payload } of parts) this.#batches.addBehind(head.head, body, salt, payload)
    const verdict = this.#batches.close(seal)
    const listed = (batch: Awaited<typeof verdict>) => (batch.ok ? batch.messages : batch)
    return verdict instanceof Promise ? verdict.then(listed) : listed(verdict)
  }

  #judge(parts: readonly SignedPart[], verdict: MaybePromise<readonly VerifiedMessage[] | SigningRefusal>): void {
    if (verdict instanceof Promise) {
      void verdict.then((settled) => this.#judge(parts, settled))
      return
    }
    parts.forEach((part, index) => {
      part.verdict = 'ok' in verdict ? verdict : (verdict[index] ?? refuse('SIGNATURE_MALFORMED'))
    })
    this.#options.settled()
  }
}

function bytesOf({ body, payload }: SignedPart): number {
  return body.length + payload.length
}

/** The message as it would travel by itself. */
function transferable({ head, body, salt, payload }: SignedPart, seal: SealEnvelope): Uint8Array {
  const { bytes } = head.head
  const statement = new Uint8Array(bytes.length + body.length)
  statement.set(bytes)
  statement.set(body, bytes.length)
  const { index, count, epoch, path, signature } = seal
  return encodeSignedMessage({ statement, payload, salt, index, count, epoch, path, signature })
}
