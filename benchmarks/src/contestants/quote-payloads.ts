import { defineProtocol, message } from '@rondo/core'
import * as v from 'valibot'
import { createNumbers, type PayloadKind, payloadPool } from './payload-kind.ts'

const quoteSchema = v.object({
  sequence: v.pipe(v.number(), v.integer(), v.minValue(0)),
  sentAtMs: v.number(),
  symbol: v.pipe(v.string(), v.maxLength(16)),
  side: v.picklist(['bid', 'ask']),
  note: v.pipe(v.string(), v.maxLength(128)),
  prices: v.pipe(v.array(v.number()), v.maxLength(8)),
})

export type Quote = v.InferOutput<typeof quoteSchema>

/** What the structured case speaks. */
export const quotes = defineProtocol({
  name: 'bench-quotes',
  version: 1,
  messages: { quote: message({ payload: quoteSchema }) },
})

const notStamped = 0
const firstSequence = 1_000_000
/** The digest of a quote that is not what was sent. */
const changed = -1
const noteCharacters = 88
const pool = createPool()

/** Objects of about 200 bytes in CBOR: numbers, texts and an array. */
export const quotePayloads: PayloadKind<Quote> = {
  stampEvery: 64,
  at: (index) => pool[index % payloadPool]!,
  stamped: (index, sentAtMs) => ({ ...pool[index % payloadPool]!, sentAtMs }),
  digest,
  digestAt: (index) => firstSequence + (index % payloadPool),
  sentAtMs: ({ sentAtMs }) => sentAtMs,
}

function createPool(): readonly Quote[] {
  const next = createNumbers(payloadPool)
  return Array.from({ length: payloadPool }, (_, index) => ({
    sequence: firstSequence + index,
    sentAtMs: notStamped,
    symbol: `RND-${next() % 10_000}`,
    side: next() % 2 === 0 ? 'bid' : 'ask',
    note: Array.from({ length: noteCharacters }, () => String.fromCharCode(97 + (next() % 26))).join(''),
    prices: Array.from({ length: 5 }, () => (next() % 1_000_000) + 1 / 3),
  }))
}

/** A quote's number, where everything else in it is what was sent under that number; comparing is quicker than adding up. */
function digest(quote: Quote): number {
  const sent = pool[quote.sequence - firstSequence]
  return sent !== undefined && isSame(quote, sent) ? quote.sequence : changed
}

function isSame(quote: Quote, sent: Quote): boolean {
  const { symbol, side, note, prices } = quote
  if (symbol !== sent.symbol || side !== sent.side || note !== sent.note) return false
  return prices.length === sent.prices.length && prices.every((price, index) => price === sent.prices[index])
}
