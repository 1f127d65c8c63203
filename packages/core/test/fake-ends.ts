import type { CryptoProvider } from '../src/crypto/crypto-provider.js'
import { nativeCrypto } from '../src/crypto/native-crypto.js'
import { type Channel, openChannel } from '../src/flow/channel.js'
import { createEd25519 } from '../src/identity/ed25519.js'
import { generateIdentity, type Identity } from '../src/identity/identity.js'
import type { PeerId } from '../src/identity/peer-id.js'
import { createSuites, type SignatureSuite } from '../src/identity/suite.js'
import { RondoError } from '../src/rondo-error.js'
import type { FakeEnv } from './fake-env.js'
import type { FakeLink } from './fake-link.js'
import { type FakeWire, joinLinks, type Side } from './fake-wire.js'

export interface EndOptions {
  readonly identity?: Identity
  readonly network?: string
  readonly expect?: PeerId
  readonly crypto?: CryptoProvider
  readonly suites?: readonly SignatureSuite[]
  readonly signal?: AbortSignal
}

/** Makes one end's part of a handshake; closes the link where it fails, as the node does. */
export function openEnd(env: FakeEnv, role: Side, link: FakeLink, options: EndOptions = {}): Promise<Channel> {
  const {
    identity = generateIdentity(),
    network = 'main',
    crypto = nativeCrypto,
    suites = [],
    signal,
    expect,
  } = options
  const opening = openChannel(link, {
    env,
    crypto,
    suites: createSuites([createEd25519(crypto.ed25519), ...suites]),
    identity,
    network,
    noiseSecret: env.random(32),
    expect,
    role,
    signal: signal ?? new AbortController().signal,
    closed: () => {},
  })
  opening.catch((error) => link.close({ code: error instanceof RondoError ? error.code : 'LINK_CLOSED' }))
  return opening
}

export type Outcome = Channel | string

/** What each end comes to: its channel, or the code it fails with. */
export async function shakeHands(
  env: FakeEnv,
  ends: { readonly dialler?: EndOptions; readonly listener?: EndOptions; readonly wire?: FakeWire } = {},
): Promise<readonly [dialler: Outcome, listener: Outcome]> {
  const wire = ends.wire ?? joinLinks(env)
  const both = [
    openEnd(env, 'dialler', wire.dialler, ends.dialler),
    openEnd(env, 'listener', wire.listener, ends.listener),
  ] as const
  const outcomes = Promise.all([outcomeOf(both[0]), outcomeOf(both[1])])
  await env.settle()
  return outcomes
}

async function outcomeOf(opening: Promise<Channel>): Promise<Outcome> {
  try {
    return await opening
  } catch (error) {
    if (error instanceof RondoError) return error.code
    throw error
  }
}

/** A provider that counts what it verifies. */
export function countVerifications(): { readonly crypto: CryptoProvider; readonly verified: () => number } {
  let count = 0
  const ed25519 = {
    ...nativeCrypto.ed25519,
    verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) {
      count += 1
      return nativeCrypto.ed25519.verify(publicKey, message, signature)
    },
  }
  return { crypto: { ...nativeCrypto, ed25519 }, verified: () => count }
}
