import type { Malice } from '@rondo/testkit/simulator'
import type { Contribution, Proposal } from '../../articles/article.js'
import { attemptIdOf } from '../../articles/ids.js'
import { hexOf } from '../../hex.js'
import { createOnce } from './once.js'
import { type Desk, roundMalice } from './round-malice.js'
import type { Said } from './said.js'

/**
 * Along with what it contributes, says as much in a former attempt, or in one that nobody proposed; and proposes a further attempt,
 * without an honest member, that it has no right to propose.
 */
export function staleAttempt(): Malice {
  return roundMalice('stale attempt', ({ random, bytes, note }) => {
    const once = createOnce<readonly Uint8Array[]>()

    async function contributed(said: Said, contribution: Contribution, desk: Desk): Promise<Uint8Array> {
      const former = desk.ledger.joins(desk.roomId).find(({ attempt }) => attempt !== contribution.attempt)
      return desk.signLike(said, { ...contribution, attempt: former?.attempt ?? hexOf(bytes(32)) })
    }

    async function proposed(said: Said, { round, attempt }: Contribution, desk: Desk): Promise<readonly Uint8Array[]> {
      const { ledger, me, roomId } = desk
      const incarnation = ledger.incarnationOf(roomId, me, attempt)
      const roster = ledger.rosterOf(roomId, attempt)
      const candidates = ledger.invitation(roomId)?.candidates ?? []
      const others = roster.filter((member) => candidates[member]?.peerId !== me)
      const victim = others[Math.floor(random() * others.length)]
      if (incarnation === undefined || victim === undefined) return []
      const proposal: Proposal = {
        roster: roster.filter((member) => member !== victim),
        answers: [],
        ...(random() < 0.5 ? { culprits: [victim], suspects: [] } : { culprits: [], suspects: [victim] }),
      }
      const next = attemptIdOf(attempt, round, proposal)
      return [await desk.signLike(said, { kind: 'join', parent: attempt, incarnation, attempt: next, proposal })]
    }

    return {
      async say(said, peer, desk) {
        const { article } = said
        if (article.kind !== 'contribution' || article.author !== desk.me) return undefined
        const extra = await once(article.hash, async () =>
          random() < 0.5 ? [await contributed(said, article, desk)] : proposed(said, article, desk),
        )
        note('went astray', `${extra.length} statements to ${peer}`)
        return [article.bytes, ...extra]
      },
    }
  })
}
