import type { Logger } from './env.js'

/** Enough for a line that somebody reads; what strangers send never fills the screen. */
const fieldLengthMax = 200

/** Warnings and errors on the console, a line each; debug and info go nowhere. */
export const consoleLogger: Logger = (level, text, fields) => {
  if (level === 'warn') console.warn(describe(level, text, fields))
  if (level === 'error') console.error(describe(level, text, fields))
}

function describe(level: string, text: string, fields: Readonly<Record<string, unknown>> = {}): string {
  const named = Object.entries(fields).map(([name, value]) => ` ${name}=${describeValue(value)}`)
  return `rondo ${level}: ${text}${named.join('')}`
}

function describeValue(value: unknown): string {
  const text = printable(value)
  return text.length > fieldLengthMax ? `${text.slice(0, fieldLengthMax)}…` : text
}

/** On one line and without control characters, whatever the value. */
function printable(value: unknown): string {
  try {
    const plain = value instanceof Error ? value.message : value
    const text = JSON.stringify(plain, (_, inner) => (typeof inner === 'bigint' ? `${inner}n` : inner)) ?? String(plain)
    return text.replace(/[\u007f-\u009f\u2028\u2029]/g, '\ufffd')
  } catch {
    return '(unprintable)'
  }
}
