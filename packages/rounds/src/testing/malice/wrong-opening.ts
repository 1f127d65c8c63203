import type { Malice } from '@rondo/testkit/simulator'
import { alterValue } from './alter.js'
import { restate } from './restate.js'
import { draftLike } from './said.js'

/** Reveals something else than it committed to. */
export function wrongOpening(phase: string): Malice {
  return restate('wrong opening', phase, (said, contribution, { random }) =>
    draftLike(said, { ...contribution, value: alterValue(contribution.value, random) }),
  )
}
