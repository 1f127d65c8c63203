import { hex } from '@scure/base'
import type { MessageSigningRequest, PsbtSigningRequest, SigningRequest } from './approval.js'
import { formatBitcoin, printable } from './psbt/printable.js'
import { describeOutputScript } from './psbt/script-text.js'
import type { InputSummary, OutputSummary } from './psbt/summary.js'
import { warningsOf } from './psbt/warnings.js'

// What a terminal shows of a request. First who signs, then what leaves, what stays and what it costs, and last what to be wary of: the
// line above the question is the one that is read.

/**
 * A request in words, for whoever has to say yes. Nothing in it can move the cursor or change the direction of the text.
 *
 * @example
 * const approve = (request) => ask(`${describeRequest(request)}\nSign?`)
 */
export function describeRequest(request: SigningRequest): string {
  const asks = request.isMine ? 'You ask' : `${printable(request.from)} asks`
  const what = request.kind === 'psbt' ? 'a transaction' : 'a message'
  const about = request.kind === 'psbt' ? transactionLines(request) : messageLines(request)
  const warnings = request.kind === 'psbt' ? warningsOf(request) : messageWarnings
  return [
    `${asks} ${request.signers.length} signers to sign ${what}.`,
    '',
    ...section('Signers', request.signers.map(signerLine)),
    ...about,
    ...(warnings.length > 0 ? [''] : []),
    ...warnings.map((warning) => `! ${warning}`),
  ].join('\n')
}

const messageWarnings = [
  'These 32 bytes can stand for anything, a payment of all coins of this key among it.',
  'Sign them only if your own program says what they are.',
]

function messageLines({ message, aggregateKey, tweaks }: MessageSigningRequest): readonly string[] {
  return [
    `Message        ${hex.encode(message)}`,
    `Joint key      ${hex.encode(aggregateKey)}${tweaks.length > 0 ? ` (with ${count(tweaks.length, 'tweak')})` : ''}`,
  ]
}

function transactionLines(request: PsbtSigningRequest): readonly string[] {
  const { inputs, outputs, fee, cost, sent } = request
  return [
    ...section('Pays', outputs.filter(isNotChange).map(outputLine)),
    ...section('Comes back to the signers', outputs.filter(({ isChange }) => isChange).map(outputLine)),
    ...section('Spends, and is signed here', inputs.filter(({ isSigned }) => isSigned).map(inputLine)),
    ...section('Spends, and is not signed here', inputs.filter(({ isSigned }) => !isSigned).map(inputLine)),
    ...(request.network === 'mainnet' ? [] : [`Network        ${request.network}`]),
    `Sent away      ${formatBitcoin(sent)}`,
    `Fee            ${formatBitcoin(fee)}${rateOf(request)}`,
    `Signers pay    ${formatBitcoin(cost)}`,
    ...lockLines(request),
  ]
}

const isNotChange = ({ isChange }: OutputSummary): boolean => !isChange

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), '']
}

function outputLine({ amount, address, script }: OutputSummary): string {
  return `${formatBitcoin(amount)}  ${address ?? describeOutputScript(script)}`
}

function inputLine({ amount, address, outpoint }: InputSummary): string {
  return `${formatBitcoin(amount)}  ${address ?? 'no address'}  (${outpoint})`
}

function rateOf({ feeRate, virtualBytes }: PsbtSigningRequest): string {
  if (feeRate === undefined) return '  (others’ signatures decide for how many bytes)'
  return `  (${feeRate.toFixed(1)} sat/vB for ${virtualBytes} vB)`
}

function lockLines({ lockTime, isReplaceable }: PsbtSigningRequest): readonly string[] {
  const replace = isReplaceable ? ['Replaceable    yes, until it is in a block'] : []
  if (lockTime === undefined) return replace
  const from = 'height' in lockTime ? `block ${lockTime.height}` : new Date(lockTime.unixSeconds * 1000).toISOString()
  return [`Not before     ${from}`, ...replace]
}

const keysShown = 4

function signerLine({ peerId, publicKeys }: SigningRequest['signers'][number]): string {
  const keys = publicKeys.slice(0, keysShown).map((key) => hex.encode(key))
  const more = publicKeys.length > keysShown ? `, and ${publicKeys.length - keysShown} more` : ''
  return `${printable(peerId)}  ${keys.join(', ')}${more}`
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`
}
