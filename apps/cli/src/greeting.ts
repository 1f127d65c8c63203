import { defineProtocol, message, request } from '@rondo/core'
import * as v from 'valibot'

const text = v.pipe(v.string(), v.maxLength(280))

/** What the two peers of the first minute speak: a greeting, and a question with its answer. */
export const greeting = defineProtocol({
  name: 'greeting',
  version: 1,
  messages: {
    hello: message({ payload: v.object({ text }) }),
    sum: request({
      payload: v.object({ of: v.pipe(v.array(v.number()), v.maxLength(100)) }),
      reply: v.object({ sum: v.number() }),
      errors: ['NOTHING_TO_ADD'],
    }),
  },
})
