import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { allCases } from './cases.ts'
import { helpText } from './help.ts'
import { hostileCases } from './hostile/hostile-cases.ts'
import { musig2Cases } from './musig2/musig2-cases.ts'
import { type BenchOptions, parseBenchOptions, type ReportOptions, UsageError } from './options.ts'
import { fullPlan, quickPlan } from './plan.ts'
import { readRows } from './report/read-rows.ts'
import { writeReport } from './report/write-report.ts'
import { roundsCases } from './rounds/rounds-cases.ts'
import { type Made, type Row, toRows } from './row.ts'
import { formatTable } from './table.ts'

const suites = { hostile: hostileCases, rounds: roundsCases, musig2: musig2Cases }

/** Where the command writes. */
export interface Terminal {
  out(text: string): void
  error(text: string): void
}

/** Runs the benchmarks that the arguments ask for. Returns the exit code: a goal missed is no failure, a run that broke is. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const options = parseBenchOptions(args, allCases, suites)
    if (options === 'help') terminal.out(helpText(allCases, suites))
    else if ('rowsFile' in options) await reportOn(options, terminal)
    else await runCases(options, terminal)
    return 0
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.error(`${error.message}\nnpm run bench -- --help explains.\n`)
      return 2
    }
    terminal.error(`\n${error instanceof Error ? error.stack : String(error)}\n`)
    return 1
  }
}

async function runCases(options: BenchOptions, terminal: Terminal): Promise<void> {
  const { what, cases, quick, jsonFile, cpuProfDir, reportDir } = options
  const plan = quick ? quickPlan : fullPlan
  const made = describeRun(quick)
  terminal.out(`${made.plan} run, ${what}, Node ${made.node}, ${made.cores} cores\n\n`)
  const rows: Row[] = []
  for (const { benchCase, transport } of cases) {
    terminal.error(`${benchCase.name} …\n`)
    rows.push(...toRows(benchCase, transport, await benchCase.measure({ transport, plan, cpuProfDir }), made))
  }
  terminal.out(`\n${formatTable(rows)}\n`)
  if (jsonFile !== undefined) await writeFile(jsonFile, `${JSON.stringify(rows, undefined, 2)}\n`)
  if (reportDir !== undefined) await report(rows, reportDir, terminal)
}

function describeRun(quick: boolean): Made {
  return {
    at: new Date().toISOString(),
    plan: quick ? 'quick' : 'full',
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
  }
}

async function reportOn({ rowsFile, reportDir }: ReportOptions, terminal: Terminal): Promise<void> {
  await report(readRows(await readFile(rowsFile, 'utf8')), reportDir, terminal)
}

async function report(rows: readonly Row[], dir: string, terminal: Terminal): Promise<void> {
  await writeReport(rows, [...allCases, ...Object.values(suites).flat()], dir)
  terminal.out(`\nThe report is in ${dir}: README.md and index.html.\n`)
}
