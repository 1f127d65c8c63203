import { type Coordinator, type PeerId, parsePeerId } from '@rondo/core'
import type { Candidate, Invitation } from '../articles/article.js'
import { type ArticleDraft, draftMessage } from '../articles/draft.js'
import { readArticle } from '../articles/read-article.js'
import { hexOf } from '../hex.js'
import { lifetimeMsMax, startDefaults } from '../options.js'
import type { RoundsDefinition, RoundsTypes } from '../plan/define-rounds.js'
import type { Plan } from '../plan/plan.js'
import type { StartOptions } from './serving.js'

// From what `start` is given to the invitation that everybody gets. Throws a TypeError for what could not work.

type InvitationDraft = Extract<ArticleDraft, { readonly kind: 'invitation' }> & { readonly lifetimeMs: number }

export function draftInvitation<T extends RoundsTypes>(
  plan: RoundsDefinition<T>,
  options: StartOptions<T>,
  { env, peerId }: Pick<Coordinator, 'env' | 'peerId'>,
  incarnation: string,
): InvitationDraft {
  const { answerMs, deadlineMs, lifetimeMs, retries } = { ...startDefaults, ...definedIn(options) }
  const candidates = candidatesOf(plan, peerId, options)
  const maximum = options.maximum ?? Math.min(candidates.length, plan.membersMax)
  const minimum = options.minimum ?? Math.min(candidates.length, maximum)
  assertStart({ plan, candidates: candidates.length, minimum, maximum, answerMs, deadlineMs, lifetimeMs, retries })
  const rules = { minimum, maximum, setup: options.setup, answerMs, deadlineMs, retries, lifetimeMs }
  return { kind: 'invitation', nonce: hexOf(env.random(32)), incarnation, candidates, ...rules }
}

export async function signInvitation(
  coordinator: Coordinator,
  plan: Plan,
  draft: InvitationDraft,
): Promise<Invitation> {
  const createdMs = coordinator.env.wallMs()
  const message = draftMessage(plan, draft, { createdMs, expiresMs: createdMs + draft.lifetimeMs })
  const verdict = await coordinator.verifyMessage(await coordinator.signMessage(message))
  const article = verdict.ok ? readArticle(plan, verdict) : undefined
  if (article?.kind !== 'invitation') throw new Error('what was signed as an invitation does not verify')
  return article
}

function candidatesOf<T extends RoundsTypes>(
  plan: RoundsDefinition<T>,
  host: PeerId,
  { with: others, role }: StartOptions<T>,
): readonly Candidate[] {
  if (!Array.isArray(others)) throw new TypeError('with must list the peer ids of those whom to invite')
  const candidates: Candidate[] = [
    { peerId: host, role },
    ...others.map((each) => (typeof each === 'string' ? { peerId: each } : each)),
  ]
  const seen = new Set<PeerId>()
  return candidates.map((candidate) => {
    const peerId = parsePeerId(candidate.peerId)
    if (seen.has(peerId)) throw new TypeError(`${peerId} is invited twice`)
    seen.add(peerId)
    const wanted: string | undefined = candidate.role
    if (wanted !== undefined && !plan.roles.includes(wanted)) throw new TypeError(`${plan.name} has no role ${wanted}`)
    return { peerId, role: wanted }
  })
}

function definedIn<T extends object>(options: T): Partial<T> {
  const given: Partial<T> = {}
  for (const name in options) if (options[name] !== undefined) given[name] = options[name]
  return given
}

interface StartRules {
  readonly plan: Plan
  readonly candidates: number
  readonly minimum: number
  readonly maximum: number
  readonly answerMs: number
  readonly deadlineMs: number
  readonly lifetimeMs: number
  readonly retries: number
}

function assertStart({
  plan,
  candidates,
  minimum,
  maximum,
  answerMs,
  deadlineMs,
  lifetimeMs,
  retries,
}: StartRules): void {
  const whole = (value: number, least: number, most: number): boolean =>
    Number.isInteger(value) && value >= least && value <= most
  if (candidates > 100) throw new TypeError(`at most 100 are invited to a round, not ${candidates}`)
  if (candidates < plan.membersMin)
    throw new TypeError(
      `${plan.name} takes ${plan.membersMin} members or more: with names too few, host included ${candidates}`,
    )
  if (!whole(maximum, plan.membersMin, plan.membersMax))
    throw new TypeError(`maximum must be from ${plan.membersMin} to ${plan.membersMax}: ${maximum}`)
  if (!whole(minimum, plan.membersMin, Math.min(maximum, candidates)))
    throw new TypeError(`minimum must be from ${plan.membersMin} to ${Math.min(maximum, candidates)}: ${minimum}`)
  for (const [name, value] of Object.entries({ answerMs, deadlineMs, lifetimeMs }))
    if (!whole(value, 1, lifetimeMsMax))
      throw new TypeError(`${name} must be a whole number of milliseconds from 1 to ${lifetimeMsMax}: ${value}`)
  if (!whole(retries, 0, 16)) throw new TypeError(`retries must be from 0 to 16: ${retries}`)
  const phasesMs = plan.phases.reduce((sum, phase) => sum + (phase.deadlineMs ?? deadlineMs), 0)
  const neededMs = answerMs + deadlineMs + (retries + 1) * (phasesMs + deadlineMs)
  if (lifetimeMs < neededMs)
    throw new TypeError(`lifetimeMs must be at least ${neededMs}, for so long may the round take: ${lifetimeMs}`)
}
