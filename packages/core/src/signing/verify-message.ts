import { platformCrypto } from '#platform'
import { ByteReader } from '../bytes/byte-reader.js'
import { bytesCodec } from '../codec/bytes-codec.js'
import { createCborCodec } from '../codec/cbor-codec.js'
import { type Codecs, createCodecs } from '../codec/codecs.js'
import type { PayloadCodec } from '../codec/payload-codec.js'
import type { CryptoProvider, MaybePromise } from '../crypto/crypto-provider.js'
import { createEd25519 } from '../identity/ed25519.js'
import { createSuites, type SignatureSuite } from '../identity/suite.js'
import { KnownHeads } from './known-heads.js'
import { leafPrefixBytes, rootOfPath, type Sha256, writeLeaf } from './merkle-tree.js'
import { isPayload } from './payload-hash.js'
import { decodeSignedMessage, type SignedMessage } from './signed-message.js'
import { refuse, type SigningCode, type SigningRefusal } from './signing-refusal.js'
import { readStatement, type StatementBody } from './statement.js'
import { audienceKeyOf, type StatementContext, type StatementHead } from './statement-head.js'
import { createVerifiedMessage, type VerifiedMessage } from './verified-message.js'
import { VerifiedRoots, type VerifySignature } from './verified-roots.js'

// One signed message, from anywhere, judged by its bytes alone: form, payload, path, signature, the cheap questions first.

export interface VerifyMessageOptions {
  /** Given, a message that has expired by then is refused; otherwise that is for the caller to judge. */
  readonly nowMs?: number | undefined
  /** What the message has to be about. A signature that holds says who wrote it, not that it was written for this. */
  readonly expect?: { readonly [Name in keyof StatementContext]?: StatementContext[Name] | undefined } | undefined
}

export interface MessageVerifierOptions {
  /** Suites beside Ed25519, for authors with other keys: `secp256k1()`. */
  readonly suites?: readonly SignatureSuite[] | undefined
  /** Who says whether a signature is a peer's, in place of the suites. */
  readonly verify?: VerifySignature | undefined
  /** Asked for payloads beside bytes and CBOR. */
  readonly codecs?: readonly PayloadCodec[] | undefined
  readonly crypto?: Pick<CryptoProvider, 'sha256' | 'ed25519'> | undefined
  /** Roots remembered as signed, which makes the other members of a batch cheap; 1,024. */
  readonly rootsMax?: number | undefined
  /** A whole signed message; 1,114,112: a payload of 1 MiB and what belongs to it. */
  readonly signedMessageBytesMax?: number | undefined
}

/** Verifies a signed message. Never throws for what is in the bytes. */
export type MessageVerifier = (
  bytes: Uint8Array,
  options?: VerifyMessageOptions,
) => MaybePromise<VerifiedMessage | SigningRefusal>

/** What verification needs, resolved; the flow shares its own. */
export interface VerifierParts {
  readonly sha256: Sha256
  readonly roots: VerifiedRoots
  readonly codecs: Codecs
  readonly signedMessageBytesMax: number
}

let usual: MessageVerifier | undefined

/**
 * Verifies a signed message with nothing but its bytes: no connection, no coordinator, no clock.
 *
 * @example
 * const verdict = await verifyMessage(bytes, { expect: { network: 'main', protocol: 'library' } })
 * if (verdict.ok) console.log(verdict.author, verdict.type, verdict.payload)
 */
export function verifyMessage(
  bytes: Uint8Array,
  options?: VerifyMessageOptions,
): MaybePromise<VerifiedMessage | SigningRefusal> {
  usual ??= createMessageVerifier()
  return usual(bytes, options)
}

/** `verifyMessage` with a cache, codecs or a rule of its own. */
export function createMessageVerifier(options: MessageVerifierOptions = {}): MessageVerifier {
  const { crypto = platformCrypto, suites, signedMessageBytesMax = 1_114_112 } = options
  if (suites !== undefined && options.verify !== undefined) throw new TypeError('either suites or verify')
  const { verify = createSuites([createEd25519(crypto.ed25519), ...(suites ?? [])]).verify } = options
  if (!Number.isSafeInteger(signedMessageBytesMax) || signedMessageBytesMax < 1) {
    throw new TypeError(`signedMessageBytesMax must be a whole number from 1 up, not ${signedMessageBytesMax}`)
  }
  return createVerifierOf({
    sha256: crypto.sha256,
    roots: new VerifiedRoots(verify, { rootsMax: options.rootsMax }),
    codecs: createCodecs([...(options.codecs ?? []), bytesCodec, createCborCodec()]),
    signedMessageBytesMax,
  })
}

