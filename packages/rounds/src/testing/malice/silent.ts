import type { Malice } from '@rondo/testkit/simulator'
import { roundMalice } from './round-malice.js'

/** Says nothing any more from a phase on, neither for itself nor for others; from the beginning where no phase is named. */
export function silent(phase?: string): Malice {
  return roundMalice(phase === undefined ? 'silent' : `silent from ${phase} on`, ({ note }) => {
    let isSilent = phase === undefined
    return {
      sign({ type }) {
        if (type === phase) isSilent = true
      },
      post({ type }, to) {
        if (!isSilent) return undefined
        note('kept silent', `${type} to ${to}`)
        return []
      },
    }
  })
}
