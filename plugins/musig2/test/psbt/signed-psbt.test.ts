import { equalBytes } from '@rondo/core'
import { p2wpkh, SigHash, Transaction } from '@scure/btc-signer'
import { pubECDSA } from '@scure/btc-signer/utils.js'
import { describe, expect, test } from 'vitest'
import { plainKeyOf } from '../../src/bip327/key-context.js'
import { jointOutput } from '../../src/psbt/joint-output.js'
import { decodeMaps, encodeMaps, type Row, valueIn } from '../../src/psbt/maps.js'
import { SignedPsbt, signPsbt } from '../../src/psbt/signed-psbt.js'
import { codeOf } from './refusal.js'
import { bytesOf, makeSignatures, publicKeysOf, secretKeysOf, signTogether, taskOf, txidOf } from './signers.js'

const secretKeys = secretKeysOf('signed', 3)
const publicKeys = publicKeysOf(secretKeys)
const joint = jointOutput(publicKeys)
const seats = secretKeys.map((key) => [key])

function psbtOf(version = 0, sighashType: number = SigHash.DEFAULT): Uint8Array {
  const transaction = new Transaction({ PSBTVersion: version, allowUnknownInputs: true })
  transaction.addInput({ ...joint.input({ txid: txidOf(0), index: 0, amount: 10_000n }), sighashType })
  transaction.addOutput({ script: p2wpkh(pubECDSA(bytesOf('shop'))).script, amount: 9_000n })
  return transaction.toPSBT()
}

function withInputRows(psbt: Uint8Array, rows: readonly Row[]): Uint8Array {
  const maps = decodeMaps(psbt)
  return encodeMaps({ ...maps, inputs: maps.inputs.map((input) => [...input, ...rows]) })
}

describe('a signed PSBT', () => {
  const psbt = psbtOf()
  const task = taskOf(psbt, ...seats)
  const made = makeSignatures(task, secretKeys)
  const signed = signPsbt(task, psbt, made)
  const input = signed.transaction.getInput(0)

  test('keeps the participants, and files nonces and parts under the participant and the key that is signed for', () => {
    expect(input.musig2ParticipantPubkeys).toEqual([[joint.aggregateKey, publicKeys]])
    const outputKey = plainKeyOf(task.keyOf(0))
    for (const [signer, participantPubkey] of publicKeys.entries()) {
      const isTheirs = ([key]: readonly [{ readonly participantPubkey: Uint8Array }, Uint8Array]): boolean =>
        equalBytes(key.participantPubkey, participantPubkey)
      const key = { participantPubkey, aggregatePubkey: outputKey }
      expect(input.musig2PubNonce?.find(isTheirs)).toEqual([key, made[0]!.publicNonces[signer]])
      expect(input.musig2PartialSig?.find(isTheirs)).toEqual([key, made[0]!.partialSignatures[signer]])
    }
  })

  test('has the signature, and what stands behind it where that is not the default', () => {
    expect(input.tapKeySig).toEqual(made[0]!.signature)
    const all = signTogether(psbtOf(0, SigHash.ALL), secretKeys)
    expect(all.signatures[0]!.signature.subarray(64)).toEqual(Uint8Array.of(SigHash.ALL))
    expect(all.transaction.getInput(0).tapKeySig).toEqual(all.signatures[0]!.signature)
  })

  test('is the same in each of its forms', () => {
    expect(new SignedPsbt(new Uint8Array(Buffer.from(signed.base64, 'base64')), []).bytes).toEqual(signed.bytes)
    expect(signed.transaction.toPSBT()).toEqual(signed.bytes)
  })

  test('gives copies of its transaction', () => {
    signed.transaction.finalizeIdx(0)
    expect(signed.transaction.isFinal).toBe(false)
  })

  test('replaces the nonces and parts of a former try, and leaves those for a script alone', () => {
    const outputKey = plainKeyOf(task.keyOf(0))
    const stale = (type: number, bytes: number): Row => {
      return { key: Uint8Array.of(type, ...publicKeys[0]!, ...outputKey), value: new Uint8Array(bytes).fill(3) }
    }
    const forScript = {
      key: Uint8Array.of(0x1b, ...publicKeys[0]!, ...joint.aggregateKey, ...bytesOf('leaf')),
      value: Uint8Array.of(...publicKeys[0]!, ...publicKeys[1]!),
    }
    const former = withInputRows(psbt, [stale(0x1b, 66), stale(0x1c, 32), forScript])
    const again = signTogether(former, secretKeys)
    const { musig2PubNonce, musig2PartialSig } = again.transaction.getInput(0)
    expect([musig2PubNonce?.length, musig2PartialSig?.length]).toEqual([4, 3])
    expect(musig2PubNonce?.filter(([{ leafHash }]) => leafHash !== undefined)).toHaveLength(1)
    expect(musig2PubNonce?.some(([, nonce]) => nonce.every((byte) => byte === 3))).toBe(false)
    expect(again.finalize()).toHaveLength(signed.finalize()!.length)
  })

  test('takes no further inputs and outputs', () => {
    const before = psbtOf(2)
    expect(valueIn(decodeMaps(before).global, 0x06)).toEqual(Uint8Array.of(3))
    expect(valueIn(decodeMaps(signTogether(before, secretKeys).bytes).global, 0x06)).toEqual(Uint8Array.of(0))
  })

  test('says so by code where others wrote into it what is none of their fields', () => {
    const broken = withInputRows(psbt, [{ key: Uint8Array.of(0x14, 1), value: new Uint8Array(1) }])
    const result = signTogether(broken, secretKeys)
    expect(result.signatures).toHaveLength(1)
    expect(codeOf(() => result.transaction)).toBe('PSBT_MALFORMED')
  })
})
