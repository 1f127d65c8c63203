import { stdout } from 'node:process'

// How the command writes to a person: one line an event, the time first, the same columns everywhere.

const color = stdout.hasColors?.() === true && process.env['NO_COLOR'] === undefined

function paint(code: number, text: string): string {
  return color ? `\u001b[${code}m${text}\u001b[0m` : text
}

/** A peer id, short enough for a line and long enough to tell peers apart. */
export function shortId(peerId: string): string {
  return `${peerId.slice(0, 12)}…`
}

export function printTitle(text: string, detail: string): void {
  stdout.write(`\n  ${paint(1, text)}   ${detail}\n\n`)
}

export function printFact(name: string, value: string): void {
  stdout.write(`  ${name.padEnd(9)} ${paint(36, value)}\n`)
}

export function printLine(who: string, event: string, detail: string): void {
  const time = new Date().toTimeString().slice(0, 8)
  stdout.write(`  ${paint(2, time)}  ${who.padEnd(7)} ${paint(32, event.padEnd(12))} ${detail}\n`)
}

export function printProblem(text: string): void {
  process.stderr.write(`  ${paint(31, 'error')}     ${text}\n`)
}

export function printBlank(): void {
  stdout.write('\n')
}
