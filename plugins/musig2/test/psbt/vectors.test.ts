import { schnorr } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { base58check, base64, hex } from '@scure/base'
import { describe, expect, test } from 'vitest'
import { aggregateKeys, plainKeyOf, xOnlyKeyOf } from '../../src/bip327/key-context.js'
import { aggregatePartials, verifyPartial } from '../../src/bip327/partials.js'
import { createSession } from '../../src/bip327/session.js'
import { chainCode328, fingerprintOf } from '../../src/psbt/derivation.js'
import { itemsOfPsbt } from '../../src/psbt/items.js'
import { readPsbt } from '../../src/psbt/psbt.js'
import { SigningTask } from '../../src/signing/task.js'
import { bip328 } from './bip-328-vectors.js'
import { bip373 } from './bip-373-vectors.js'
import { codeOf } from './refusal.js'

const { 'output key': output, 'internal key': internal, 'derived internal key': derived, script } = bip373.spending

describe('the PSBTs of BIP-373', () => {
  test.each([
    ['the output key', output],
    ['the internal key', internal],
    ['the key from which the internal key is derived', derived],
  ])(
    'hold parts that this plugin finds valid, by what it derives from them alone, where the aggregate key is %s',
    (_, stages) => {
      const psbt = base64.decode(stages.participants)
      const { items } = taskOf(psbt)
      expect(items).toHaveLength(1)
      const task = taskOf(psbt)
      const key = task.keyOf(0)
      const { musig2PubNonce = [], musig2PartialSig = [] } = readPsbt(stages.partialSignatures).getInput(0)
      const { publicKeys, message } = items[0]!
      const find = <T>(
        entries: [{ participantPubkey: Uint8Array; aggregatePubkey: Uint8Array }, T][],
        of: Uint8Array,
      ): T => {
        const [entry] = entries.filter(([{ participantPubkey }]) => hex.encode(participantPubkey) === hex.encode(of))
        // The same key that we file ours under.
        expect(hex.encode(entry![0].aggregatePubkey)).toBe(hex.encode(plainKeyOf(key)))
        return entry![1]
      }
      const nonces = publicKeys.map((publicKey) => find(musig2PubNonce, publicKey))
      const parts = publicKeys.map((publicKey) => find(musig2PartialSig, publicKey))
      const session = createSession(key, nonces, message)
      expect(parts.map((part, signer) => verifyPartial(session, signer, part))).toEqual([true, true, true])
      expect(schnorr.verify(aggregatePartials(session, parts), message, xOnlyKeyOf(key))).toBe(true)
    },
  )

  test('are refused where a key in a script is the aggregate key', () => {
    expect(codeOf(() => itemsOfPsbt(base64.decode(script.participants)))).toBe('PSBT_UNSUPPORTED')
  })

  test.each(Object.entries(bip373.malformed))('are refused as malformed: %s', (_, text) => {
    expect(codeOf(() => itemsOfPsbt(base64.decode(text)))).toBe('PSBT_MALFORMED')
    expect(codeOf(() => readPsbt(text))).toBe('PSBT_MALFORMED')
  })

  test.each(Object.entries(bip373.receiving))(
    'ask for no signature where a joint output is only paid: %s',
    (_, text) => {
      expect(codeOf(() => itemsOfPsbt(base64.decode(text)))).toBe('PSBT_UNSUPPORTED')
    },
  )
})

function taskOf(psbt: Uint8Array): SigningTask {
  const seats = itemsOfPsbt(psbt)[0]!.publicKeys.map((key) => [key])
  return new SigningTask({ seats, request: { kind: 'psbt', psbt } })
}

describe('BIP-328', () => {
  test('the chain code is the hash that it is said to be', () => {
    expect(hex.encode(chainCode328)).toBe(hex.encode(sha256(new TextEncoder().encode('MuSig2MuSig2MuSig2'))))
  })

  test.each(bip328.map((vector) => [vector.aggregateKey, vector] as const))('the extended key of %s', (_, vector) => {
    const aggregate = plainKeyOf(aggregateKeys(vector.keys.map((key) => hex.decode(key))))
    expect(hex.encode(aggregate)).toBe(vector.aggregateKey)
    // Version, depth 0, no parent, child 0, chain code, key.
    const xpub = Uint8Array.of(0x04, 0x88, 0xb2, 0x1e, ...new Uint8Array(9), ...chainCode328, ...aggregate)
    expect(base58check(sha256).encode(xpub)).toBe(vector.xpub)
  })

  test('the fingerprint is the one that BIP-373 shows for its aggregate key', () => {
    const { aggregateKey } = itemsOfPsbt(base64.decode(output.participants))[0]!
    expect(hex.encode(fingerprintOf(aggregateKey!))).toBe('2680dd6e')
  })
})
