import type { Malice } from '@rondo/testkit/simulator'
import { createOnce } from './once.js'
import { roundMalice } from './round-malice.js'
import { draftLike } from './said.js'

/** Says everything many times, each time under another signature: the same statement, and no two copies alike. */
export function stutter({ times = 8 }: { readonly times?: number | undefined } = {}): Malice {
  if (!(Number.isInteger(times) && times >= 1)) throw new TypeError(`times must be a whole number from 1 up: ${times}`)
  return roundMalice('stutter', ({ note }) => {
    const once = createOnce<readonly Uint8Array[]>()
    return {
      async say(said, peer, desk) {
        const { article } = said
        if (article.author !== desk.me) return undefined
        const copies = once(article.hash, () =>
          Promise.all(Array.from({ length: times }, async () => desk.sign(draftLike(said, article)))),
        )
        note('stuttered', `${said.type} to ${peer}`)
        return [article.bytes, ...(await copies)]
      },
    }
  })
}
