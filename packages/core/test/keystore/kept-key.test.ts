import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { createEd25519 } from '../../src/identity/ed25519.js'
import { identityFromSeed } from '../../src/identity/identity.js'
import { createSuites, type KeySuite } from '../../src/identity/suite.js'
import { generateKey, importKey, type KeptKey, openKey, peerIdOfSealed } from '../../src/keystore/kept-key.js'
import { keystoreDefaults } from '../../src/keystore/options.js'
import { secp256k1, secp256k1IdentityFromSecret } from '../../src/secp256k1/secp256k1.js'
import { codeOf, failureOf, rejectionOf } from '../expect-failure.js'
import { forge, otherHex, passphrase, quick, readJson } from './key-texts.js'

const secret = Uint8Array.from({ length: 32 }, (_, index) => 200 - index)
const message = Uint8Array.of(1, 2, 3)
const suites = [secp256k1()]
const verifiers = createSuites([createEd25519(nativeCrypto.ed25519), ...suites])

const kinds: readonly { readonly name: string; readonly suite?: KeySuite; readonly peerId: string }[] = [
  { name: 'Ed25519', peerId: identityFromSeed(secret).peerId },
  { name: 'secp256k1', suite: secp256k1(), peerId: secp256k1IdentityFromSecret(secret).peerId },
]

describe.each(kinds)('a key of $name', ({ suite, peerId }) => {
  test('that is generated, sealed and opened is the same peer, and signs', async () => {
    const key = generateKey({ suite })
    const opened = await openKey(await key.seal(passphrase, quick), passphrase, { suites })
    expect(opened.identity.peerId).toBe(key.identity.peerId)
    expect(opened.exportSecret()).toEqual(key.exportSecret())
    expect(await verifiers.verify(key.identity.peerId, message, await opened.identity.sign(message))).toBe(true)
  })

  test('that is imported is the peer of its secret, and gives a copy of it', () => {
    const given = new Uint8Array(secret)
    const key = importKey(given, { suite })
    given.fill(0)
    expect(key.identity.peerId).toBe(peerId)
    key.exportSecret().fill(0)
    expect(key.exportSecret()).toEqual(secret)
  })

  test('says whose it is before it is opened, to people too', async () => {
    const text = await importKey(secret, { suite }).seal(passphrase, quick)
    expect(peerIdOfSealed(text)).toBe(peerId)
    expect(text).toContain(`"peerId": "${peerId}"`)
  })

  test('has another passphrase after it is sealed with another', async () => {
    const old = await importKey(secret, { suite }).seal(passphrase, quick)
    const renewed = await (await openKey(old, passphrase, { suites })).seal('another', quick)
    expect(await codeOf(openKey(renewed, passphrase, { suites }))).toBe('KEYSTORE_PASSPHRASE')
    expect((await openKey(renewed, 'another', { suites })).identity.peerId).toBe(peerId)
  })

  test('shows its secret nowhere, sealed or open', async () => {
    const key = importKey(secret, { suite })
    const text = await key.seal(passphrase, quick)
    const opened = await openKey(text, passphrase, { suites })
    const failure = await failureOf(openKey(text, 'wrong', { suites }))
    const deep = { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }
    const shown = [key, opened, failure].flatMap((each) => [inspect(each, deep), JSON.stringify(each), String(each)])
    const hex = Buffer.from(secret).toString('hex')
    const shapes = [hex.slice(0, 16), Buffer.from(secret).toString('base64').slice(0, 12), '200,199', '200, 199']
    for (const all of [...shown, text, failure.stack]) {
      for (const shape of [...shapes, passphrase, 'wrong']) expect(all).not.toContain(shape)
    }
    expect(Reflect.ownKeys(key)).toEqual(['identity', 'seal', 'exportSecret'])
    expect(Object.isFrozen(key)).toBe(true)
  })
})

test('no two sealings are alike', async () => {
  const key = importKey(secret)
  const [one, other] = await Promise.all([key.seal(passphrase, quick), key.seal(passphrase, quick)])
  expect(one).not.toBe(other)
  expect(readJson(one).kdf['salt']).not.toBe(readJson(other).kdf['salt'])
  expect(readJson(one).cipher['nonce']).not.toBe(readJson(other).cipher['nonce'])
})

