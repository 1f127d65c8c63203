import { platformCrypto, random } from '#platform'
import { ByteWriter } from '../bytes/byte-writer.js'
import { bytesCodec } from '../codec/bytes-codec.js'
import { createCborCodec } from '../codec/cbor-codec.js'
import { createCodecs } from '../codec/codecs.js'
import type { PayloadCodec } from '../codec/payload-codec.js'
import type { MaybePromise } from '../crypto/crypto-provider.js'
import type { Env } from '../env/env.js'
import type { Identity } from '../identity/identity.js'
import { Batches } from './batch.js'
import { signatureBytes } from './batch-root.js'
import type { Position } from './statement.js'
import { encodeStatementHead, type StatementContext } from './statement-head.js'

/** What to sign; the author is the identity that signs. */
export interface MessageDraft extends Omit<StatementContext, 'author'> {
  /** Never used twice for different things by one author in one protocol: that would convict its author. */
  readonly position: Position
  readonly createdMs: number
  readonly expiresMs: number
  readonly payload: unknown
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
  options: SignMessageOptions = {},
): MaybePromise<Uint8Array> {
  const { payload, position, createdMs, expiresMs } = draft
  const head = encodeStatementHead({ ...draft, author: identity.peerId })
  const codec = createCodecs([...(options.codecs ?? []), bytesCodec, createCborCodec()]).codecFor(payload)
  const writer = new ByteWriter()
  codec.encode(payload, writer)
  const epoch = 'epoch' in position ? position.epoch : 0
  const { env = { random } } = options
  const { sha256 } = platformCrypto
  const batch = new Batches({ author: head.author, epoch, sha256, random: (bytes) => env.random(bytes) }).open()
  batch.add(head, { position, createdMs, expiresMs, codecId: codec.id }, writer.slice())
  const sealed = batch.seal()
  const finish = (signature: Uint8Array): Uint8Array => {
    if (!(signature instanceof Uint8Array) || signature.length !== signatureBytes)
      throw new TypeError(`a signature has ${signatureBytes} bytes`)
    return sealed.signedMessage(0, signature)
  }
  const signature = identity.sign(sealed.rootBytes)
  return signature instanceof Uint8Array ? finish(signature) : Promise.resolve(signature).then(finish)
}
