import { equalBytes } from '@rondo/core'
import { formatBitcoin } from './printable.js'
import type { TransactionSummary } from './summary.js'

// What a person should stop at. Each is a sentence, and only what is out of the ordinary has one: a list that is always there is not read.

/** A tenth of what is sent. */
const feeShareMax = 10n
/** In satoshi: 0.01 BTC. */
const feeMax = 1_000_000n
const feeRateMax = 500
const inputsNamedMax = 5
/** Wallets count their addresses from 0, and look for the next few. */
const pathStepMax = 100_000
/** The one script that has an address and no owner: it lets anybody raise the fee. */
const payToAnchor = Uint8Array.of(0x51, 2, 0x4e, 0x73)

/** In the order in which they matter. */
export function warningsOf(summary: TransactionSummary): readonly string[] {
  return [...feeWarnings(summary), ...outputWarnings(summary), ...inputWarnings(summary)]
}

function feeWarnings({ fee, feeRate, sent }: TransactionSummary): readonly string[] {
  const warnings: string[] = []
  if (sent > 0n && fee * feeShareMax > sent)
    warnings.push(`The fee is ${(Number((fee * 1000n) / sent) / 10).toFixed(1)} % of what is sent away.`)
  if (fee > feeMax) warnings.push(`The fee is high: ${formatBitcoin(fee).trim()}.`)
  if (feeRate !== undefined && feeRate > feeRateMax)
    warnings.push(`The fee rate is high: ${feeRate.toFixed(0)} sat/vB.`)
  if (feeRate !== undefined && feeRate < 1) warnings.push('The fee is below 1 sat/vB: it may never be in a block.')
  return warnings
}

function outputWarnings({ outputs, inputs }: TransactionSummary): readonly string[] {
  const warnings: string[] = []
  const bare = outputs.filter(({ address, script }) => address === undefined && script[0] !== 0x6a)
  if (bare.length > 0)
    warnings.push(`${named(bare.length, 'output has', 'outputs have')} no address: look at the script.`)
  if (outputs.some(({ amount, script }) => amount > 0n && script[0] === 0x6a))
    warnings.push('Coins that are sent to data are lost.')
  const anchor = outputs.find(({ amount, script }) => amount > 0n && equalBytes(script, payToAnchor))
  if (anchor !== undefined) warnings.push(`Whoever comes first may take what is paid to ${anchor.address}, an anchor.`)
  const addresses = new Set(
    inputs.flatMap(({ address, isSigned }) => (isSigned && address !== undefined ? [address] : [])),
  )
  if (!outputs.some(({ isChange }) => isChange) && addresses.size > 0)
    warnings.push('Nothing of it comes back to keys that are known to be these signers’.')
  const far = outputs.find(({ path = [] }) => path.some((step) => step > pathStepMax))
  if (far?.path !== undefined)
    warnings.push(`Change to the path ${far.path.join('/')}: a wallet may not find it without this PSBT.`)
  return warnings
}

function inputWarnings({ inputs }: TransactionSummary): readonly string[] {
  const others = inputs.flatMap(({ isSigned, isOurs }, at) => (isSigned || isOurs ? [] : [at]))
  const left = inputs.flatMap(({ isSigned, isOurs }, at) => (isOurs && !isSigned ? [at] : []))
  const warnings: string[] = []
  if (left.length > 0)
    warnings.push(
      `${named(left.length, 'input', 'inputs')} of the signers (${listed(left)}) not signed here: counted in what they pay.`,
    )
  if (others.length > 0)
    warnings.push(
      `${named(others.length, 'input', 'inputs')} signed by others (${listed(others)}): if any is yours, you pay more than is said here.`,
    )
  return warnings
}

function listed(inputs: readonly number[]): string {
  return inputs.slice(0, inputsNamedMax).join(', ') + (inputs.length > inputsNamedMax ? ', …' : '')
}

function named(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
