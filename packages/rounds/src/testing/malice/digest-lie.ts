import type { Malice } from '@rondo/testkit/simulator'
import { hexOf } from '../../hex.js'
import { restate } from './restate.js'
import { draftLike } from './said.js'

/** Says in a phase that it saw before what nobody said. */
export function digestLie(phase: string): Malice {
  return restate('digest lie', phase, (said, contribution, { bytes }) =>
    draftLike(said, { ...contribution, digest: hexOf(bytes(32)) }),
  )
}
