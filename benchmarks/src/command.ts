import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { allCases } from './cases.ts'
import { helpText } from './help.ts'
import { type BenchOptions, parseBenchOptions, UsageError } from './options.ts'
import { fullPlan, quickPlan } from './plan.ts'
import { type Row, toRows } from './row.ts'
import { formatTable } from './table.ts'

/** Where the command writes. */
export interface Terminal {
  out(text: string): void
  error(text: string): void
}

/** Runs the benchmarks that the arguments ask for. Returns the exit code: a goal missed is no failure, a run that broke is. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const options = parseBenchOptions(args, allCases)
    if (options === 'help') terminal.out(helpText(allCases))
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
  const { transport, cases, quick, jsonFile, cpuProfDir } = options
  const plan = quick ? quickPlan : fullPlan
  const cores = availableParallelism()
  terminal.out(`${quick ? 'quick' : 'full'} run over ${transport}, Node ${process.versions.node}, ${cores} cores\n\n`)
  const rows: Row[] = []
  for (const each of cases) {
    terminal.error(`${each.name} …\n`)
    rows.push(...toRows(each, transport, await each.measure({ transport, plan, cpuProfDir })))
  }
  terminal.out(`\n${formatTable(rows)}\n`)
  if (jsonFile !== undefined) await writeFile(jsonFile, `${JSON.stringify(rows, undefined, 2)}\n`)
}
