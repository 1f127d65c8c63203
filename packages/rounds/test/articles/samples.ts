import { type Identity, type OwnMessageDraft, signMessage, type VerifiedMessage, verifyMessage } from '@rondo/core'
import * as v from 'valibot'
import type { Article } from '../../src/articles/article.js'
import { type ArticleDraft, draftMessage } from '../../src/articles/draft.js'
import { readArticle } from '../../src/articles/read-article.js'
import { defineRounds } from '../../src/plan/define-rounds.js'
import { alice } from '../plan/samples.js'

// Real signatures over real statements.

const anything = { contribution: v.any(), contribute: () => 1 }

export const plan = defineRounds({ name: 'game', version: 3, setup: v.any(), roles: ['dealer'] })
  .phase('one', anything)
  .agree('agreed')
  .phase('two', anything)
  .result(() => 1)

/** By name, their numbers. */
export const phase = { join: 0, one: 1, agreed: 2, two: 3, confirm: 4, beyond: 5 } as const

export const times = { createdMs: 1_000, expiresMs: 61_000 }

export interface SignOptions {
  readonly identity?: Identity
  readonly network?: string
}

/** What is signed, verified. */
export async function sign(
  draft: OwnMessageDraft,
  { identity = alice, network = 'main' }: SignOptions = {},
): Promise<VerifiedMessage> {
  const verdict = await verifyMessage(await signMessage(identity, { ...draft, network }))
  if (!verdict.ok) throw new Error(verdict.code)
  return verdict
}

export async function say(draft: ArticleDraft, options: SignOptions = {}): Promise<Article | undefined> {
  return readArticle(plan, await sign(draftMessage(plan, draft, times), options))
}
