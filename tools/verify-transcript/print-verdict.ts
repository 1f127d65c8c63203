import { inspect } from 'node:util'
import type { Conviction, TranscriptVerdict } from '@rondo/rounds'

// What a verdict looks like: a fact a line. Whatever strangers wrote is shown with its control characters spelled out.

export function transcriptLines(
  protocol: string,
  verdict: TranscriptVerdict & { readonly ok: true },
): readonly string[] {
  const { status, network, room, round, attempt, roster, culprits } = verdict
  const lines = [
    fact(status, `${protocol} on ${shown(network)}`),
    fact('room', room),
    ...(round === undefined ? [] : [fact('round', round), fact('attempt', String(attempt))]),
    ...roster.map(({ peerId, role }, at) =>
      fact(at === 0 ? 'members' : '', role === undefined ? peerId : `${peerId} ${shown(role)}`),
    ),
  ]
  if (verdict.status === 'completed') lines.push(fact('result', shown(verdict.result)))
  else lines.push(...verdict.waitingFor.map((peerId) => fact('missing', `${peerId} in ${verdict.phase}`)))
  const convicted = culprits.map((culprit) =>
    fact('convicted', `${culprit.peerId} of ${culprit.kind} in ${culprit.phase}: ${shown(culprit.reason)}`),
  )
  return [...lines, ...convicted]
}

export function convictionLines(protocol: string, conviction: Conviction): readonly string[] {
  const { culprit, kind, phase, reason, network, round, attempt, expiresMs } = conviction
  return [
    fact('evidence', `${protocol} on ${shown(network)}`),
    ...(round === undefined ? [] : [fact('round', round)]),
    ...(attempt === undefined ? [] : [fact('attempt', attempt)]),
    fact('convicted', `${culprit} of ${kind} in ${phase}: ${shown(reason)}`),
    fact('good until', new Date(expiresMs).toISOString()),
  ]
}

function fact(name: string, value: string): string {
  return `  ${name.padEnd(11)} ${value}`
}

/** On one line, texts without their quotes, bytes as hexadecimal digits. */
export function shown(value: unknown): string {
  const options = { depth: depthMax, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 1_024 }
  const text = inspect(withBytesSpelled(value), options)
  return typeof value === 'string' ? text.slice(1, -1) : text
}

const depthMax = 8

function withBytesSpelled(value: unknown, depth = 0): unknown {
  if (value instanceof Uint8Array) return { [inspect.custom]: () => Buffer.from(value).toString('hex') }
  if (typeof value !== 'object' || value === null || depth > depthMax) return value
  if (Array.isArray(value)) return value.map((each: unknown) => withBytesSpelled(each, depth + 1))
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withBytesSpelled(each, depth + 1)]))
}
