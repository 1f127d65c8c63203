// Opens the store, writes durable batches and tells of each one that was acknowledged; then, some
// microseconds into another, dies by SIGKILL. Arguments: the location, how many batches before that, how many microseconds.

import { writeSync } from 'node:fs'
import { openLevelStore } from '@rondo/store-level'
import { readLast, writeNext } from './journal.ts'

const [location = '', batches = '', microseconds = ''] = process.argv.slice(2)
const store = await openLevelStore(location)
const first = (await readLast(store)) + 1
const fatal = first + Number(batches)

for (let number = first; ; number += 1) {
  if (number === fatal) dieAt(performance.now() + Number(microseconds) / 1_000)
  await writeNext(store, number)
  writeSync(1, `${number}\n`)
}

/** Looks at the clock between all that happens here; the disk is written from another thread meanwhile. */
function dieAt(time: number): void {
  if (performance.now() >= time) process.kill(process.pid, 'SIGKILL')
  setImmediate(dieAt, time)
}
