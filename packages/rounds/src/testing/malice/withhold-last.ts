import type { PeerId } from '@rondo/core'
import type { Malice } from '@rondo/testkit/simulator'
import { roundMalice } from './round-malice.js'

export interface WithholdOptions {
  /** The last thing that anybody says where left out. */
  readonly phase?: string | undefined
  /** Who hears it all the same. */
  readonly to?: 'nobody' | 'one' | undefined
}

/** Takes part in everything, passes on what others say, and keeps its own last contribution to itself. */
export function withholdLast({ phase = 'confirm', to = 'nobody' }: WithholdOptions = {}): Malice {
  if (to !== 'nobody' && to !== 'one') throw new TypeError(`to must be nobody or one: ${String(to)}`)
  return roundMalice(`withhold ${phase}`, ({ note }) => {
    let confidant: PeerId | undefined
    return {
      say({ type, article }, peer, { me }) {
        if (type !== phase || article.author !== me) return undefined
        if (to === 'one') confidant ??= peer
        if (peer === confidant) return undefined
        note('withheld', `${phase} from ${peer}`)
        return []
      },
    }
  })
}
