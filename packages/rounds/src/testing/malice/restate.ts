import type { OwnMessageDraft } from '@rondo/core'
import type { Malice, MaliceTools } from '@rondo/testkit/simulator'
import type { Contribution } from '../../articles/article.js'
import { createOnce } from './once.js'
import { roundMalice } from './round-malice.js'
import type { Said } from './said.js'

/** Says one other thing in a phase, to everybody alike: nothing contradicts it but what is expected of the phase. */
export function restate(
  name: string,
  phase: string,
  restated: (said: Said, contribution: Contribution, tools: MaliceTools) => OwnMessageDraft,
): Malice {
  return roundMalice(`${name} in ${phase}`, (tools) => {
    const once = createOnce<Uint8Array>()
    return {
      async say(said, peer, desk) {
        const { article } = said
        if (said.type !== phase || article.author !== desk.me || article.kind !== 'contribution') return undefined
        const other = await once(article.hash, () => desk.sign(restated(said, article, tools)))
        tools.note('restated', `${phase} to ${peer}`)
        return [other]
      },
    }
  })
}
