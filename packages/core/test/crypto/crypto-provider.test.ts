import { bytesToHex, hexToBytes } from '@noble/curves/utils.js'
import { describe, expect, test } from 'vitest'
import { ed25519Backends, providers } from './providers.js'

const text = new TextEncoder()
const one = new Uint8Array(32).fill(1)

describe.each(providers)('the $name provider', (crypto) => {
  test('hashes as FIPS 180-4 says', () => {
    expect(bytesToHex(crypto.sha256(text.encode('abc')))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
  })

  test('hashes in pieces what it hashes whole, and nothing at all', () => {
    const running = crypto.createSha256()
    for (const piece of ['a', '', 'bc']) running.update(text.encode(piece))
    expect(running.digest()).toEqual(crypto.sha256(text.encode('abc')))
    expect(crypto.createSha256().digest()).toEqual(crypto.sha256(new Uint8Array()))
  })

  test('hashes two things at once without mixing them', () => {
    const [one, other] = [crypto.createSha256(), crypto.createSha256()]
    one.update(text.encode('a'))
    other.update(text.encode('b'))
    expect(one.digest()).toEqual(crypto.sha256(text.encode('a')))
    expect(other.digest()).toEqual(crypto.sha256(text.encode('b')))
  })

  test('authenticates as RFC 4231 says, with a short key and with one longer than a block', () => {
    const short = crypto.hmacSha256(text.encode('Jefe'), text.encode('what do ya want for nothing?'))
    expect(bytesToHex(short)).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
    const long = crypto.hmacSha256(
      new Uint8Array(131).fill(0xaa),
      text.encode('Test Using Larger Than Block-Size Key - Hash Key First'),
    )
    expect(bytesToHex(long)).toBe('60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54')
  })

  test('agrees on keys as RFC 7748 says', () => {
    const alice = hexToBytes('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a')
    const bob = hexToBytes('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb')
    expect(bytesToHex(crypto.x25519PublicKey(alice))).toBe(
      '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
    )
    const shared = crypto.x25519SharedSecret(alice, crypto.x25519PublicKey(bob))
    expect(shared && bytesToHex(shared)).toBe('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742')
  })

  test.each([
    ['0', '0000000000000000000000000000000000000000000000000000000000000000'],
    ['1', '0100000000000000000000000000000000000000000000000000000000000000'],
    ['of order 8', 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'],
    ['of order 8, the other', '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157'],
    ['p - 1', 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['p', 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['p + 1', 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['0 with its ignored top bit set', '0000000000000000000000000000000000000000000000000000000000000080'],
  ])('refuses to share a secret with the small-order key %s', (_, hex) => {
    expect(crypto.x25519SharedSecret(one, hexToBytes(hex))).toBeUndefined()
  })

  test('refuses to share a secret with a key of another length', () => {
    for (const length of [0, 31, 33, 64]) {
      expect(crypto.x25519SharedSecret(one, new Uint8Array(length).fill(9))).toBeUndefined()
    }
  })

  test('takes a secret of another length as misuse', () => {
    expect(() => crypto.x25519SharedSecret(new Uint8Array(31), one)).toThrow()
    expect(() => crypto.x25519PublicKey(new Uint8Array(33))).toThrow()
    expect(() => crypto.aeadKey(new Uint8Array(16)).seal(0, one, one)).toThrow()
  })

  test('makes the nonce as Noise says: four zeros, then the counter, little-endian', () => {
    const sealed = crypto.aeadKey(one).seal(0x0102_0304_0506, text.encode('ad'), text.encode('plaintext'))
    expect(bytesToHex(sealed)).toBe('d96a0b1b961319e53bc291b63db1d8758702580c52142b9baa')
  })

  test('opens what it sealed, empty or not, and keeps its hands off the input', () => {
    const key = crypto.aeadKey(one)
    for (const length of [0, 1, 64, 1000, 65_519]) {
      const plaintext = new Uint8Array(length).fill(length)
      const sealed = key.seal(7, one, plaintext)
      const copy = new Uint8Array(sealed)
      expect(sealed).toHaveLength(length + 16)
      expect(key.open(7, one, sealed)).toEqual(plaintext)
      expect(sealed).toEqual(copy)
    }
  })

  test('opens nothing under another counter, other associated data, another key, or in part', () => {
    const key = crypto.aeadKey(one)
    const sealed = key.seal(1, one, text.encode('plaintext'))
    expect(key.open(2, one, sealed)).toBeUndefined()
    expect(key.open(1, new Uint8Array(32), sealed)).toBeUndefined()
    expect(key.open(1, new Uint8Array(0), sealed)).toBeUndefined()
    expect(crypto.aeadKey(new Uint8Array(32)).open(1, one, sealed)).toBeUndefined()
    for (let length = 0; length < sealed.length; length += 1) {
      expect(key.open(1, one, sealed.subarray(0, length))).toBeUndefined()
    }
  })

  test('does not follow a key that is written to later', () => {
    const raw = new Uint8Array(32).fill(3)
    const key = crypto.aeadKey(raw)
    const before = key.seal(0, one, one)
    raw.fill(4)
    expect(key.seal(0, one, one)).toEqual(before)
    const secret = new Uint8Array(32).fill(3)
    crypto.x25519PublicKey(secret)
    secret.fill(4)
    expect(crypto.x25519PublicKey(secret)).toEqual(crypto.x25519PublicKey(new Uint8Array(32).fill(4)))
  })

  test('takes a counter that is no safe integer as misuse', () => {
    const key = crypto.aeadKey(one)
    for (const counter of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => key.seal(counter, one, one)).toThrow(TypeError)
  })

  test('returns plain arrays in memory of their own', () => {
    const key = crypto.aeadKey(one)
    const sealed = key.seal(0, one, one)
    const results = [
      crypto.sha256(one),
      crypto.createSha256().digest(),
      crypto.hmacSha256(one, one),
      crypto.x25519PublicKey(one),
      crypto.x25519SharedSecret(one, crypto.x25519PublicKey(one)),
      sealed,
      key.open(0, one, sealed),
      crypto.ed25519.publicKey(one),
      crypto.ed25519.sign(one, one),
    ]
    for (const result of results) {
      expect(result?.constructor).toBe(Uint8Array)
      expect(result instanceof Uint8Array && result.buffer.byteLength).toBe(
        result instanceof Uint8Array && result.length,
      )
    }
  })
})

describe.each(ed25519Backends)('Ed25519 by $name', ({ backend }) => {
  test('signs and verifies as RFC 8032 says', async () => {
    const seed = hexToBytes('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb')
    const publicKey = backend.publicKey(seed)
    expect(bytesToHex(publicKey)).toBe('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c')
    const signature = await backend.sign(seed, Uint8Array.of(0x72))
    expect(bytesToHex(signature)).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
        '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    )
    expect(await backend.verify(publicKey, Uint8Array.of(0x72), signature)).toBe(true)
    expect(await backend.verify(publicKey, Uint8Array.of(0x73), signature)).toBe(false)
  })
})
