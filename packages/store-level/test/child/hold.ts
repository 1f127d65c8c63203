// Tries to open the store and says how that went; then, where it has it, holds it until its input ends.

import { openLevelStore } from '@rondo/store-level'

const [location = ''] = process.argv.slice(2)
try {
  const store = await openLevelStore(location)
  console.log('open')
  process.stdin.resume().on('end', () => void store.close())
} catch (error) {
  console.log(error instanceof Error && 'code' in error ? error.code : String(error))
  process.stdin.destroy()
}
