import { isContestantName, openEnds } from '../contestants/contestants.ts'
import { transportNames } from '../options.ts'
import { serveCalls } from './serve-calls.ts'

// One process of a contestant: does what the runner asks, and never outlives it. `contestant-process.ts <name> <transport>`

const [name = '', transportName] = process.argv.slice(2)
const transport = transportNames.find((each) => each === transportName)
if (!isContestantName(name) || transport === undefined)
  throw new TypeError(`no contestant ${name} over ${transportName}`)

process.on('disconnect', () => process.exit())
serveCalls(await openEnds(name, transport))
