// Opens the store in a thread, and says how that went.

import { parentPort, workerData } from 'node:worker_threads'
import { openLevelStore } from '@rondo/store-level'

const answer = await openLevelStore(String(workerData)).then(
  () => 'open',
  (error: unknown) => (error instanceof Error && 'code' in error ? error.code : String(error)),
)
parentPort?.postMessage(answer)
