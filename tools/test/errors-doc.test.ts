import { expect, test } from 'vitest'
import { renderErrors } from '../errors-doc/render.ts'

const entry = { layer: 'links', meaning: 'a | b', retryable: true }
const advice = { fault: 'peer', remedy: 'Wait.' }

test('each layer of each package gets a table, in the order of the codes', () => {
  const text = renderErrors([
    {
      packageName: '@rondo/a',
      table: { A_ONE: entry, A_TWO: { ...entry, layer: 'other' }, A_THREE: { ...entry, retryable: false } },
      guide: { A_ONE: advice, A_TWO: advice, A_THREE: advice },
    },
    { packageName: '@rondo/b', table: { B_ONE: entry }, guide: { B_ONE: advice } },
  ])
  const outline = text.split('\n').filter((line) => /^##|^\| `/.test(line))
  expect(outline).toEqual([
    '## @rondo/a',
    '### links',
    '| `A_ONE` | a \\| b | the peer | Wait. | yes |',
    '| `A_THREE` | a \\| b | the peer | Wait. | no |',
    '### other',
    '| `A_TWO` | a \\| b | the peer | Wait. | yes |',
    '## @rondo/b',
    '### links',
    '| `B_ONE` | a \\| b | the peer | Wait. | yes |',
  ])
})
