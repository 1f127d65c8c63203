// Keeps articles of its own and spends secrets, several at once, and tells of each that was acknowledged; then, some microseconds
// into another turn of them, dies by SIGKILL. Arguments: the location, the node, the number of this life, how many turns before
// that, how many microseconds.

import { writeSync } from 'node:fs'
import { parsePeerId } from '@rondo/core'
import { openLevelStore } from '@rondo/store-level'
import { createJournal } from '../../../dist/journal/create-journal.js'
import { articleIn, attempt, roomOf } from './lives.ts'

const [location = '', owner = '', life = '', turns = '', microseconds = ''] = process.argv.slice(2)
const store = await openLevelStore(location)
const journal = createJournal(store, {
  owner: parsePeerId(owner),
  report: (error) => {
    throw error
  },
})
await journal.load(0)
const room = roomOf(Number(life))
journal.open({ room, name: 'dice', version: 1, incarnation: room.slice(32), expiresMs: 1_000_000 })

for (let turn = 0; ; turn += 1) {
  if (turn === Number(turns)) dieAt(performance.now() + Number(microseconds) / 1_000)
  await Promise.all([0, 1, 2].map((each) => perform(3 * turn + each)))
}

async function perform(number: number): Promise<void> {
  await journal.keep(room, [articleIn(Number(life), number)], { durable: true })
  writeSync(1, `kept ${life} ${number}\n`)
  if (!(await journal.spend(room, attempt, `s${number}`))) throw new Error(`s${number} was spent before`)
  writeSync(1, `spent ${life} ${number}\n`)
}

/** Looks at the clock between all that happens here; the disk is written from another thread meanwhile. */
function dieAt(time: number): void {
  if (performance.now() >= time) process.kill(process.pid, 'SIGKILL')
  setImmediate(dieAt, time)
}
