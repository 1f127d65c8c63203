import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codeOnly } from '../tidy/code-only.ts'

const pieces = ['`', '${', '{', '}', "'", '"', '/', '/*', '*/', '//', '\\', '\n', '[', ']', 'a', ' ', '=', '('].map(
  (piece) => fc.constant(piece),
)
const anyText = fc.oneof(
  fc.string(),
  fc.array(fc.oneof(...pieces)).map((list) => list.join('')),
)

test('any text at all keeps its length and its lines', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const code = codeOnly(text)
      expect(code).toHaveLength(text.length)
      expect([...code.matchAll(/\n/g)].map((found) => found.index)).toEqual(
        [...text.matchAll(/\n/g)].map((found) => found.index),
      )
    }),
  )
})
