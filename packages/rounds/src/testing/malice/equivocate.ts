import type { Malice } from '@rondo/testkit/simulator'
import { otherStatement } from './alter.js'
import { assertListeners, chooseStories, type Listeners } from './listeners.js'
import { createOnce } from './once.js'
import { roundMalice } from './round-malice.js'

/**
 * Contributes to a phase twice: one thing for some members, another for the rest. Any phase will do, `join` and `confirm` as well.
 *
 * @example
 * world.malicious(2, equivocate('reveal'))
 */
export function equivocate(phase: string, { to = 'half' }: { readonly to?: Listeners | undefined } = {}): Malice {
  assertListeners(to)
  return roundMalice(`equivocate in ${phase}`, ({ random, note }) => {
    const storyFor = chooseStories(to)
    const once = createOnce<Uint8Array>()
    return {
      async say(said, peer, desk) {
        const { article } = said
        if (said.type !== phase || article.author !== desk.me) return undefined
        const story = storyFor(peer, desk)
        if (story === 'first') return undefined
        const other = await once(article.hash, () => desk.sign(otherStatement(said, random)))
        note('said another thing', `in ${phase} to ${peer}`)
        return story === 'both' ? [article.bytes, other] : [other]
      },
    }
  })
}
