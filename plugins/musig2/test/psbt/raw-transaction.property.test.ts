import { ByteReader } from '@rondo/core'
import { hex } from '@scure/base'
import { RawTx, Transaction } from '@scure/btc-signer'
import { CompactSizeLen } from '@scure/btc-signer/script.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compactSize, readCompactSize } from '../../src/psbt/compact-size.js'
import { readRawTransaction } from '../../src/psbt/raw-transaction.js'

const runs = { numRuns: process.env['RONDO_TIER'] === 'full' ? 5_000 : 100 }

const bytes = (maxLength: number) => fc.uint8Array({ maxLength })
const input = fc.record({
  txid: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  index: fc.nat(),
  finalScriptSig: bytes(30),
  sequence: fc.nat(),
})
const output = fc.record({ amount: fc.bigInt(0n, 2_100_000_000_000_000n), script: bytes(300) })
const transaction = fc
  .record({
    version: fc.constantFrom(1, 2),
    inputs: fc.array(input, { minLength: 1, maxLength: 4 }),
    outputs: fc.array(output, { minLength: 1, maxLength: 4 }),
    lockTime: fc.nat(),
    hasWitnesses: fc.boolean(),
    witness: fc.array(bytes(80), { minLength: 1, maxLength: 3 }),
  })
  .map(({ hasWitnesses, witness, ...parts }) => {
    const witnesses = parts.inputs.map(() => witness)
    return RawTx.encode({ ...parts, segwitFlag: hasWitnesses, witnesses: hasWitnesses ? witnesses : undefined })
  })

describe('a transaction', () => {
  test('has the id and the outputs that the library finds, with witnesses and without', () => {
    fc.assert(
      fc.property(transaction, (raw) => {
        const read = readRawTransaction(raw)
        const library = { allowUnknownOutputs: true, allowUnknownInputs: true, disableScriptCheck: true }
        const known = Transaction.fromRaw(raw, library)
        expect(hex.encode(read!.id())).toBe(known.id)
        expect(read!.inputCount).toBe(known.inputsLength)
        expect(read!.outputs).toEqual(RawTx.decode(raw).outputs)
      }),
      runs,
    )
  })

  test('is none where bytes are missing or too many', () => {
    fc.assert(
      fc.property(transaction, fc.nat(), (raw, at) => {
        expect(readRawTransaction(raw.subarray(0, at % raw.length))).toBeUndefined()
        expect(readRawTransaction(Uint8Array.of(...raw, 0))).toBeUndefined()
      }),
      runs,
    )
  })

  test('is read from any bytes without a throw', () => {
    fc.assert(
      fc.property(bytes(200), (raw) => {
        readRawTransaction(raw)
      }),
      runs,
    )
  })
})

describe('a compact size', () => {
  test('is what the library writes, and is read back', () => {
    const sizes = fc.oneof(fc.nat(0x1_0010), fc.nat(), fc.constantFrom(0xfc, 0xfd, 0xffff, 0x1_0000, 0xffff_ffff))
    fc.assert(
      fc.property(sizes, (size) => {
        const written = compactSize(size)
        expect(written).toEqual(CompactSizeLen.encode(size))
        const reader = new ByteReader(written)
        expect([readCompactSize(reader), reader.failed, reader.remaining]).toEqual([size, false, 0])
      }),
      runs,
    )
  })

  test.each([
    ['fd fc 00', 'two bytes for what one holds'],
    ['fe ff ff 00 00', 'four bytes for what two hold'],
    ['ff ff ff ff ff 00 00 00 00', 'eight bytes for what four hold'],
    ['ff 00 00 00 00 01 00 00 00', 'more than there can be'],
    ['fd 00', 'bytes that are missing'],
  ])('is none: %s, %s', (text) => {
    const reader = new ByteReader(hex.decode(text.replaceAll(' ', '')))
    readCompactSize(reader)
    expect(reader.failed).toBe(true)
  })
})
