import { describe, expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { createEd25519 } from '../../src/identity/ed25519.js'
import { generateIdentity } from '../../src/identity/identity.js'
import { publicKeyOf, type SuiteName } from '../../src/identity/peer-id.js'
import { createSuites, drawSecret, type SignatureSuite } from '../../src/identity/suite.js'
import { generateSecp256k1Identity, secp256k1 } from '../../src/secp256k1/secp256k1.js'

const ed25519 = createEd25519(nativeCrypto.ed25519)
const message = Uint8Array.of(1, 2, 3)

describe('the suites of a node', () => {
  const both = createSuites([ed25519, secp256k1()])
  const one = createSuites([ed25519])
  const peers = [generateIdentity(), generateSecp256k1Identity()] as const

  test('verify by the suite that the id names', async () => {
    for (const { peerId, sign } of peers) {
      const signature = await sign(message)
      expect(both.supports(peerId)).toBe(true)
      expect(both.supported(peerId)).toBe(peerId)
      expect(await both.verify(peerId, message, signature)).toBe(true)
      expect(await both.verify(peerId, Uint8Array.of(1, 2), signature)).toBe(false)
      for (const other of peers)
        expect(await both.verify(other.peerId, message, signature)).toBe(other.peerId === peerId)
    }
  })

  test('refuse an id whose suite is not among them, by its name', async () => {
    const [known, unknown] = peers
    expect([one.supports(known.peerId), one.supports(unknown.peerId)]).toEqual([true, false])
    expect(await one.verify(unknown.peerId, message, await unknown.sign(message))).toBe(false)
    expect(one.isKeyChecked(unknown.peerId)).toBe(false)
    expect(() => one.supported(unknown.peerId)).toThrow(
      expect.objectContaining({ code: 'SUITE_UNSUPPORTED', peerId: unknown.peerId }),
    )
  })

  test('say whether a key is known to be sound', () => {
    const { peerId } = generateIdentity()
    expect(both.isKeyChecked(peerId)).toBe(false)
    both.verify(peerId, message, new Uint8Array(64).fill(1))
    expect(both.isKeyChecked(peerId)).toBe(ed25519.isKeyChecked(publicKeyOf(peerId)))
    expect(both.isKeyChecked(peers[1].peerId)).toBe(true)
  })

  test('are one a name, and of names that ids have', () => {
    expect(() => createSuites([ed25519, ed25519])).toThrow(TypeError)
    expect(() => createSuites([secp256k1(), secp256k1()])).toThrow(TypeError)
    expect(() => createSuites([{ ...ed25519, name: 'rsa' as SuiteName }])).toThrow(TypeError)
  })

  test.each<[string, SignatureSuite['verify']]>([
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])('take a suite that %s as one that refuses', async (_, verify) => {
    const { peerId } = peers[0]
    expect(await createSuites([{ ...ed25519, verify }]).verify(peerId, message, new Uint8Array(64))).toBe(false)
  })
})

describe('a drawn secret', () => {
  const { isSecret } = secp256k1()

  test('is drawn again where it is out of range', () => {
    const draws = [new Uint8Array(32), new Uint8Array(32).fill(0xff), new Uint8Array(32).fill(7)]
    expect(drawSecret({ isSecret }, { random: () => draws.shift() ?? new Uint8Array(32) })[0]).toBe(7)
  })

  test('never comes of a generator that is broken', () => {
    expect(() => drawSecret({ isSecret }, { random: (bytes) => new Uint8Array(bytes) })).toThrow(TypeError)
  })
})
