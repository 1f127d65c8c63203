import { ByteReader } from '../../src/bytes/byte-reader.js'
import { ByteWriter } from '../../src/bytes/byte-writer.js'
import { createCodecs } from '../../src/codec/codecs.js'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { coreError } from '../../src/errors.js'
import type { Channel } from '../../src/flow/channel.js'
import { decodeEnvelope, encodeGoodbye, encodeHello, encodeOffer, encodeReject } from '../../src/flow/envelope.js'
import { FrameReader, frameKind } from '../../src/flow/frames.js'
import { hearGreeting } from '../../src/flow/greeting.js'
import { acceptHandshake, dialHandshake, type HandshakeOptions } from '../../src/flow/handshake.js'
import { InboundNames } from '../../src/flow/name-table.js'
import { openRecord } from '../../src/flow/record.js'
import { createEd25519 } from '../../src/identity/ed25519.js'
import { checkPeerId, publicKeyOf } from '../../src/identity/peer-id.js'
import { createSuites } from '../../src/identity/suite.js'
import { decodeKeyFile, encodeKeyFile } from '../../src/keystore/key-file.js'
import { createCipherState } from '../../src/noise/cipher-state.js'
import { decodeAuthorMarks, encodeAuthorMarks } from '../../src/replay/author-marks.js'
import { ExpiryFloor } from '../../src/replay/expiry-floor.js'
import { ReplayWindow } from '../../src/replay/replay-window.js'
import { RondoError } from '../../src/rondo-error.js'
import { BatchVerifier } from '../../src/signing/batch-verifier.js'
import { decodeSignedMessage } from '../../src/signing/signed-message.js'
import { decodeStatement } from '../../src/signing/statement.js'
import { VerifiedRoots } from '../../src/signing/verified-roots.js'
import { createMessageVerifier } from '../../src/signing/verify-message.js'
import { createKeySpace } from '../../src/store/key-space.js'
import { decode as decodeCbor, encode as encodeCbor } from '../codec/cbor-bytes.js'
import { openEnd } from '../fake-ends.js'
import { FakeEnv } from '../fake-env.js'
import { FakeLink } from '../fake-link.js'
import { nameFrame, plaintextOf } from '../fake-peer.js'
import { recordOf } from '../fake-record.js'
import { joinLinks } from '../fake-wire.js'
import { alice, bob, epoch, payloadOf, signBatch } from '../signing/samples.js'

// Everything that reads bytes of strangers, or of a disk, with samples of what it should be given.

/** What became of the bytes: 'ok', or the code that they were refused with. */
export type Outcome = string

export interface Decoder {
  readonly name: string
  readonly samples: readonly Uint8Array[]
  /** What becomes of the first sample as it is. */
  readonly honest: Outcome
  /** Whether every byte is authenticated, so that no mutation may be taken. */
  readonly isSealed: boolean
  /** 1, or the share of the usual count where each takes a key agreement or a signature. */
  readonly share: number
  /** Whether what is well formed is verified by a key of its own choice. */
  readonly verifies?: boolean
  decode(bytes: Uint8Array): Outcome | Promise<Outcome>
}

const text = new TextEncoder()
const key = new Uint8Array(32).fill(7)

const codeOf = (result: { readonly ok: true } | { readonly ok: false; readonly code: string }): Outcome =>
  result.ok ? 'ok' : result.code

/** A rejection by a code is an answer; anything else that is thrown is what these tests look for. */
async function outcomeOf(promise: Promise<unknown>): Promise<Outcome> {
  try {
    await promise
    return 'ok'
  } catch (error) {
    if (error instanceof RondoError) return error.code
    throw error
  }
}

