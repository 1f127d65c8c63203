import type { Malice } from '@rondo/testkit/simulator'
import type { Contribution } from '../../articles/article.js'
import { createOnce } from './once.js'
import { type Desk, roundMalice } from './round-malice.js'
import { draftLike, type Said } from './said.js'

/**
 * Waits in these phases until it has heard another member, and says the same: a commitment first, and then what opens it.
 *
 * @example
 * world.malicious(2, copiedCommitment('commit', 'reveal'))
 */
export function copiedCommitment(...phases: readonly string[]): Malice {
  return roundMalice(`copy of ${phases.join(' and ')}`, ({ note }) => {
    const heard = new Map<string, Contribution>()
    const waiting = new Map<string, Said>()
    const once = createOnce<Uint8Array>()

    async function copied(said: Said, own: Contribution, original: Contribution, desk: Desk): Promise<Uint8Array> {
      const copy = await once(own.hash, () => desk.sign(draftLike(said, { ...own, value: original.value })))
      note('copied', `${said.type} of ${original.author}`)
      return copy
    }

    return {
      async say(said, _, desk) {
        const { article } = said
        if (!phases.includes(said.type) || article.author !== desk.me || article.kind !== 'contribution')
          return undefined
        const original = heard.get(placeOf(article))
        if (original !== undefined) return [await copied(said, article, original, desk)]
        waiting.set(placeOf(article), said)
        return []
      },
      hear(said, desk) {
        const { article } = said
        if (!phases.includes(said.type) || article.author === desk.me || article.kind !== 'contribution') return
        const place = placeOf(article)
        if (heard.has(place)) return
        heard.set(place, article)
        const own = waiting.get(place)
        if (own?.article.kind !== 'contribution') return
        const { peers } = desk
        void copied(own, own.article, article, desk).then((copy) => {
          for (const peer of peers) desk.tell(peer, [copy])
        })
      },
    }
  })
}

function placeOf({ attempt, phase }: Contribution): string {
  return `${attempt} ${phase}`
}
