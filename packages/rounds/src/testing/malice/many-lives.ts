import type { Malice } from '@rondo/testkit/simulator'
import type { Answer } from '../../articles/article.js'
import { hexOf } from '../../hex.js'
import { createOnce } from './once.js'
import { type Desk, roundMalice } from './round-malice.js'
import type { Said } from './said.js'

/**
 * As guest, answers one of the others in the name of many lives before it gives the answer that all get: so many that the victim
 * may have no place left for the one that the host goes by.
 */
export function manyLives({ lives = 8 }: { readonly lives?: number | undefined } = {}): Malice {
  if (!(Number.isInteger(lives) && lives >= 1)) throw new TypeError(`lives must be a whole number from 1 up: ${lives}`)
  return roundMalice('many lives', ({ bytes, note }) => {
    const once = createOnce<readonly Uint8Array[]>()

    function invented(said: Said, answer: Answer, desk: Desk): Promise<readonly Uint8Array[]> {
      const signed = Array.from({ length: lives }, async () =>
        desk.signLike(said, { ...answer, incarnation: hexOf(bytes(16)) }),
      )
      return Promise.all(signed)
    }

    return {
      async say(said, peer, desk) {
        const { article } = said
        if (article.kind !== 'answer' || article.author !== desk.me) return undefined
        const [, ...guests] = desk.ledger.invitation(desk.roomId)?.candidates ?? []
        const victim = guests.find(({ peerId }) => peerId !== desk.me)?.peerId
        if (peer !== victim) return undefined
        note('lived', `${lives} times before ${peer}`)
        return [...(await once(article.hash, () => invented(said, article, desk))), article.bytes]
      },
    }
  })
}