const offer = new Map([
  ['app', [1]],
  ['library', [1, 2, 9]],
])
const claim = { sessionId: '0011223344556677', generation: 3, received: 9, acknowledged: 2, mac: new Uint8Array(32) }
const plaintexts = [
  plaintextOf([frameKind.hello, (writer) => encodeHello(writer, offer, claim)]),
  plaintextOf([frameKind.offer, (writer) => encodeOffer(writer, offer)]),
  plaintextOf(nameFrame(1, 'library', 2, 'returned'), [frameKind.message, Uint8Array.of(0, 1, 1, 0xa0)]),
  plaintextOf([frameKind.request, Uint8Array.of(0, 0, 1, 0, 0, 0, 9, 0, 0, 1, 0, 0xf6)]),
  plaintextOf([frameKind.reply, Uint8Array.of(0, 0, 0, 9, 1, 0xf6)], [frameKind.cancel, new Uint8Array(4)]),
  plaintextOf([
    frameKind.reject,
    (writer) =>
      encodeReject(writer, 9, { code: 'RATE_EXCEEDED', retryAfterMs: 5, issues: [{ path: 'a', message: 'b' }] }),
  ]),
  plaintextOf([frameKind.goodbye, (writer) => encodeGoodbye(writer, { code: 'BYE', detail: 'for now' })]),
  plaintextOf([frameKind.part, new Uint8Array(40)], [frameKind.ping], [frameKind.last, new Uint8Array(40)]),
  plaintextOf([frameKind.open, Uint8Array.of(0, 0, 1, 0, 0, 0, 2, 0, 4, 0, 0, 0xf6)]),
  plaintextOf([frameKind.data, new Uint8Array(60)], [frameKind.credit, new Uint8Array(8)]),
  plaintextOf([frameKind.end, new Uint8Array(42)], [frameKind.reset, Uint8Array.of(0, 0, 0, 2, 0xa1, 0x64)]),
]
const kindsAndBodies = plaintexts.map((plaintext) => plaintext.subarray(12))

const cborValues: readonly unknown[] = [
  { city: 'Graz', celsius: [1, -2.5, 3e300, 2n ** 70n], raw: new Uint8Array(30), none: null },
  Array.from({ length: 40 }, (_, index) => ({ index, text: `é€😀 ${index}` })),
  JSON.parse(`${'['.repeat(31)}1${']'.repeat(31)}`),
]

const record: Decoder = {
  name: 'record',
  honest: 'ok',
  isSealed: true,
  share: 1,
  samples: plaintexts.map((plaintext) => createCipherState(nativeCrypto, key).seal(new Uint8Array(), plaintext)!),
  decode: (bytes) => codeOf(openRecord(createCipherState(nativeCrypto, key), bytes)),
}

const frames: Decoder = {
  name: 'frames',
  honest: 'ok',
  isSealed: false,
  share: 1,
  samples: plaintexts,
  decode(bytes) {
    const reader = new FrameReader(1_000)
    if (!reader.enter(recordOf(bytes))) return 'FRAME_MALFORMED'
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) if (!frame.ok) return frame.code
    return 'ok'
  },
}

/** Of bodies whose frame holds, so that nothing is refused before the envelope is asked. */
const envelope: Decoder = {
  name: 'envelope and stream frames',
  honest: 'ok',
  isSealed: false,
  share: 1,
  samples: kindsAndBodies.map((frame) => Uint8Array.of(frame[0]!, ...frame.subarray(3))),
  decode(bytes) {
    const names = new InboundNames(4)
    names.declare(0, 'p', 1, 't')
    const reader = new FrameReader(100_000)
    if (!reader.enter(recordOf(plaintextOf([bytes[0] ?? 0, bytes.subarray(1)])))) throw new Error('no record')
    const frame = reader.next()
    if (frame === undefined) return 'ok'
    return codeOf(frame.ok ? decodeEnvelope(frame, names) : frame)
  },
}

