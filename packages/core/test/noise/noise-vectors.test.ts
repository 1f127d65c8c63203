import { existsSync, readFileSync } from 'node:fs'
import { bytesToHex, hexToBytes } from '@noble/curves/utils.js'
import { describe, expect, test } from 'vitest'
import { createNoiseXX, type NoiseXXOptions } from '../../src/noise/noise-xx.js'
import { providers } from '../crypto/providers.js'
import { read, write } from './handshakes.js'

// The vectors of other implementations lie beside the repository.

interface Vector {
  readonly protocol_name: string
  readonly init_prologue: string
  readonly init_static: string
  readonly init_ephemeral: string
  readonly resp_prologue: string
  readonly resp_static: string
  readonly resp_ephemeral: string
  readonly handshake_hash: string
  readonly messages: readonly { readonly payload: string; readonly ciphertext: string }[]
}

const file = new URL('../../../../../shared/vectors/noise/xx.json', import.meta.url)
const isPresent = existsSync(file)
const { vectors }: { vectors: readonly Vector[] } = isPresent ? JSON.parse(readFileSync(file, 'utf8')) : { vectors: [] }

if (!isPresent) test(`the published vectors hold: skipped, for there is no ${file.pathname}`, ({ skip }) => skip())

describe.runIf(isPresent).each(providers)('the published vectors hold with $name', (crypto) => {
  test.each(vectors)('$protocol_name, message by message, then on the transport', (vector) => {
    expect(vector.protocol_name).toBe('Noise_XX_25519_ChaChaPoly_SHA256')
    const optionsOf = (role: NoiseXXOptions['role'], prologue: string, s: string, e: string): NoiseXXOptions => ({
      crypto,
      role,
      prologue: hexToBytes(prologue),
      staticSecret: hexToBytes(s),
      ephemeralSecret: hexToBytes(e),
    })
    const initiator = createNoiseXX(
      optionsOf('initiator', vector.init_prologue, vector.init_static, vector.init_ephemeral),
    )
    const responder = createNoiseXX(
      optionsOf('responder', vector.resp_prologue, vector.resp_static, vector.resp_ephemeral),
    )

    for (const [index, { payload, ciphertext }] of vector.messages.slice(0, 3).entries()) {
      const [writer, reader] = index % 2 === 0 ? [initiator, responder] : [responder, initiator]
      const message = write(writer, hexToBytes(payload))
      expect(bytesToHex(message)).toBe(ciphertext)
      expect(bytesToHex(read(reader, message).payload)).toBe(payload)
    }

    const atInitiator = initiator.split()
    const atResponder = responder.split()
    expect(bytesToHex(atInitiator.handshakeHash)).toBe(vector.handshake_hash)
    expect(bytesToHex(atResponder.handshakeHash)).toBe(vector.handshake_hash)
    expect(atInitiator.remoteStatic).toEqual(crypto.x25519PublicKey(hexToBytes(vector.resp_static)))
    expect(atResponder.remoteStatic).toEqual(crypto.x25519PublicKey(hexToBytes(vector.init_static)))

    const nothing = new Uint8Array(0)
    for (const [index, { payload, ciphertext }] of vector.messages.slice(3).entries()) {
      const [writer, reader] = index % 2 === 0 ? [atResponder, atInitiator] : [atInitiator, atResponder]
      const sealed = writer.send.seal(nothing, hexToBytes(payload))
      expect(sealed && bytesToHex(sealed)).toBe(ciphertext)
      const opened = reader.receive.open(nothing, hexToBytes(ciphertext))
      expect(opened && bytesToHex(opened)).toBe(payload)
    }
  })
})
