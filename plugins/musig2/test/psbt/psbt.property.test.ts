import { schnorr } from '@noble/curves/secp256k1.js'
import { RondoError } from '@rondo/core'
import { base64, hex } from '@scure/base'
import { Transaction } from '@scure/btc-signer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type PsbtContents, readContents } from '../../src/psbt/contents.js'
import { itemsOfPsbt } from '../../src/psbt/items.js'
import { decodeMaps, encodeMaps } from '../../src/psbt/maps.js'
import { psbtBytes, readPsbt } from '../../src/psbt/psbt.js'
import { SigningTask } from '../../src/signing/task.js'
import { arbitraryPsbt, signersSecrets } from './arbitrary-psbt.js'
import { runScripts, spentBy } from './interpreter.js'
import { publicKeysOf, signTogether } from './signers.js'

const isFull = process.env['RONDO_TIER'] === 'full'
const signing = { numRuns: isFull ? 100 : 8 }
const reading = { numRuns: isFull ? 1_000 : 60 }

const options = { allowUnknownInputs: true, allowUnknownOutputs: true, unknown: 'ignore' } as const

/** What is not refused by one of the two codes goes through. */
function refuses(act: () => unknown): boolean {
  try {
    act()
    return false
  } catch (thrown) {
    const codes = ['PSBT_MALFORMED', 'PSBT_UNSUPPORTED']
    if (thrown instanceof RondoError && codes.includes(thrown.code)) return true
    throw thrown
  }
}

const rowTypes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x16, 0x17, 0x18, 0x1a, 0xfb]
const rowValues = ['', '00', '01', 'fd0100', '02000000', '00000080', '0065cd1d', 'ffffffff', 'ffffffffffffffff']
const rowEdit = fc.record({
  map: fc.nat(),
  type: fc.constantFrom(...rowTypes),
  value: fc.option(fc.constantFrom(...rowValues).map(hex.decode), { nil: undefined }),
})

/** Puts a row into one of the maps, or takes it out. */
function withRow(psbt: Uint8Array, map: number, type: number, value: Uint8Array | undefined): Uint8Array {
  const { global, inputs, outputs } = decodeMaps(psbt)
  const edited = [global, ...inputs, ...outputs].map((rows, at, { length }) => {
    if (at !== map % length) return rows
    const rest = rows.filter(({ key }) => key.length !== 1 || key[0] !== type)
    return value === undefined ? rest : [...rest, { key: Uint8Array.of(type), value }]
  })
  const [first = [], ...others] = edited
  return encodeMaps({ global: first, inputs: others.slice(0, inputs.length), outputs: others.slice(inputs.length) })
}

/** What a signature covers of it, as the library reads it all. */
function meaningOf(transaction: Transaction): unknown {
  const { version, lockTime, inputsLength, outputsLength } = transaction
  const inputs = Array.from({ length: inputsLength }, (_, at) => {
    // BIP-370: the last one, where none is given.
    const { txid = new Uint8Array(0), index, sequence = 0xffff_ffff, witnessUtxo } = transaction.getInput(at)
    return { outpoint: `${hex.encode(txid)}:${index}`, sequence, spent: witnessUtxo }
  })
  const outputs = Array.from({ length: outputsLength }, (_, at) => {
    const { script, amount } = transaction.getOutput(at)
    return { script, amount }
  })
  return { version, lockTime, inputs, outputs }
}

function meaningHere({ transaction: { version, lockTime }, inputs, outputs }: PsbtContents): unknown {
  return {
    ...{ version, lockTime },
    inputs: inputs.map(({ outpoint, sequence, spent }) => ({ outpoint, sequence, spent })),
    outputs: outputs.map(({ script, amount }) => ({ script, amount })),
  }
}

/** Undefined where it is refused. */
function readBy<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

