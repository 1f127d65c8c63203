import { transportNames } from '../options.ts'
import { serveCalls } from '../processes/serve-calls.ts'
import { createMembers } from './members.ts'

// One process of members: does what the runner asks, and never outlives it. `members-process.ts <transport>`

const transport = transportNames.find((each) => each === process.argv[2])
if (transport === undefined) throw new TypeError(`no members over ${process.argv[2]}`)

process.on('disconnect', () => process.exit())
serveCalls({ members: createMembers(transport) })