test('an environment’s randomness decides it all', async () => {
  const env = { random: (bytes: number) => new Uint8Array(bytes).fill(7) }
  const key = generateKey({ env })
  expect(key.exportSecret()).toEqual(new Uint8Array(32).fill(7))
  expect(await key.seal(passphrase, quick)).toBe(await generateKey({ env }).seal(passphrase, quick))
})

test('a text that was written when the format was made still opens', async () => {
  const text = `{
    "rondoKey": 1,
    "peerId": "z6Mkh6hfsWJWEFGrLsx6v2poAJtpBAvULLQNyWZT5aGj5qon",
    "kdf": { "name": "scrypt", "n": 1024, "r": 8, "p": 1, "salt": "f8f1e8c77a0f13526f2746dd8d5d8dab" },
    "cipher": { "name": "xchacha20-poly1305", "nonce": "3fe68ac684a20e19d489d92a3689cf02581292b5221b34b9", "sealed": "ba0a2cf3841f270f62ef2430df09e9afc7ca8c0e42a8ca51d9f1c983aa949bc27012093a16925bf25f483194d6624487" },
    "checksum": "4a5975ff9f5d4759"
  }`
  expect((await openKey(text, passphrase)).exportSecret()).toEqual(secret)
})

describe('passphrases', () => {
  const key = importKey(secret)
  const opens = async (sealedWith: string, openedWith: string): Promise<KeptKey | string> => {
    const text = await key.seal(sealedWith, quick)
    return openKey(text, openedWith).catch(({ code }: { code: string }) => code)
  }

  test.each([
    ['an accent typed in one or in two characters', 'caf\u00e9', 'cafe\u0301'],
    ['full-width letters', 'Ｒｏｎｄｏ', 'Rondo'],
    ['a ligature', 'ﬁsh', 'fish'],
    ['Hangul by letter or by syllable', '\u1112\u1161\u11ab', '한'],
  ])('that look alike are one: %s', async (_, sealedWith, openedWith) => {
    expect(await opens(sealedWith, openedWith)).toMatchObject({ identity: { peerId: key.identity.peerId } })
  })

  test.each([
    ['in capitals', 'rondo', 'Rondo'],
    ['with a space behind', 'rondo', 'rondo '],
    ['without its accent', 'café', 'cafe'],
    ['none at all', 'rondo', ''],
    ['half a character', 'rondo', '\ud800'],
    ['far too long', 'rondo', 'x'.repeat(1_000_000)],
  ])('that differ do not open it: %s', async (_, sealedWith, openedWith) => {
    expect(await opens(sealedWith, openedWith)).toBe('KEYSTORE_PASSPHRASE')
  })

  test('may hold emoji, and be long', async () => {
    for (const each of ['🐎🔋', '\u{1f468}\u200d\u{1f680}', 'x'.repeat(1_024)]) {
      expect(await opens(each, each)).toMatchObject({ identity: { peerId: key.identity.peerId } })
    }
  })

  test('that are empty, overlong or half a character are misuse when sealing', async () => {
    for (const each of ['', 'x'.repeat(1_025), 'a\udc00']) {
      expect(await rejectionOf(key.seal(each, quick))).toBeInstanceOf(TypeError)
    }
  })
})

