import type { BenchCase } from './bench-case.ts'

interface SuitesOfHelp {
  readonly hostile: readonly BenchCase[]
  readonly rounds: readonly BenchCase[]
  readonly musig2: readonly BenchCase[]
}

/** One screen. */
export function helpText(cases: readonly BenchCase[], { hostile, rounds, musig2 }: SuitesOfHelp): string {
  const namesOf = (suite: readonly BenchCase[]): string => suite.map(({ name }) => name).join(', ')
  const lines = cases.map(({ name, about, transports }) => `  ${name.padEnd(16)}${about} (${transports.join(', ')})`)
  const attacks = hostile.map(({ name, about }) => `  ${name.padEnd(20)}${about}`)
  return `Measures Rondo and, in the same invocation, the baselines that it is compared with.

  npm run bench -- <transport or suite> [--quick] [--case NAME] [--json FILE] [--report DIR] [--cpu-prof DIR]
  npm run bench -- report FILE --report DIR

  ws              two processes over loopback, beside bare ws
  memory          both ends in one process, no wire: what core alone costs; no baselines
  hostile         what attackers cost an honest pair, with the attack and without in turns
  rounds          the round engine, from two members to a hundred: ${namesOf(rounds)}
  musig2          signing rounds: ${namesOf(musig2)}
  report FILE     measures nothing; a report of the rows that --json wrote to FILE

  --quick         fewer and shorter runs; the figures are rougher, the ratios nearly hold
  --case NAME     only this case; may be given again
  --json FILE     writes the rows: { case, transport, payloadBytes, value, unit, vs: { "<baseline>": ratio }, … }
  --report DIR    writes a report with plots: README.md with its figures, and index.html, which is whole by itself
  --cpu-prof DIR  writes a CPU profile of every process

Cases:
${lines.join('\n')}
Attacks:
${attacks.join('\n')}

Baselines: raw-ws sends one message a frame, raw-ws-coalesced 64; socket.io; libp2p over ws, noise and yamux; gossipsub
with StrictSign. Deflate is off, and all but gossipsub, which cannot, wait above a mark for what has not left yet.
Contestants take turns (A B A B), so its mood hits all: compare ratios, not runs on two days. Every message is counted
and checksummed by its receiver; a difference fails the run. Saturated: as fast as the receiver takes it. Paced: the
same fixed load for everybody. Latency is one way, sender's call to receiver's handler. The limits never bind.
`
}
