import { bytes, commitment, committed, defineRounds, fault, hashMod, opening, opens } from '@rondo/rounds'
import * as v from 'valibot'

// A protocol as a program defines it, for the command that verifies what remains of its rounds.

export const dice = defineRounds({ name: 'dice', setup: v.object({ sides: v.number() }) })
  .remember('seed', (view, local) => committed(view, local, local.random(32)))
  .phase('commit', { contribution: commitment, contribute: (_, local) => local.remember('seed').commitment })
  .phase('reveal', {
    contribution: opening(bytes(32)),
    contribute: (_, local) => local.remember('seed').opening,
    check: (view, from, shown) => opens(view, 'commit', from, shown) || fault('it does not open the commitment'),
  })
  .result((view) => ({ roll: 1 + hashMod(view.all('reveal'), view.setup.sides) }))
