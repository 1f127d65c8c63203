import type { Malice } from '@rondo/testkit/simulator'
import type { Join, Proposal } from '../../articles/article.js'
import { attemptIdOf } from '../../articles/ids.js'
import { alterArticle } from './alter.js'
import { chooseStories } from './listeners.js'
import { createOnce } from './once.js'
import { type Desk, roundMalice } from './round-malice.js'
import { draftLike, type Said } from './said.js'

/** As host, proposes different rosters to different members; as guest, answers them differently. */
export function forkedRoster(): Malice {
  return roundMalice('forked roster', ({ random, note }) => {
    const storyFor = chooseStories('half')
    const once = createOnce<Uint8Array>()
    return {
      async say(said, peer, desk) {
        const { article } = said
        if (article.author !== desk.me) return undefined
        const isProposal = article.kind === 'join' && article.proposal !== undefined
        if (!isProposal && article.kind !== 'answer') return undefined
        const story = storyFor(peer, desk)
        if (story === 'first') return undefined
        const other = await once(article.hash, () => otherwise(said, desk, random))
        note('forked', `${article.kind} for ${peer}`)
        return story === 'both' ? [article.bytes, other] : [other]
      },
    }
  })
}

async function otherwise(said: Said, desk: Desk, random: () => number): Promise<Uint8Array> {
  const { article } = said
  const fork = article.kind === 'join' ? forkOf(article, desk) : undefined
  if (fork !== undefined) return desk.signLike(said, fork)
  const draft = draftLike(said, alterArticle(article, random))
  return desk.sign({ ...draft, createdMs: draft.createdMs - 1 })
}

/** The same attempt without its last member, as it would be proposed if that one had not answered. */
function forkOf(join: Join, { ledger, roomId }: Desk): Join | undefined {
  const { proposal, parent } = join
  if (proposal === undefined || parent !== roomId || proposal.roster.length < 3) return undefined
  const roster = proposal.roster.slice(0, -1)
  const round = ledger.roundOf(roomId, roster)
  if (round === undefined) return undefined
  const fork: Proposal = { ...proposal, roster, answers: proposal.answers.slice(0, roster.length) }
  return { ...join, attempt: attemptIdOf(parent, round, fork), proposal: fork }
}