const greeting: Decoder = {
  name: 'greeting',
  honest: 'ok',
  isSealed: false,
  share: 1,
  samples: plaintexts,
  decode(bytes) {
    const sealed = createCipherState(nativeCrypto, key).seal(new Uint8Array(), bytes)!
    const ciphers = { send: createCipherState(nativeCrypto, key), receive: createCipherState(nativeCrypto, key) }
    const waiting = [sealed]
    const channel: Channel = {
      link: new FakeLink(),
      peerId: bob.peerId,
      role: 'listener',
      ciphers,
      handshakeHash: key,
      exportKey: () => key,
      attach: () => {},
      receive: async () => waiting.shift() ?? Promise.reject(coreError('LINK_CLOSED')),
    }
    return outcomeOf(hearGreeting(channel))
  },
}

const cbor: Decoder = {
  name: 'CBOR',
  honest: 'ok',
  isSealed: false,
  share: 1,
  samples: cborValues.map((value) => encodeCbor(value)),
  decode: (bytes) => codeOf(decodeCbor(bytes)),
}

const peerIdText: Decoder = {
  name: 'peer id',
  honest: 'ok',
  isSealed: false,
  share: 1,
  samples: [alice.peerId, 'zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme', 'z6Mk'.padEnd(60, '1')].map((id) =>
    text.encode(id),
  ),
  decode: (bytes) => codeOf(checkPeerId(Buffer.from(bytes).toString('latin1'))),
}

const keystoreText: Decoder = {
  name: 'keystore text',
  honest: 'ok',
  isSealed: false,
  share: 1,
  samples: [
    text.encode(
      encodeKeyFile({
        peerId: alice.peerId,
        cost: { n: 1_024, r: 8, p: 1 },
        salt: new Uint8Array(16).fill(1),
        nonce: new Uint8Array(24).fill(2),
        sealed: new Uint8Array(48).fill(3),
      }),
    ),
    text.encode(`{"rondoKey":1,"__proto__":${'['.repeat(500)}`),
  ],
  decode: (bytes) => codeOf(decodeKeyFile(Buffer.from(bytes).toString('utf8'))),
}

const scope = createKeySpace(1_024).within('peers')
const storeKey: Decoder = {
  name: 'store key',
  honest: 'ok',
  isSealed: false,
  share: 1,
  samples: ['a', 'replay/author/z6Mk', 'é€😀'].map((each) => scope.encode(each)),
  decode(bytes) {
    try {
      return typeof scope.decode(bytes) === 'string' ? 'ok' : 'no text'
    } catch (error) {
      if (error instanceof RondoError) return error.code
      throw error
    }
  },
}

function marksSample(sequences: readonly number[]): Uint8Array {
  const window = new ReplayWindow(8_160)
  for (const sequence of sequences) window.mark(sequence)
  const writer = new ByteWriter()
  const times = { epoch, earliestMs: epoch, latestMs: epoch + 9 }
  encodeAuthorMarks({ ...times, window, forwarder: bob.peerId, isReserved: false, bytes: 0 }, writer)
  return writer.slice()
}

const replayMarks: Decoder = {
  name: 'replay marks',
  honest: 'ok',
  isSealed: false,
  share: 1,
  samples: [marksSample([3]), marksSample([1, 40, 900])],
  decode: (bytes) => (decodeAuthorMarks(new ByteReader(bytes), 8_160) === undefined ? 'undefined' : 'ok'),
}

const floorWriter = new ByteWriter()
const floorSample = new ExpiryFloor()
for (let span = 0; span < 9; span += 1) floorSample.add(epoch + span * 1_000, epoch + span * 1_000 + 9)
floorSample.encode(floorWriter)
const replayFloor: Decoder = {
  name: 'replay floor',
  honest: 'ok',
  isSealed: false,
  share: 1,
  samples: [floorWriter.slice()],
  decode(bytes) {
    const reader = new ByteReader(bytes)
    ExpiryFloor.decode(reader)
    return reader.failed ? 'failed' : 'ok'
  },
}

const { batch, signature } = signBatch(5)
const signedMessages = [0, 2, 4].map((index) => batch.signedMessage(index, signature))

const statement: Decoder = {
  name: 'statement',
  honest: 'ok',
  isSealed: false,
  share: 1,
  samples: batch.entries.map((entry) => entry.statement.slice()),
  decode: (bytes) => codeOf(decodeStatement(bytes)),
}

