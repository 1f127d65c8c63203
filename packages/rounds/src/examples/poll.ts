import { commitment, committed, Declined, defineRounds, fault, opening, opens, schemaOf } from '../index.js'

// A vote that nobody can watch while it goes on. Promises: no vote is seen before all are cast, none is changed after, each member
// has one, and everybody counts the same. Does not promise a secret ballot: once the poll has closed, every vote is public, with
// its voter's signature. Nor that it closes: the last to open has counted the votes already, and if the count is not to his liking
// he may fall silent. The poll is then aborted, and he is a suspect.

interface Question {
  readonly question: string
  readonly options: readonly string[]
}

const question = schemaOf(
  (value): value is Question =>
    typeof value === 'object' &&
    value !== null &&
    'question' in value &&
    isText(value.question) &&
    'options' in value &&
    isOptions(value.options),
  'a question, and 2 to 32 options that differ',
)

/**
 * `setup: { question: 'Tea or coffee?', options: ['tea', 'coffee'] }`, and for each member `local: { vote: 'tea' }`. The result has the
 * votes for each option, and which options lead.
 */
export const poll = defineRounds({ name: 'poll', version: 1, setup: question })
  .local<{ readonly vote: string }>()
  .remember('vote', (view, local) => committed(view, local, local.input.vote))
  .phase('commit', {
    contribution: commitment,
    contribute: (view, local) => {
      if (!view.setup.options.includes(local.input.vote)) throw new Declined('the vote is for none of the options')
      // Whoever saw the votes of an attempt that failed would vote by them in the next.
      if (view.number > 1) throw new Declined('the votes may have been seen: ask anew')
      return local.remember('vote').commitment
    },
  })
  .agree('closed')
  .phase('reveal', {
    contribution: opening(schemaOf(isText, 'an option')),
    contribute: (_view, local) => local.remember('vote').opening,
    check: (view, from, shown) => {
      if (!opens(view, 'commit', from, shown)) return fault('the opening does not match its commitment')
      return view.setup.options.includes(shown.value) || fault('the vote is for none of the options')
    },
  })
  .result((view) => {
    const cast = view.all('reveal').map(({ value }) => value)
    const tally = view.setup.options.map((option) => ({ option, votes: cast.filter((vote) => vote === option).length }))
    const most = Math.max(...tally.map(({ votes }) => votes))
    return { tally, leading: tally.filter(({ votes }) => votes === most).map(({ option }) => option) }
  })

function isOptions(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length < 2 || value.length > 32) return false
  return value.every(isText) && new Set(value).size === value.length
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= 200
}
