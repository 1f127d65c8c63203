import { compactSize } from './compact-size.js'
import type { PsbtContents, PsbtInput } from './contents.js'
import { signatureRow, taprootKeyOf } from './items.js'
import { valueIn } from './maps.js'

// How large a transaction will be once it is signed, in virtual bytes of BIP-141. A signature of ours has 64 or 65 bytes, so this is
// exact for what is signed here; of others' inputs it is known where they are done, and where only one kind of signature fits.

interface Satisfaction {
  readonly scriptBytes: number
  readonly witnessBytes: number
}

/** Undefined where somebody's input may be satisfied by anything. `sighashes` are those of the inputs that are signed here. */
export function virtualBytesOf(
  { inputs, outputs }: PsbtContents,
  sighashes: ReadonlyMap<number, number>,
): number | undefined {
  const parts = inputs.map((input, at) => satisfactionOf(input, sighashes.get(at)))
  let bytes = 4 + compactSize(inputs.length).length + compactSize(outputs.length).length + 4
  for (const { script } of outputs) bytes += 8 + compactSize(script.length).length + script.length
  let witnessBytes = 2
  for (const part of parts) {
    if (part === undefined) return undefined
    bytes += 32 + 4 + compactSize(part.scriptBytes).length + part.scriptBytes + 4
    witnessBytes += part.witnessBytes
  }
  return Math.ceil((4 * bytes + witnessBytes) / 4)
}

const taproot = (signatureBytes: number): Satisfaction => ({ scriptBytes: 0, witnessBytes: 2 + signatureBytes })

function satisfactionOf({ rows, spent }: PsbtInput, sighash: number | undefined): Satisfaction | undefined {
  if (sighash !== undefined) return taproot(sighash === 0 ? 64 : 65)
  const [script, witness] = [valueIn(rows, signatureRow.finalScript), valueIn(rows, signatureRow.finalWitness)]
  if (script !== undefined || witness !== undefined)
    return { scriptBytes: script?.length ?? 0, witnessBytes: witness?.length ?? 1 }
  const signature = valueIn(rows, signatureRow.tapKeySignature)
  if (signature !== undefined) return taproot(signature.length)
  if (spent === undefined) return undefined
  if (taprootKeyOf(spent.script) !== undefined) return undefined
  // The hash of a key: a signature of 72 bytes at most, and the key.
  const isKeyHash = spent.script.length === 22 && spent.script[0] === 0 && spent.script[1] === 20
  return isKeyHash ? { scriptBytes: 0, witnessBytes: 1 + 1 + 72 + 1 + 33 } : undefined
}