const signedMessage: Decoder = {
  name: 'signed message',
  honest: 'ok',
  isSealed: false,
  share: 1,
  samples: signedMessages,
  decode: (bytes) => codeOf(decodeSignedMessage(bytes)),
}

const ed25519 = createEd25519(nativeCrypto.ed25519)
const verifier = createMessageVerifier({ crypto: nativeCrypto })
const verifiedMessage: Decoder = {
  name: 'signed message, verified',
  verifies: true,
  honest: 'ok',
  isSealed: true,
  share: 0.1,
  samples: signedMessages,
  decode: async (bytes) => codeOf(await verifier(bytes)),
}

const lone = signBatch(1)
const wholeBatch: Decoder = {
  name: 'whole batch',
  honest: 'ok',
  isSealed: true,
  share: 0.1,
  samples: [lone.batch.entries[0]!.statement.slice()],
  async decode(bytes) {
    const batches = new BatchVerifier({
      author: alice.peerId,
      sha256: nativeCrypto.sha256,
      roots: new VerifiedRoots((peerId, message, given) => ed25519.verify(publicKeyOf(peerId), message, given)),
      codecs: createCodecs([]),
    })
    batches.add(bytes, lone.batch.entries[0]!.salt, payloadOf(0))
    return codeOf(await batches.close({ epoch, count: 1, signature: lone.signature }))
  },
}

const suites = createSuites([ed25519])
const env = new FakeEnv()
const handshake = (identity: HandshakeOptions['identity']): HandshakeOptions => ({
  env,
  crypto: nativeCrypto,
  suites,
  identity,
  network: 'main',
  noiseSecret: key,
})

/** The frames of an honest handshake. */
async function recordHandshake(): Promise<readonly [Uint8Array, Uint8Array, Uint8Array]> {
  const clock = new FakeEnv()
  const wire = joinLinks(clock)
  const both = [openEnd(clock, 'dialler', wire.dialler), openEnd(clock, 'listener', wire.listener)]
  await clock.settle()
  await Promise.all(both)
  return [wire.dialler.sent[0]!, wire.listener.sent[0]!, wire.dialler.sent[1]!]
}

const [first, second, third] = await recordHandshake()

/** Hands over these frames, and then the link is closed. */
const scripted = (...given: readonly Uint8Array[]) => {
  const waiting = [...given]
  return {
    send: () => {},
    receive: async () => waiting.shift() ?? Promise.reject(coreError('LINK_CLOSED')),
  }
}

const handshakeFirst: Decoder = {
  name: 'handshake, first frame',
  honest: 'LINK_CLOSED',
  isSealed: true,
  share: 0.1,
  samples: [first],
  decode: (bytes) => outcomeOf(acceptHandshake(scripted(bytes), new FakeLink(), handshake(alice))),
}

const handshakeSecond: Decoder = {
  name: 'handshake, second frame',
  honest: 'HANDSHAKE_FAILED',
  isSealed: true,
  share: 0.1,
  samples: [second, Uint8Array.of(0, 5)],
  decode: (bytes) => outcomeOf(dialHandshake(scripted(bytes), new FakeLink(), handshake(alice))),
}

const handshakeThird: Decoder = {
  name: 'handshake, third frame',
  honest: 'HANDSHAKE_FAILED',
  isSealed: true,
  share: 0.1,
  samples: [third],
  decode: (bytes) => outcomeOf(acceptHandshake(scripted(first, bytes), new FakeLink(), handshake(alice))),
}

export const decoders: readonly Decoder[] = [
  record,
  frames,
  envelope,
  greeting,
  cbor,
  handshakeFirst,
  handshakeSecond,
  handshakeThird,
  statement,
  signedMessage,
  verifiedMessage,
  wholeBatch,
  peerIdText,
  keystoreText,
  storeKey,
  replayMarks,
  replayFloor,
]