describe('hostile bytes', () => {
  const readers = [itemsOfPsbt, decodeMaps, readPsbt, psbtBytes]

  test('of any kind are refused by code or read, and nothing else', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map((tail) => Uint8Array.of(0x70, 0x73, 0x62, 0x74, 0xff, ...tail)),
    )
    fc.assert(
      fc.property(bytes, (psbt) => {
        for (const read of readers) refuses(() => read(psbt))
      }),
      reading,
    )
  })

  test('mean what the library reads in them, where both read them, whatever rows are put in and taken out', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 })
    let both = 0
    fc.assert(
      fc.property(arbitraryPsbt, rowEdit, changes, (psbt, { map, type, value }, list) => {
        const mutated = withRow(psbt, map, type, value)
        for (const [at, byte] of list) mutated[at % mutated.length] = byte
        if (refuses(() => readContents(mutated))) return
        const library = readBy(() => Transaction.fromPSBT(mutated, { ...options, allowUnknownVersion: true }))
        if (library === undefined) return
        both++
        expect(meaningHere(readContents(mutated))).toEqual(meaningOf(library))
      }),
      { numRuns: 5 * reading.numRuns },
    )
    expect(both).toBeGreaterThan(reading.numRuns / 2)
  })

  test('cut out of a sound PSBT are refused', () => {
    fc.assert(
      fc.property(arbitraryPsbt, fc.double({ min: 0, max: 0.999, noNaN: true }), (psbt, share) => {
        expect(refuses(() => itemsOfPsbt(psbt.subarray(0, Math.floor(psbt.length * share))))).toBe(true)
      }),
      reading,
    )
  })

  test('that differ from a sound PSBT are refused, or signed for by keys that belong together', () => {
    const seats = publicKeysOf(signersSecrets).map((key) => [key])
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(arbitraryPsbt, changes, (psbt, list) => {
        const mutated = psbt.slice()
        for (const [at, byte] of list) mutated[at % mutated.length] = byte
        if (refuses(() => itemsOfPsbt(mutated))) return
        try {
          const task = new SigningTask({ seats, request: { kind: 'psbt', psbt: mutated } })
          for (const [at, item] of task.items.entries()) {
            task.keyOf(at)
            expect(item.message).toHaveLength(32)
          }
        } catch (thrown) {
          if (!(thrown instanceof RondoError)) throw thrown
          expect(['ORDER_REFUSED', 'KEYS_MISMATCH']).toContain(thrown.code)
        }
      }),
      reading,
    )
  })

  test('in text are refused by code or read', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        refuses(() => readPsbt(text))
      }),
      reading,
    )
  })
})

describe('a sound PSBT', () => {
  test('is the same bytes after its rows were read and written', () => {
    fc.assert(
      fc.property(arbitraryPsbt, (psbt) => {
        expect(encodeMaps(decodeMaps(psbt))).toEqual(psbt)
      }),
      reading,
    )
  })

  test('is the same as base64, with the ends of lines in it, as bytes, as text in bytes and as an object', () => {
    fc.assert(
      fc.property(arbitraryPsbt, (psbt) => {
        const lines = base64.encode(psbt).replace(/(.{64})/g, '$1\r\n')
        const transaction = Transaction.fromPSBT(psbt, options)
        for (const source of [lines, psbt, new TextEncoder().encode(`\n${lines}\n`), transaction])
          expect(psbtBytes(source)).toEqual(psbt)
      }),
      signing,
    )
  })

  test('is read by the bare library after it was signed, with every field as it was and ours beside them', () => {
    fc.assert(
      fc.property(arbitraryPsbt, (psbt) => {
        const items = itemsOfPsbt(psbt)
        const signed = signTogether(psbt, signersSecrets)
        const [before, after] = [psbt, signed.bytes].map((bytes) => Transaction.fromPSBT(bytes, options))
        expect(after!.unsignedTx).toEqual(before!.unsignedTx)
        for (let at = 0; at < before!.outputsLength; at++) expect(after!.getOutput(at)).toEqual(before!.getOutput(at))
        for (let at = 0; at < before!.inputsLength; at++) {
          const { tapKeySig, musig2PubNonce, musig2PartialSig, ...kept } = after!.getInput(at)
          expect(kept).toEqual(before!.getInput(at))
          const item = items.find(({ input }) => input === at)
          const counts = item === undefined ? [undefined, undefined] : [3, 3]
          expect([musig2PubNonce?.length, musig2PartialSig?.length]).toEqual(counts)
          if (item === undefined) continue
          expect(schnorr.verify(tapKeySig!.subarray(0, 64), item.message, item.outputKey!)).toBe(true)
        }
        expect(after!.toPSBT()).toEqual(signed.bytes)
      }),
      signing,
    )
  })

  test('makes inputs that the interpreter takes', () => {
    fc.assert(
      fc.property(arbitraryPsbt, (psbt) => {
        const signed = signTogether(psbt, signersSecrets)
        const transaction = Transaction.fromPSBT(signed.bytes, options)
        for (const { input } of signed.signatures) transaction.finalizeIdx(input)
        const valid = runScripts(transaction.toBytes(true, true), spentBy(psbt))
        expect(signed.signatures.map(({ input }) => valid[input])).toEqual(signed.signatures.map(() => true))
      }),
      signing,
    )
  })
})
