import { ByteReader, platformCrypto } from '@rondo/core'
import { readCompactSize } from './compact-size.js'

// A transaction as its bytes stand in blocks, read once from end to end: its id, and what others may spend of it. The library would
// make an object of each output and check it: a quarter of a second for one that somebody made of nothing but outputs.

export interface PreviousOutput {
  readonly script: Uint8Array
  /** In satoshi. */
  readonly amount: bigint
}

export interface RawTransaction {
  readonly inputCount: number
  readonly outputs: readonly PreviousOutput[]
  /** 32 bytes, in the order in which explorers write them. */
  id(): Uint8Array
}

/** Undefined where it is none. */
export function readRawTransaction(bytes: Uint8Array): RawTransaction | undefined {
  const reader = new ByteReader(bytes)
  reader.skip(4)
  const hasWitnesses = bytes[4] === 0 && bytes[5] === 1
  if (hasWitnesses) reader.skip(2)
  const begin = reader.position
  const inputCount = readInputs(reader)
  const outputs = readOutputs(reader)
  const end = reader.position
  if (hasWitnesses) for (let input = 0; input < inputCount && !reader.failed; input++) skipWitness(reader)
  const lockTime = reader.bytes(4)
  if (reader.failed || reader.remaining > 0) return undefined
  const id = (): Uint8Array => {
    const whole = new Uint8Array(end - begin + 8)
    whole.set(bytes.subarray(0, 4))
    whole.set(bytes.subarray(begin, end), 4)
    whole.set(lockTime, end - begin + 4)
    return platformCrypto.sha256(platformCrypto.sha256(whole)).reverse()
  }
  return { inputCount, outputs, id }
}

function readInputs(reader: ByteReader): number {
  const count = readCompactSize(reader)
  for (let input = 0; input < count && !reader.failed; input++) {
    reader.skip(36)
    reader.skip(readCompactSize(reader))
    reader.skip(4)
  }
  return count
}

function readOutputs(reader: ByteReader): readonly PreviousOutput[] {
  const count = readCompactSize(reader)
  const outputs: PreviousOutput[] = []
  while (outputs.length < count && !reader.failed) outputs.push(readOutput(reader))
  return outputs
}

/** An amount, and a script. */
export function readOutput(reader: ByteReader): PreviousOutput {
  const amount = reader.bytes(8)
  const script = reader.bytes(readCompactSize(reader))
  if (reader.failed) return { amount: 0n, script }
  return { amount: new DataView(amount.buffer, amount.byteOffset, 8).getBigUint64(0, true), script }
}

function skipWitness(reader: ByteReader): void {
  const count = readCompactSize(reader)
  for (let item = 0; item < count && !reader.failed; item++) reader.skip(readCompactSize(reader))
}
