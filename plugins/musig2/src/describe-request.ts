import { hex } from '@scure/base'
import type { MessageSigningRequest, PsbtSigningRequest, SigningRequest } from './approval.js'
import { sumOf } from './psbt/contents.js'
import { formatBitcoin, printable } from './psbt/printable.js'
import { describeOutputScript } from './psbt/script-text.js'
import type { InputSummary, LockTime, OutputSummary } from './psbt/summary.js'
import { warningsOf } from './psbt/warnings.js'
import { wrapped } from './wrapped.js'

// What a terminal of 80 columns shows of a request. First who signs, and what is spent, then what leaves, what stays and what it costs,
// and last what to be wary of: the lines above the question are those that are read.

/**
 * A request in words, for whoever has to say yes. Nothing in it can move the cursor, change the direction of the text, or begin a line.
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
    ...wrapped(`${asks} ${request.signers.length} signers to sign ${what}.`.split(' '), '', ''),
    '',
    ...section('Signers', request.signers.map(signerParts)),
    ...about,
    ...(warnings.length > 0 ? [''] : []),
    ...warnings.flatMap((warning) => wrapped(warning.split(' '), '! ', '  ')),
  ].join('\n')
}

const messageWarnings = [
  'These 32 bytes can stand for anything, a payment of all coins of this key among it.',
  'Sign them only if your own program says what they are.',
]

function messageLines({ message, aggregateKey, tweaks }: MessageSigningRequest): readonly string[] {
  const tweaked = tweaks.length > 0 ? [`(with ${count(tweaks.length, 'tweak')})`] : []
  return [...field('Message', hex.encode(message)), ...field('Joint key', hex.encode(aggregateKey), ...tweaked)]
}

function transactionLines(request: PsbtSigningRequest): readonly string[] {
  const { inputs, outputs, fee, cost, sent } = request
  const isNotSigned = ({ isSigned }: InputSummary): boolean => !isSigned
  const isNotChange = ({ isChange }: OutputSummary): boolean => !isChange
  return [
    ...section('Spends, and is signed here', inputsInParts(inputs.filter(({ isSigned }) => isSigned))),
    ...section('Spends, and is not signed here', inputsInParts(inputs.filter(isNotSigned))),
    ...section('Pays', outputs.filter(isNotChange).map(outputParts)),
    ...section('Comes back to the signers', outputs.filter(({ isChange }) => isChange).map(outputParts)),
    ...(request.network === 'mainnet' ? [] : field('Network', request.network)),
    ...field('Sent away', formatBitcoin(sent)),
    ...field('Fee', formatBitcoin(fee), rateOf(request)),
    ...(cost < 0n ? field('Signers gain', formatBitcoin(-cost)) : field('Signers pay', formatBitcoin(cost))),
    ...timeLines(request),
  ]
}

/** What stands side by side, or below each other where it does not fit. */
type Parts = readonly string[]

function section(title: string, rows: readonly Parts[]): readonly string[] {
  return rows.length === 0 ? [] : [title, ...rows.flatMap((parts) => wrapped(parts, '  ', '      ', '  ')), '']
}

function field(name: string, ...parts: Parts): readonly string[] {
  return wrapped(parts, name.padEnd(15), ' '.repeat(15), '  ')
}

function outputParts({ amount, address, script, path }: OutputSummary): Parts {
  const derived = path === undefined ? [] : [`(path ${path.join('/')})`]
  return [formatBitcoin(amount), address ?? describeOutputScript(script), ...derived]
}

const inputsShown = 5

/** Of many, some and the sum of the rest: what matters of them is what they come to. */
function inputsInParts(inputs: readonly InputSummary[]): readonly Parts[] {
  const rest = inputs.slice(inputsShown)
  const shown = inputs.slice(0, inputsShown).map(({ amount, address, outpoint }) => {
    return [formatBitcoin(amount), address ?? 'no address', outpoint]
  })
  return rest.length === 0 ? shown : [...shown, [formatBitcoin(sumOf(rest)), `in ${rest.length} more`]]
}

function rateOf({ feeRate, virtualBytes }: PsbtSigningRequest): string {
  if (feeRate === undefined) return '(others decide for how many bytes)'
  return `(${feeRate.toFixed(1)} sat/vB for ${virtualBytes} vB)`
}

function timeLines({ lockTime, inputAge, isReplaceable }: PsbtSigningRequest): readonly string[] {
  const { blocks = 0, seconds = 0 } = inputAge ?? {}
  return [
    ...(lockTime === undefined ? [] : field('Not before', timeOf(lockTime))),
    ...(blocks > 0 ? field('Not before', `${count(blocks, 'block')} after what it spends`) : []),
    ...(seconds > 0 ? field('Not before', `${(seconds / 86_400).toFixed(1)} days after what it spends`) : []),
    ...(isReplaceable ? field('Replaceable', 'yes, until it is in a block') : []),
  ]
}

function timeOf(lockTime: LockTime): string {
  return 'height' in lockTime ? `block ${lockTime.height}` : new Date(lockTime.unixSeconds * 1000).toISOString()
}

const keysShown = 4

function signerParts({ peerId, publicKeys }: SigningRequest['signers'][number]): Parts {
  const keys = publicKeys.slice(0, keysShown).map((key) => hex.encode(key))
  return [
    printable(peerId),
    ...keys,
    ...(publicKeys.length > keysShown ? [`and ${publicKeys.length - keysShown} more`] : []),
  ]
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`
}
