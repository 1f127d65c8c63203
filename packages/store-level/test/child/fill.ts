// Writes until there is no room, telling of each batch that was acknowledged; then says how the failure reads, how the next
// write goes, and whether what was written can still be read.

import { writeSync } from 'node:fs'
import { openLevelStore } from '@rondo/store-level'
import { readLast, writeNext } from './journal.ts'

const [location = ''] = process.argv.slice(2)
const store = await openLevelStore(location)
let number = 0
for (;;) {
  const code = await attempt(number + 1)
  if (code !== 'written') {
    writeSync(1, `${code}\n`)
    break
  }
  number += 1
  writeSync(1, `${number}\n`)
}
writeSync(1, `${await attempt(number + 1)}\n`)
writeSync(1, `${await readLast(store)}\n`)
await store.close()

async function attempt(next: number): Promise<unknown> {
  return writeNext(store, next).then(
    () => 'written',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  )
}
