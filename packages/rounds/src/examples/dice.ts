import { bytes, commitment, committed, defineRounds, fault, hashMod, opening, opens, schemaOf } from '../index.js'

// A die that nobody holds. Promises: who fixed his seed could not know the others', so as long as one member is honest nobody
// chooses the roll; and everybody gets the same one, or a reason. Does not promise that there is a roll: whoever opens last sees it
// before the others and may fall silent. He is seen doing it, but every further attempt is another throw, so give it no retries
// where somebody gains by one.

const die = schemaOf(
  (value): value is { readonly sides: number } =>
    typeof value === 'object' && value !== null && 'sides' in value && isSides(value.sides),
  'a die of 2 to 1,000,000 sides',
)

/** `setup: { sides: 6 }`; the result is `{ roll: 4 }`. */
export const dice = defineRounds({ name: 'dice', version: 1, setup: die })
  .remember('seed', (view, local) => committed(view, local, local.random(32)))
  .phase('commit', {
    contribution: commitment,
    contribute: (_view, local) => local.remember('seed').commitment,
  })
  .phase('reveal', {
    contribution: opening(bytes(32)),
    contribute: (_view, local) => local.remember('seed').opening,
    check: (view, from, shown) =>
      opens(view, 'commit', from, shown) || fault('the opening does not match its commitment'),
  })
  .result((view) => ({ roll: 1 + hashMod(view.all('reveal'), view.setup.sides) }))

function isSides(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 2 && value <= 1_000_000
}
