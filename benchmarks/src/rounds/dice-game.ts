import { rounds } from '@rondo/rounds'
import { dice } from '@rondo/rounds/examples'
import { endedOf, type Game, generous, phaseMsMax } from './game.ts'

/** Each shows a commitment to a seed, then the seed. */
export const diceGame: Game = {
  join(node) {
    const served = rounds(node, generous).serve(dice, (invite) => invite.accept())
    return {
      async start(others) {
        const times = { answerMs: phaseMsMax, deadlineMs: phaseMsMax }
        const { outcome } = await rounds(node).start(dice, { with: others, setup: { sides: 6 }, ...times })
        return { ended: outcome.then(endedOf) }
      },
      next: async () => endedOf(await served.next()),
    }
  },
}
