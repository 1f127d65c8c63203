import { Transaction } from '@scure/btc-signer'
import { describe, expect, test } from 'vitest'
import { psbtBytesMax } from '../../src/options.js'
import { jointOutput } from '../../src/psbt/joint-output.js'
import { psbtBase64, psbtBytes, readPsbt } from '../../src/psbt/psbt.js'
import { codeOf, reasonOf } from './refusal.js'
import { publicKeysOf, secretKeysOf, txidOf } from './signers.js'

const joint = jointOutput(publicKeysOf(secretKeysOf('forms', 2)))
const transaction = new Transaction()
transaction.addInput(joint.input({ txid: txidOf(0), index: 0, amount: 10_000n }))
transaction.addOutput(joint.output(9_000n))
const psbt = transaction.toPSBT()

describe('the forms of a PSBT', () => {
  test('are read as what they are', () => {
    const base64 = psbtBase64(psbt)
    for (const source of [base64, ` ${base64}\n`, psbt, new TextEncoder().encode(base64), transaction])
      expect(psbtBytes(source)).toEqual(psbt)
    expect(readPsbt(base64).unsignedTx).toEqual(transaction.unsignedTx)
  })

  test('may come from any copy of the library', () => {
    expect(psbtBytes({ toPSBT: () => psbt })).toEqual(psbt)
  })

  test.each([
    ['hexadecimal', Buffer.from(psbt).toString('hex'), /hexadecimal/],
    ['text that is no base64', 'cHNidP8B!', /no base64/],
    ['base64 of something else', Buffer.from('something else').toString('base64'), /does not begin/],
    ['nothing', '', /does not begin/],
  ])('are refused as malformed, with a reason: %s', (_, text, why) => {
    expect(codeOf(() => psbtBytes(text))).toBe('PSBT_MALFORMED')
    expect(reasonOf(() => psbtBytes(text))).toMatch(why)
  })

  test('are refused where they are too long, before they are decoded', () => {
    expect(codeOf(() => psbtBytes(new Uint8Array(psbtBytesMax + 1)))).toBe('PSBT_UNSUPPORTED')
    expect(codeOf(() => psbtBytes('A'.repeat(2 * psbtBytesMax + 1)))).toBe('PSBT_UNSUPPORTED')
  })

  test('are refused where an object cannot be written as a PSBT', () => {
    const broken = {
      toPSBT: () => {
        throw new Error('no input')
      },
    }
    expect(reasonOf(() => psbtBytes(broken))).toBe('PSBT_MALFORMED: this is no partially signed transaction: no input')
  })

  test('are a mistake where they are none', () => {
    // @ts-expect-error a number is none
    expect(() => psbtBytes(5)).toThrow(TypeError)
    // @ts-expect-error nor is nothing
    expect(() => psbtBytes(undefined)).toThrow(TypeError)
  })
})
