import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { assertSchemaFits, checkSchema, type Schema } from '../../src/protocol/schema.js'

/** A schema that does what it is told. */
const schemaOf = (validate: (value: unknown) => unknown): Schema =>
  ({ '~standard': { version: 1, vendor: 'here', validate } }) as Schema

const libraries: Readonly<Record<string, Schema>> = {
  valibot: v.object({ list: v.array(v.object({ n: v.number() })) }),
  zod: z.object({ list: z.array(z.object({ n: z.number() })) }),
}

for (const [library, schema] of Object.entries(libraries)) {
  describe(library, () => {
    test('a value that fits passes', () => {
      expect(checkSchema(schema, { list: [{ n: 1 }] })).toEqual({ ok: true, value: { list: [{ n: 1 }] } })
    })

    test('an issue names the path of its field', () => {
      expect(checkSchema(schema, { list: [{ n: 1 }, { n: 'one' }] })).toMatchObject({
        ok: false,
        code: 'SCHEMA_REFUSED',
        issues: [{ path: 'list.1.n' }],
      })
    })

    test('many issues are cut to eight', () => {
      const verdict = checkSchema(schema, { list: Array.from({ length: 100 }, () => ({ n: 'x' })) })
      expect(verdict.ok || verdict.issues.length).toBe(8)
    })
  })
}

test('asynchronous schemas are refused, whatever they promise', () => {
  const kinds: readonly (() => unknown)[] = [
    () => Promise.resolve({ value: 1 }),
    () => Promise.reject(new Error('late')),
    // biome-ignore lint/suspicious/noThenProperty: a promise of somebody else's making
    () => ({ then: () => {} }),
  ]
  for (const kind of kinds) {
    expect(checkSchema(schemaOf(kind), 1)).toEqual({ ok: false, code: 'SCHEMA_ASYNC', issues: [] })
  }
})

test('a schema that throws refuses, whatever it throws', () => {
  for (const thrown of [new Error('x'), 'x', undefined, null, Object.create(null), Symbol('x')]) {
    const schema = schemaOf(() => {
      throw thrown
    })
    expect(checkSchema(schema, 1)).toMatchObject({ ok: false, code: 'SCHEMA_REFUSED' })
  }
})

test('a schema that answers nothing sensible refuses', () => {
  for (const answer of [
    undefined,
    null,
    5,
    { issues: 'no' },
    { issues: [null] },
    { issues: [{ message: 5, path: 5 }] },
  ]) {
    expect(
      checkSchema(
        schemaOf(() => answer),
        1,
      ),
    ).toMatchObject({ ok: false, code: 'SCHEMA_REFUSED' })
  }
})

test('long messages and paths are cut', () => {
  const issues = [{ message: 'm'.repeat(999), path: [{ key: 'k'.repeat(999) }, Symbol('s'), 5] }]
  const verdict = checkSchema(
    schemaOf(() => ({ issues })),
    1,
  )
  expect(verdict.ok || verdict.issues.map(({ path, message }) => [path.length, message.length])).toEqual([[201, 201]])
})

test('an assertion throws with the fields in its message and its details', () => {
  const schema = v.object({ n: v.number() })
  expect(assertSchemaFits(schema, { n: 1 }, 'the reply')).toEqual({ n: 1 })
  expect(() => assertSchemaFits(schema, { n: 'x' }, 'the reply')).toThrow(/^SCHEMA_REFUSED: .*the reply: n: /)
  expect(() => assertSchemaFits(schema, {}, 'the reply')).toThrow(
    expect.objectContaining({ details: { issues: [expect.objectContaining({ path: 'n' })] } }),
  )
  const slow = v.pipeAsync(
    v.unknown(),
    v.checkAsync(async () => true),
  )
  expect(() => assertSchemaFits(slow, 1, 'it')).toThrow(expect.objectContaining({ code: 'SCHEMA_ASYNC' }))
})
