import type { Malice } from '@rondo/testkit/simulator'
import { restate } from './restate.js'
import { draftLike } from './said.js'

/** Contributes to a phase what its schema refuses: nothing, something else, or far too much. */
export function malformed(phase: string): Malice {
  return restate('malformed', phase, (said, contribution, { random, bytes }) => {
    const values = [undefined, { of: ['no', 'schema'] }, 'a text', bytes(20_000), -1]
    const value = values[Math.floor(random() * values.length)]
    // An engine phase is malformed by having any value at all.
    const isEmpty = contribution.value === undefined
    return draftLike(said, { ...contribution, value: isEmpty ? (value ?? 'a text') : value })
  })
}
