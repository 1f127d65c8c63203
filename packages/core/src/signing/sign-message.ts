import { platformCrypto, random } from '#platform'
import { ByteWriter } from '../bytes/byte-writer.js'
import { bytesCodec } from '../codec/bytes-codec.js'
import { createCborCodec } from '../codec/cbor-codec.js'
import { type Codecs, createCodecs } from '../codec/codecs.js'
import type { PayloadCodec } from '../codec/payload-codec.js'
import type { MaybePromise } from '../crypto/crypto-provider.js'
import type { Env } from '../env/env.js'
import type { Identity } from '../identity/identity.js'
import { Batches, type SealedBatch } from './batch.js'
import { signatureBytes } from './batch-root.js'
import type { Sha256 } from './merkle-tree.js'
import type { Position } from './statement.js'
import { encodeStatementHead, type StatementContext } from './statement-head.js'

/** What to sign; the author is the identity that signs. */
export interface MessageDraft extends Omit<StatementContext, 'author'> {
  /** Never used twice for different things by one author in one protocol: that would convict its author. */
  readonly position: Position
  readonly createdMs: number
  readonly expiresMs: number
  readonly payload: unknown
  /** Encodes this payload, whatever others accept it: for what all have to read alike. */
  readonly codec?: PayloadCodec | undefined
}

export interface SignMessageOptions {
  /** Asked before bytes and CBOR. */
  readonly codecs?: readonly PayloadCodec[] | undefined
  /** Where the salt comes from; the system's generator by default. */
  readonly env?: Pick<Env, 'random'> | undefined
}

/**
 * Signs one message outside any session: for what is stored, printed as a QR code, or said in a round. Gives its transferable
 * form, which `verifyMessage` reads.
 */
export function signMessage(
  identity: Identity,
  draft: MessageDraft,
  { codecs = [], env = { random } }: SignMessageOptions = {},
): MaybePromise<Uint8Array> {
  const { sha256 } = platformCrypto
  const sign = createMessageSigner({
    identity,
    codecs: createCodecs([...codecs, bytesCodec, createCborCodec()]),
    sha256,
    env,
  })
  return sign(draft)
}

/** What signing needs, resolved; a coordinator hands in its own. */
export interface MessageSignerParts {
  readonly identity: Identity
  readonly codecs: Codecs
  readonly sha256: Sha256
  readonly env: Pick<Env, 'random'>
}

/** `signMessage` for many messages of one author: codecs, salts and memory are shared, signatures are not. */
export function createMessageSigner({ identity, codecs, sha256, env }: MessageSignerParts) {
  const author = identity.peerId
  const batchesOf = (epoch: number) => new Batches({ author, epoch, sha256, random: (bytes) => env.random(bytes) })
  let batches = batchesOf(0)
  return (draft: MessageDraft): MaybePromise<Uint8Array> => {
    const { payload, position, createdMs, expiresMs } = draft
    const head = encodeStatementHead({ ...draft, author })
    const codec = draft.codec ?? codecs.codecFor(payload)
    const writer = new ByteWriter()
    codec.encode(payload, writer)
    const epoch = 'epoch' in position ? position.epoch : 0
    if (batches.epoch !== epoch) batches = batchesOf(epoch)
    const batch = batches.open()
    batch.add(head, { position, createdMs, expiresMs, codecId: codec.id }, writer.view())
    const sealed = batch.seal()
    const signature = identity.sign(sealed.rootBytes)
    return signature instanceof Uint8Array
      ? finish(sealed, signature)
      : Promise.resolve(signature).then((made) => finish(sealed, made))
  }
}

function finish(sealed: SealedBatch, signature: Uint8Array): Uint8Array {
  if (!(signature instanceof Uint8Array) || signature.length !== signatureBytes)
    throw new TypeError(`a signature has ${signatureBytes} bytes`)
  return sealed.signedMessage(0, signature)
}
