import { concatBytes } from '@noble/curves/utils.js'
import type { CryptoProvider } from '../crypto/crypto-provider.js'
import type { CipherState } from './cipher-state.js'
import { createSymmetricState } from './symmetric-state.js'

// Noise_XX_25519_ChaChaPoly_SHA256 (revision 34). In come prologue, keys and messages; out go messages, payloads and two
// ciphers. A message is written in two steps because its payload may sign the handshake hash as it stands before the payload,
// and signing may take a while. Refuses, without throwing: wrong turns and lengths, tags that do not hold, all-zero secrets.

/** Noise's limit for one message. */
export const noiseMessageBytesMax = 65_535

const keyBytes = 32
const tagBytes = 16

export interface NoiseXXOptions {
  readonly crypto: CryptoProvider
  readonly role: 'initiator' | 'responder'
  /** What both ends must agree on beforehand: with different prologues no handshake completes. */
  readonly prologue: Uint8Array
  readonly staticSecret: Uint8Array
  /** Fresh for each handshake; a constant only in test vectors. */
  readonly ephemeralSecret: Uint8Array
}

export type NoiseReading =
  | {
      readonly ok: true
      readonly payload: Uint8Array
      /** The handshake hash before the payload: what a signature inside it covers. */
      readonly hash: Uint8Array
    }
  | { readonly ok: false; readonly code: 'HANDSHAKE_MALFORMED' | 'HANDSHAKE_FAILED' }

export interface NoiseSplit {
  readonly send: CipherState
  readonly receive: CipherState
  /** The hash of the whole handshake: one session, one value, at both ends. */
  readonly handshakeHash: Uint8Array
  readonly remoteStatic: Uint8Array
  /** A secret that both ends share and nobody else knows, apart from the ciphers' keys. */
  exportKey(label: Uint8Array): Uint8Array
}

export interface NoiseXX {
  /** Writes the keys of the next message and returns the hash before its payload; undefined where the handshake has failed. */
  beginMessage(): Uint8Array | undefined
  /** Adds the payload and returns the message. */
  endMessage(payload: Uint8Array): Uint8Array
  /** Reads the other end's next message. Whatever it refuses ends the handshake. */
  readMessage(message: Uint8Array): NoiseReading
  /** The ciphers, after the third message. */
  split(): NoiseSplit
}

const malformed: NoiseReading = { ok: false, code: 'HANDSHAKE_MALFORMED' }
const failed: NoiseReading = { ok: false, code: 'HANDSHAKE_FAILED' }

/** Bytes of keys at the head of each message, and of the tag that its payload has. */
const layouts = {
  1: { keysBytes: keyBytes, payloadTagBytes: 0 },
  2: { keysBytes: keyBytes + keyBytes + tagBytes, payloadTagBytes: tagBytes },
  3: { keysBytes: keyBytes + tagBytes, payloadTagBytes: tagBytes },
} as const

type Step =
  | { readonly doing: 'begin' | 'end' | 'read'; readonly message: 1 | 2 | 3 }
  | { readonly doing: 'split' | 'nothing' }

function stepAfter(message: 1 | 2 | 3, doing: 'begin' | 'read'): Step {
  switch (message) {
    case 1:
      return { doing, message: 2 }
    case 2:
      return { doing, message: 3 }
    case 3:
      return { doing: 'split' }
  }
}

/**
 * One end of one handshake.
 *
 * @example
 * const hash = noise.beginMessage()
 * if (hash !== undefined) link.send(noise.endMessage(await identity.sign(hash)))
 */
