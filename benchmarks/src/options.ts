import { parseArgs } from 'node:util'
import type { BenchCase, TransportName } from './bench-case.ts'

export const transportNames = ['ws', 'memory'] as const satisfies readonly TransportName[]

/** What attackers cost: cases of their own, over WebSockets. */
export const hostileSuite = 'hostile'

export interface BenchOptions {
  readonly transport: TransportName
  /** At least one; all that the transport has where none is named. */
  readonly cases: readonly BenchCase[]
  readonly quick: boolean
  readonly jsonFile: string | undefined
  readonly cpuProfDir: string | undefined
  readonly reportDir: string | undefined
}

/** A report of rows that an earlier run wrote. */
export interface ReportOptions {
  readonly rowsFile: string
  readonly reportDir: string
}

/** The command line does not say what to do. */
export class UsageError extends Error {}

/** Reads the command line; throws `UsageError` where it names what is not there. */
export function parseBenchOptions(
  args: readonly string[],
  cases: readonly BenchCase[],
  hostileCases: readonly BenchCase[] = [],
): BenchOptions | ReportOptions | 'help' {
  const { values, positionals } = parse(args)
  if (values.help) return 'help'
  const [word = '', ...more] = positionals
  if (word === 'report') return reportOf(more, values)
  const transport = word === hostileSuite ? 'ws' : transportNames.find((name) => name === word)
  if (transport === undefined || more.length > 0) {
    const words = `${transportNames.join(', ')} or ${hostileSuite}`
    throw new UsageError(`Name one transport or suite, ${words}, not '${positionals.join(' ')}'.`)
  }
  return {
    transport,
    cases: choose(values.case, word === hostileSuite ? hostileCases : cases, transport),
    quick: values.quick,
    jsonFile: values.json,
    cpuProfDir: values['cpu-prof'],
    reportDir: values.report,
  }
}

function reportOf(files: readonly string[], { report }: { readonly report?: string }): ReportOptions {
  const [rowsFile, ...more] = files
  if (rowsFile === undefined || more.length > 0 || report === undefined) {
    throw new UsageError('Name one file that --json wrote, and with --report the folder that the report goes to.')
  }
  return { rowsFile, reportDir: report }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        case: { type: 'string', multiple: true, default: [] },
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        'cpu-prof': { type: 'string' },
        report: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function choose(names: readonly string[], cases: readonly BenchCase[], transport: TransportName): readonly BenchCase[] {
  const served = cases.filter(({ transports }) => transports.includes(transport))
  if (names.length === 0) return served
  return names.map((name) => {
    const found = served.find((each) => each.name === name)
    if (found !== undefined) return found
    throw new UsageError(
      `There is no case '${name}' over ${transport}; there are ${served.map(({ name }) => name).join(', ')}.`,
    )
  })
}
