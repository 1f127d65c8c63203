import { serveCalls } from '../processes/serve-calls.ts'
import { createAttacks } from './attacks.ts'

// One attacker's process: does what the runner asks, and never outlives it.

process.on('disconnect', () => process.exit())
serveCalls(createAttacks())
