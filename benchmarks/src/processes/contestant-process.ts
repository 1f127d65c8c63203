import { isContestantName, openEnds } from '../contestants/contestants.ts'
import { transportNames } from '../options.ts'
import type { Call, Reply } from './call.ts'

// One process of a contestant: does what the runner asks, and never outlives it. `contestant-process.ts <name> <transport>`

const [name = '', transportName] = process.argv.slice(2)
const transport = transportNames.find((each) => each === transportName)
if (!isContestantName(name) || transport === undefined)
  throw new TypeError(`no contestant ${name} over ${transportName}`)

process.on('disconnect', () => process.exit())
const ends = await openEnds(name, transport)

process.on('message', async ({ id, end, command, argument }: Call) => {
  try {
    // Both sides of the channel are this program, and `BenchProcess.call` has checked the types.
    const commands = ends[end] as Readonly<Record<string, (argument: unknown) => unknown>>
    reply({ id, ok: true, value: await commands[command]?.(argument) })
  } catch (error) {
    reply({ id, ok: false, message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
})

function reply(message: Reply): void {
  process.send?.(message)
}
