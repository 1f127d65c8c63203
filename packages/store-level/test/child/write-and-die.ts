// Opens the store, writes durable batches and tells of each one that was acknowledged; then, in the midst of the batch
// that it was told, dies by SIGKILL. Arguments: the location, after how many batches, and how many microseconds into it.

import { writeSync } from 'node:fs'
import { openLevelStore } from '@rondo/store-level'
import { readLast, writeNext } from './journal.ts'

const [location = '', batches = '', microseconds = ''] = process.argv.slice(2)
const store = await openLevelStore(location)
const first = (await readLast(store)) + 1
const fatal = first + Number(batches)

for (let number = first; ; number += 1) {
  const writing = writeNext(store, number).then(() => writeSync(1, `${number}\n`))
  if (number < fatal) {
    await writing
    continue
  }
  // The batch reaches the disk from another thread, while this one waits for its moment.
  await Promise.resolve()
  await Promise.resolve()
  const until = performance.now() + Number(microseconds) / 1_000
  while (performance.now() < until);
  process.kill(process.pid, 'SIGKILL')
}