export function createVerifierOf(parts: VerifierParts): MessageVerifier {
  const heads = new KnownHeads()
  return (bytes, options = {}) => {
    assertAsked(bytes, options)
    const { nowMs, expect } = options
    if (bytes.length > parts.signedMessageBytesMax) return refuse('SIGNATURE_LIMIT')
    // A copy: nobody can change it between the verdict and its use.
    const read = readMessage(new Uint8Array(bytes), parts.sha256, heads)
    if (!read.ok) return read
    const { head, body, signed, root } = read
    const unfit = judge(head, body, nowMs, expect)
    if (unfit !== undefined) return refuse(unfit)
    const settle = (holds: boolean): VerifiedMessage | SigningRefusal =>
      holds
        ? createVerifiedMessage(head, body, signed.statement, signed.payload, parts.codecs, () => signed)
        : refuse('SIGNATURE_REFUSED')
    const { author } = head
    const verdict = parts.roots.verify({ author, epoch: signed.epoch, count: signed.count, root }, signed.signature)
    return typeof verdict === 'boolean' ? settle(verdict) : verdict.then(settle)
  }
}

interface ReadMessage {
  readonly ok: true
  readonly head: StatementHead
  readonly body: StatementBody
  readonly signed: SignedMessage
  /** The root that the path leads to; whether the author signed it is not asked yet. */
  readonly root: Uint8Array
}

/** Everything but the signature. */
function readMessage(bytes: Uint8Array, sha256: Sha256, heads: KnownHeads): ReadMessage | SigningRefusal {
  const decoded = decodeSignedMessage(bytes)
  if (!decoded.ok) return decoded
  const signed = decoded.value
  const statement = readStatement(new ByteReader(signed.statement), heads.list)
  if (!statement.ok) return statement
  const { head, body } = statement
  heads.use(head)
  if ('epoch' in body.position && body.position.epoch !== signed.epoch) return refuse('SIGNATURE_MALFORMED')
  if (!isPayload(sha256, signed.payload, body.payloadHash)) return refuse('SIGNATURE_PAYLOAD')
  const leaf = new Uint8Array(leafPrefixBytes + signed.statement.length)
  writeLeaf(leaf, signed.salt)
  leaf.set(signed.statement, leafPrefixBytes)
  const root = rootOfPath(sha256, sha256(leaf), signed.index, signed.count, signed.path)
  return root === undefined ? refuse('SIGNATURE_MALFORMED') : { ok: true, head, body, signed, root }
}

const expectable = ['network', 'protocol', 'type', 'version', 'author'] as const

function judge(
  head: StatementHead,
  body: StatementBody,
  nowMs: number | undefined,
  expect: VerifyMessageOptions['expect'] = {},
): SigningCode | undefined {
  const { audience } = expect
  for (const name of expectable) {
    if (expect[name] !== undefined && expect[name] !== head[name]) return 'SIGNATURE_UNEXPECTED'
  }
  if (audience !== undefined && audienceKeyOf(audience) !== head.audienceKey) return 'SIGNATURE_UNEXPECTED'
  return nowMs !== undefined && nowMs >= body.expiresMs ? 'SIGNATURE_EXPIRED' : undefined
}

/** What is misspelt here would let everything pass. */
function assertAsked(bytes: Uint8Array, { nowMs, expect = {} }: VerifyMessageOptions): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('a signed message is a Uint8Array')
  if (nowMs !== undefined && !Number.isFinite(nowMs)) throw new TypeError(`nowMs is a time, not ${nowMs}`)
  for (const name of Object.keys(expect)) {
    if (name !== 'audience' && !expectable.some((known) => known === name)) {
      throw new TypeError(`expect.${name} is nothing that a signed message says`)
    }
  }
}
