import { parseArgs } from 'node:util'
import type { BenchCase, TransportName } from './bench-case.ts'

export const transportNames = ['ws', 'memory'] as const satisfies readonly TransportName[]

/** Cases of their own, each over the transports that it names itself. */
export type Suites = Readonly<Record<string, readonly BenchCase[]>>

export interface ChosenCase {
  readonly benchCase: BenchCase
  readonly transport: TransportName
}

export interface BenchOptions {
  /** A transport or a suite. */
  readonly what: string
  /** At least one; all that there are where none is named. */
  readonly cases: readonly ChosenCase[]
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
  suites: Suites = {},
): BenchOptions | ReportOptions | 'help' {
  const { values, positionals } = parse(args)
  if (values.help) return 'help'
  const [word = '', ...more] = positionals
  if (word === 'report') return reportOf(more, values)
  const transport = transportNames.find((name) => name === word)
  const suite = Object.hasOwn(suites, word) ? suites[word] : undefined
  if ((transport === undefined && suite === undefined) || more.length > 0) {
    const words = [...transportNames, ...Object.keys(suites)].join(', ')
    throw new UsageError(`Name one transport or suite of ${words}, not '${positionals.join(' ')}'.`)
  }
  const offered = transport === undefined ? (suite ?? []) : cases
  return {
    what: word,
    cases: choose(values.case, offered.flatMap(over(transport)), word),
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

/** Over the transport that is asked for, or else over each that a case has. */
function over(transport: TransportName | undefined): (benchCase: BenchCase) => readonly ChosenCase[] {
  return (benchCase) =>
    benchCase.transports
      .filter((each) => transport === undefined || each === transport)
      .map((each) => ({ benchCase, transport: each }))
}

function choose(names: readonly string[], offered: readonly ChosenCase[], what: string): readonly ChosenCase[] {
  if (names.length === 0) return offered
  return names.flatMap((name) => {
    const found = offered.filter(({ benchCase }) => benchCase.name === name)
    if (found.length > 0) return found
    throw new UsageError(
      `There is no case '${name}' over ${what}; there are ${offered.map(({ benchCase }) => benchCase.name).join(', ')}.`,
    )
  })
}
