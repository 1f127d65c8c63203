import type { Malice } from '@rondo/testkit/simulator'
import { createOnce } from './once.js'
import { roundMalice } from './round-malice.js'

/** Goes no further in a phase, and says of everybody else that they were silent. */
export function falseAccusation(phase = 'confirm'): Malice {
  return roundMalice(`false accusation in ${phase}`, ({ note }) => {
    const once = createOnce<Uint8Array>()
    const accusedIn = new Set<string>()
    return {
      async say(said, peer, desk) {
        const { article } = said
        const { ledger, me, roomId } = desk
        if (article.author !== me || !('attempt' in article) || article.kind === 'join') return undefined
        const { attempt } = article
        const incarnation = ledger.incarnationOf(roomId, me, attempt)
        if (incarnation === undefined) return undefined
        // Neither what it contributes later nor how it would have closed.
        if (said.type !== phase || article.kind === 'closing') return accusedIn.has(attempt) ? [] : undefined
        accusedIn.add(attempt)
        const mine = ledger.invitation(roomId)?.candidates.findIndex(({ peerId }) => peerId === me)
        const missing = ledger.rosterOf(roomId, attempt).filter((member) => member !== mine)
        const closing = await once(attempt, () =>
          desk.signLike(said, {
            ...{ kind: 'closing', attempt, incarnation, phase: article.phase },
            ...{ missing, reason: 'timeout', detail: 'they said nothing' },
          }),
        )
        note('accused', `${missing.join(', ')} before ${peer}`)
        return [closing]
      },
    }
  })
}