describe('whoever changes a sealed key on purpose, checksum and all,', () => {
  const key = importKey(secret)
  const sealed = key.seal(passphrase, quick)

  test.each<[string, (json: ReturnType<typeof readJson>) => void]>([
    ['the name of its owner', (json) => Object.assign(json, { peerId: generateKey().identity.peerId })],
    ['the cost', ({ kdf }) => Object.assign(kdf, { n: 2048 })],
    ['the block size', ({ kdf }) => Object.assign(kdf, { r: 4 })],
    ['the parallelism', ({ kdf }) => Object.assign(kdf, { p: 2 })],
    ['the salt', ({ kdf }) => Object.assign(kdf, { salt: otherHex(kdf['salt'], 0) })],
    ['the nonce', ({ cipher }) => Object.assign(cipher, { nonce: otherHex(cipher['nonce'], 47) })],
    ['the secret', ({ cipher }) => Object.assign(cipher, { sealed: otherHex(cipher['sealed'], 5) })],
    ['the tag', ({ cipher }) => Object.assign(cipher, { sealed: otherHex(cipher['sealed'], 95) })],
  ])('gains nothing by another %s', async (_, change) => {
    const json = readJson(await sealed)
    change(json)
    expect(await codeOf(openKey(forge(json), passphrase))).toBe('KEYSTORE_PASSPHRASE')
  })

  test('cannot pass a secret of his own off as another’s, though he knows the passphrase', async () => {
    const { peerId } = generateKey().identity
    const suite: KeySuite = {
      name: 'ed25519',
      isSecret: () => true,
      identityFromSecret: (bytes) => ({ ...identityFromSeed(bytes), peerId }),
    }
    const text = await importKey(secret, { suite }).seal(passphrase, quick)
    expect(peerIdOfSealed(text)).toBe(peerId)
    expect(await codeOf(openKey(text, passphrase))).toBe('KEYSTORE_MALFORMED')
  })

  test('cannot seal what is no secret of the suite', async () => {
    const zeros: KeySuite = {
      ...secp256k1(),
      isSecret: () => true,
      identityFromSecret: () => secp256k1IdentityFromSecret(secret),
    }
    const text = await importKey(new Uint8Array(32), { suite: zeros }).seal(passphrase, quick)
    expect(await codeOf(openKey(text, passphrase, { suites }))).toBe('KEYSTORE_MALFORMED')
  })
})

describe('what a text may ask for is bounded', () => {
  const costing = async (n: number, r: number, p: number): Promise<string> => {
    const json = readJson(await importKey(secret).seal(passphrase, quick))
    Object.assign(json.kdf, { n, r, p })
    return forge(json)
  }

  test.each([
    [2 ** 31, 8, 1],
    [1_024, 0xffff_ffff, 1],
    [1_024, 1, 0xffff_ffff],
    [2 ** 31, 0xffff_ffff, 0xffff_ffff],
    [2 ** 18, 8, 2],
    [2 ** 19, 8, 1],
  ])('n = %d, r = %d, p = %d is refused before any work', async (n, r, p) => {
    const failure = await failureOf(openKey(await costing(n, r, p), passphrase))
    expect(failure).toMatchObject({ code: 'KEYSTORE_COST', details: { memoryBytes: 128 * n * r * p } })
  })

  test('by what the caller says, where he says something', async () => {
    const text = await importKey(secret).seal(passphrase, { memoryBytes: 2 * 1_048_576 })
    expect(await codeOf(openKey(text, passphrase, { memoryBytesMax: 2 * 1_048_576 - 1 }))).toBe('KEYSTORE_COST')
    expect((await openKey(text, passphrase, { memoryBytesMax: 2 * 1_048_576 })).exportSecret()).toEqual(secret)
  })

  test('and what is sealed by default may be opened by default', () => {
    expect(keystoreDefaults.memoryBytes).toBeLessThanOrEqual(keystoreDefaults.memoryBytesMax)
  })
})

test('a key of a suite that is not given is SUITE_UNSUPPORTED, before any work', async () => {
  const json = readJson(await generateKey({ suite: secp256k1() }).seal(passphrase, quick))
  Object.assign(json.kdf, { n: 2 ** 31 })
  expect(await failureOf(openKey(forge(json), passphrase))).toMatchObject({
    code: 'SUITE_UNSUPPORTED',
    peerId: json.peerId,
  })
})

describe('misuse', () => {
  test('is a secret that is none of the suite', () => {
    for (const length of [0, 31, 33]) expect(() => importKey(new Uint8Array(length))).toThrow(TypeError)
    expect(() => importKey(new Uint8Array(32), { suite: secp256k1() })).toThrow(TypeError)
  })

  test('is a cost out of range', async () => {
    const key = importKey(secret)
    for (const memoryBytes of [0, -1, 1_000_000, 1_048_577, 524_288, 2_147_483_648, Number.NaN]) {
      expect(await rejectionOf(key.seal(passphrase, { memoryBytes }))).toBeInstanceOf(TypeError)
    }
    const text = await key.seal(passphrase, quick)
    for (const memoryBytesMax of [0, 1.5, 1_073_741_825, Number.POSITIVE_INFINITY]) {
      expect(await rejectionOf(openKey(text, passphrase, { memoryBytesMax }))).toBeInstanceOf(TypeError)
    }
  })
})
