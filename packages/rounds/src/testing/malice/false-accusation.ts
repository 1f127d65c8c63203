import type { Malice } from '@rondo/testkit/simulator'
import { roundMalice } from './round-malice.js'

/** Goes no further in a phase, and says of everybody else that they were silent. */
export function falseAccusation(phase = 'confirm'): Malice {
  return roundMalice(`false accusation in ${phase}`, ({ note }) => {
    const closings = new Map<string, Uint8Array>()
    return {
      async say(said, peer, desk) {
        const { article } = said
        const { ledger, me, roomId } = desk
        if (article.author !== me || article.kind !== 'contribution') return undefined
        const { attempt } = article
        const incarnation = ledger.incarnationOf(roomId, me, attempt)
        if (incarnation === undefined) return undefined
        if (said.type !== phase) return closings.has(attempt) ? [] : undefined
        const mine = ledger.invitation(roomId)?.candidates.findIndex(({ peerId }) => peerId === me)
        const missing = ledger.rosterOf(roomId, attempt).filter((member) => member !== mine)
        const closing =
          closings.get(attempt) ??
          (await desk.signLike(said, {
            ...{ kind: 'closing', attempt, incarnation, phase: article.phase },
            ...{ missing, reason: 'timeout', detail: 'they said nothing' },
          }))
        closings.set(attempt, closing)
        note('accused', `${missing.join(', ')} before ${peer}`)
        return [closing]
      },
    }
  })
}
