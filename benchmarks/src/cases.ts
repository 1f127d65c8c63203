import type { BenchCase } from './bench-case.ts'
import { bundle } from './cases/bundle.ts'
import { connect } from './cases/connect.ts'
import { fanout } from './cases/fanout.ts'
import { memory } from './cases/memory.ts'
import { requestReply } from './cases/request-reply.ts'
import { sealed } from './cases/sealed.ts'
import { signed } from './cases/signed.ts'
import { stream } from './cases/stream.ts'
import { structured } from './cases/structured.ts'

/** In the order they run in. */
export const allCases: readonly BenchCase[] = [
  sealed,
  structured,
  signed,
  requestReply,
  stream,
  connect,
  fanout,
  memory,
  bundle,
]
