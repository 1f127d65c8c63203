import type { Malice } from '@rondo/testkit/simulator'
import { hexOf } from '../../hex.js'
import { roundMalice } from './round-malice.js'
import { assertShare } from './share.js'

/** Says along with a share of the articles an old one: of an earlier phase, attempt, round or life, its own or another's. */
export function replayOld({ share = 0.5 }: { readonly share?: number | undefined } = {}): Malice {
  assertShare(share)
  return roundMalice('replay of old articles', ({ random, note }) => ({
    say({ article }, peer, { ledger, room, roomId }) {
      if (random() >= share) return undefined
      const { entries } = ledger
      // Of another room rather than of this one, where there was another.
      const former = entries.filter((entry) => entry.room !== roomId)
      const among = former.length > 0 && random() < 0.5 ? former : entries
      const old = among[Math.floor(random() * among.length)]
      if (old === undefined) return undefined
      note('replayed', `${old.said.type} of ${old.said.article.author} in ${hexOf(room.subarray(0, 4))} to ${peer}`)
      return [article.bytes, old.said.article.bytes]
    },
  }))
}