export function createNoiseXX(options: NoiseXXOptions): NoiseXX {
  const { crypto, role, prologue, staticSecret: s, ephemeralSecret: e } = options
  if (s.length !== keyBytes || e.length !== keyBytes) throw new TypeError('an X25519 secret has 32 bytes')
  const isInitiator = role === 'initiator'

  // Initialize
  const state = createSymmetricState(crypto, 'Noise_XX_25519_ChaChaPoly_SHA256')
  state.mixHash(prologue)

  let step: Step = { doing: isInitiator ? 'begin' : 'read', message: 1 }
  let keys: Uint8Array = new Uint8Array(0)
  let rs: Uint8Array | undefined
  let re: Uint8Array | undefined

  // The tokens. Those that take something from the other end say whether it was fit.
  function writeE(): Uint8Array {
    const publicKey = crypto.x25519PublicKey(e)
    state.mixHash(publicKey)
    return publicKey
  }
  function writeS(): Uint8Array {
    return state.encryptAndHash(crypto.x25519PublicKey(s))
  }
  function readE(publicKey: Uint8Array): void {
    re = new Uint8Array(publicKey)
    state.mixHash(re)
  }
  function readS(sealed: Uint8Array): boolean {
    rs = state.decryptAndHash(sealed)
    return rs !== undefined
  }
  function mixShared(secret: Uint8Array, publicKey: Uint8Array | undefined): boolean {
    const shared = publicKey === undefined ? undefined : crypto.x25519SharedSecret(secret, publicKey)
    if (shared === undefined) return false
    state.mixKey(shared)
    return true
  }
  const ee = () => mixShared(e, re)
  const es = () => (isInitiator ? mixShared(e, rs) : mixShared(s, re))
  const se = () => (isInitiator ? mixShared(s, re) : mixShared(e, rs))

  function writeKeys(message: 1 | 2 | 3): Uint8Array | undefined {
    switch (message) {
      case 1: // -> e
        return writeE()
      case 2: {
        // <- e, ee, s, es
        const ephemeral = writeE()
        if (!ee()) return undefined
        const sealedStatic = writeS()
        return es() ? concatBytes(ephemeral, sealedStatic) : undefined
      }
      case 3: {
        // -> s, se
        const sealedStatic = writeS()
        return se() ? sealedStatic : undefined
      }
    }
  }

  function readKeys(message: 1 | 2 | 3, head: Uint8Array): boolean {
    switch (message) {
      case 1: // -> e
        readE(head)
        return true
      case 2: // <- e, ee, s, es
        readE(head.subarray(0, keyBytes))
        return ee() && readS(head.subarray(keyBytes)) && es()
      case 3: // -> s, se
        return readS(head) && se()
    }
  }

  function refuse(refusal: NoiseReading): NoiseReading {
    step = { doing: 'nothing' }
    return refusal
  }

  return {
    beginMessage() {
      if (step.doing === 'nothing') return undefined
      if (step.doing !== 'begin') throw new TypeError('it is not this end’s turn to write')
      const { message } = step
      const written = writeKeys(message)
      step = written === undefined ? { doing: 'nothing' } : { doing: 'end', message }
      if (written === undefined) return undefined
      keys = written
      return state.handshakeHash()
    },
    endMessage(payload) {
      if (step.doing !== 'end') throw new TypeError('a message is begun before it is ended')
      const { message } = step
      if (keys.length + payload.length + layouts[message].payloadTagBytes > noiseMessageBytesMax) {
        throw new TypeError(`a payload of ${payload.length} bytes does not fit a handshake message`)
      }
      step = stepAfter(message, 'read')
      return concatBytes(keys, state.encryptAndHash(payload))
    },
    readMessage(bytes) {
      if (step.doing !== 'read') return refuse(malformed)
      const { message } = step
      const { keysBytes, payloadTagBytes } = layouts[message]
      if (bytes.length < keysBytes + payloadTagBytes || bytes.length > noiseMessageBytesMax) return refuse(malformed)
      if (!readKeys(message, bytes.subarray(0, keysBytes))) return refuse(failed)
      const hash = state.handshakeHash()
      const payload = state.decryptAndHash(bytes.subarray(keysBytes))
      if (payload === undefined) return refuse(failed)
      step = stepAfter(message, 'begin')
      return { ok: true, payload, hash }
    },
    split() {
      if (step.doing !== 'split' || rs === undefined)
        throw new TypeError('a handshake is split once, after its last message')
      step = { doing: 'nothing' }
      const [first, second] = state.split()
      return {
        send: isInitiator ? first : second,
        receive: isInitiator ? second : first,
        handshakeHash: state.handshakeHash(),
        remoteStatic: rs,
        exportKey: state.exportKey,
      }
    },
  }
}
