import * as v from 'valibot'
import { transportNames } from '../options.ts'
import type { Row } from '../row.ts'

// What `--json` wrote, read again. A figure that was not to be had is null in JSON.

const rowsMax = 1_000
const contestantsMax = 32
const goalsMax = 16
const notesMax = 64
const text = v.pipe(v.string(), v.maxLength(500))
const figure = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? Number.NaN),
)
const summary = v.object({ median: figure, min: figure, max: figure })

const rowSchema = v.object({
  case: text,
  transport: v.picklist(transportNames),
  payloadBytes: v.number(),
  value: figure,
  unit: text,
  vs: v.pipe(v.record(text, figure), v.maxEntries(contestantsMax)),
  metric: text,
  subject: text,
  runs: v.number(),
  min: figure,
  max: figure,
  baselines: v.pipe(v.record(text, summary), v.maxEntries(contestantsMax)),
  goals: v.pipe(v.array(v.object({ text, met: v.boolean() })), v.maxLength(goalsMax)),
  notes: v.pipe(v.array(text), v.maxLength(notesMax)),
  made: v.object({ at: text, plan: v.picklist(['quick', 'full']), node: text, platform: text, cores: v.number() }),
})
const rowsSchema = v.pipe(v.array(rowSchema), v.minLength(1), v.maxLength(rowsMax))

/** Throws where the text is anything but rows, and says where. */
export function readRows(json: string): readonly Row[] {
  const result = v.safeParse(rowsSchema, parse(json))
  if (result.success) return result.output
  const [issue] = result.issues
  throw new TypeError(
    `these are not the rows that --json writes: ${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`,
  )
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new TypeError('this is not JSON')
  }
}
