import {
  createMessageVerifier,
  type Identity,
  identityFromSeed,
  type MaybePromise,
  type PeerId,
  platformCrypto,
  signMessage,
  type VerifiedMessage,
} from '@rondo/core'
import { secp256k1 } from '@rondo/core/secp256k1'
import * as v from 'valibot'
import type { Answer, Article, Contribution, Invitation, Join, Proposal } from '../../src/articles/article.js'
import { answerDigits } from '../../src/articles/article.js'
import { type ArticleDraft, draftMessage } from '../../src/articles/draft.js'
import { attemptIdOf, firstDigestOf, nextDigestOf, type RosterMember, roundIdOf } from '../../src/articles/ids.js'
import { readArticle } from '../../src/articles/read-article.js'
import { hexOf } from '../../src/hex.js'
import { bytes, commitment, committed, defineRounds, fault, hashMod, opening, opens } from '../../src/index.js'
import type { Plan } from '../../src/plan/plan.js'
import { RoundView } from '../../src/plan/round-view.js'
import type { View } from '../../src/plan/shape.js'

// Plays all members of a round by hand, with real keys, and by nothing but the articles: no engine and no room takes part. What a
// member says can be bent before it is signed.

export const dice = defineRounds({ name: 'dice', setup: v.object({ sides: v.number() }), leaveOut: 'suspects' })
  .remember('seed', (view, local) => committed(view, local, local.random(32)))
  .phase('commit', { contribution: commitment, contribute: (_, local) => local.remember('seed').commitment })
  .agree('sure')
  .phase('reveal', {
    contribution: opening(bytes(32)),
    contribute: (_, local) => local.remember('seed').opening,
    check: (view, from, shown) => opens(view, 'commit', from, shown) || fault('it does not open the commitment'),
  })
  .result((view) => ({ roll: 1 + hashMod(view.all('reveal'), view.setup.sides) }))

export const times = { createdMs: 1_000, expiresMs: 2_000 }

export interface Player {
  readonly identity: Identity
  readonly incarnation: string
  readonly nonce: string
}

export function playerOf(number: number, life = 0): Player {
  const made = (what: string): Uint8Array =>
    platformCrypto.sha256(new TextEncoder().encode(`${what} ${number} ${life}`))
  const identity = identityFromSeed(platformCrypto.sha256(new TextEncoder().encode(`key ${number}`)))
  return { identity, incarnation: hexOf(made('life').subarray(0, 16)), nonce: hexOf(made('nonce')) }
}

export interface Saying {
  readonly plan?: Plan
  readonly network?: string
  readonly createdMs?: number
  readonly expiresMs?: number
}

/** Signs it and reads it again, as everybody does who is given it. */
export async function say<D extends ArticleDraft>(
  { identity }: Player,
  draft: D,
  { plan = dice, network = 'main', ...when }: Saying = {},
): Promise<Article & { readonly kind: D['kind'] }> {
  const message = draftMessage(plan, draft, { ...times, ...when })
  const article = readArticle(plan, await verified(await signMessage(identity, { ...message, network })))
  if (!isKind(article, draft.kind)) throw new Error(`the ${draft.kind} cannot be read`)
  return article
}

function isKind<K extends Article['kind']>(article: Article | undefined, kind: K): article is Article & { kind: K } {
  return article?.kind === kind
}

export const verifyEverySuite = createMessageVerifier({ suites: [secp256k1()] })

async function verified(signed: Uint8Array): Promise<VerifiedMessage> {
  const verdict = await verifyEverySuite(signed)
  if (!verdict.ok) throw new Error(verdict.code)
  return verdict
}

export interface Gathering {
  readonly plan: Plan
  readonly saying: Saying
  readonly players: readonly Player[]
  readonly invitation: Invitation
  /** By candidate; the host's is not there. */
  readonly answers: readonly (Answer | undefined)[]
}

export interface Gathered extends Saying {
  readonly players?: number
  /** With a key of another kind. */
  readonly identityOf?: (number: number) => Identity | undefined
  readonly setup?: unknown
  readonly retries?: number
  readonly minimum?: number
}

export async function gather({ players: count = 3, setup = { sides: 6 }, ...more }: Gathered = {}): Promise<Gathering> {
  const { retries = 2, minimum = 2, plan = dice, identityOf } = more
  const players = Array.from({ length: count }, (_, number) => {
    const player = playerOf(number)
    return { ...player, identity: identityOf?.(number) ?? player.identity }
  })
  const [host] = players
  if (host === undefined) throw new TypeError('nobody plays')
  const candidates = players.map(({ identity }) => ({ peerId: identity.peerId, role: undefined }))
  const draft = { kind: 'invitation', candidates, minimum, maximum: 100, setup, retries } as const
  const { incarnation, nonce } = host
  const invitation = await say(host, { ...draft, incarnation, nonce, answerMs: 1_000, deadlineMs: 1_000 }, more)
  const answers = players.map(async (player, member) =>
    member === 0 ? undefined : say(player, acceptOf(invitation, player), more),
  )
  return { plan, saying: more, players, invitation, answers: await Promise.all(answers) }
}

export function acceptOf({ room }: Invitation, { incarnation, nonce }: Player) {
  return { kind: 'answer', room, incarnation, answer: { accepts: true, nonce } } as const
}

export interface Attempted {
  readonly gathering: Gathering
  readonly id: string
  readonly parent: string
  readonly number: number
  readonly round: string
  readonly proposal: Proposal
  /** By position. */
  readonly players: readonly Player[]
  readonly members: readonly RosterMember[]
  readonly joins: readonly Join[]
}

/** The first attempt of all, or of a roster. */
export async function begin(gathering: Gathering, roster = gathering.players.map((_, at) => at)): Promise<Attempted> {
  const { invitation, answers } = gathering
  const parent = invitation.room
  const prefixes = roster.map((member) => (answers[member] ?? invitation).hash.slice(0, answerDigits))
  const proposal = { roster, answers: prefixes, culprits: [], suspects: [] }
  const members = membersOf(gathering, roster)
  const round = roundIdOf(parent, members)
  return joinAll(gathering, { id: attemptIdOf(parent, round, proposal), parent, number: 1, round, proposal, members })
}

/** Another one, without those whom the proposal leaves out. */
export async function beginAgain(
  { gathering, id: parent, round, number, proposal: { roster: before } }: Attempted,
  { culprits = [], suspects = [] }: { readonly culprits?: readonly number[]; readonly suspects?: readonly number[] },
): Promise<Attempted> {
  const roster = before.filter((member) => !culprits.includes(member) && !suspects.includes(member))
  const proposal = { roster, answers: [], culprits, suspects }
  const members = membersOf(gathering, roster)
  const id = attemptIdOf(parent, round, proposal)
  return joinAll(gathering, { id, parent, number: number + 1, round, proposal, members })
}

function membersOf({ invitation, players }: Gathering, roster: readonly number[]): readonly RosterMember[] {
  return roster.map((member) => {
    const [player, candidate] = [players[member], invitation.candidates[member]]
    if (player === undefined || candidate === undefined) throw new TypeError(`no player ${member}`)
    return { ...candidate, incarnation: player.incarnation, nonce: player.nonce }
  })
}

/** Everybody signs it, whatever it is. */
export async function joinAll(
  gathering: Gathering,
  attempt: Omit<Attempted, 'gathering' | 'joins' | 'players'>,
): Promise<Attempted> {
  const { id, parent, proposal } = attempt
  const players = proposal.roster.flatMap((member) => gathering.players[member] ?? [])
  const joins = players.map((player, position) => {
    const { incarnation } = player
    const shown = position === 0 ? proposal : undefined
    return say(player, { kind: 'join', parent, incarnation, attempt: id, proposal: shown }, gathering.saying)
  })
  return { ...attempt, gathering, players, joins: await Promise.all(joins) }
}

/** Instead of what an honest member says. */
export type Bend = (said: {
  readonly phase: string
  readonly position: number
  readonly value: unknown
  readonly digest: string
}) => { readonly value?: unknown; readonly digest?: string } | undefined

export interface Played {
  readonly attempt: Attempted
  /** By phase and position, the joins among them. */
  readonly said: readonly (readonly (Join | Contribution)[])[]
  /** That the next contributions have to carry. */
  readonly digest: string
  readonly articles: readonly Article[]
}

/** Phase after phase, to the end or through `last`. */
export async function play(
  attempt: Attempted,
  { bend, last }: { readonly bend?: Bend; readonly last?: string } = {},
): Promise<Played> {
  const { gathering, joins, id } = attempt
  const { plan } = gathering
  const said: (readonly (Join | Contribution)[])[] = [joins]
  let digest = nextDigestOf(firstDigestOf(id), 0, hashesOf(joins))
  const memories = attempt.players.map(() => new Map<string, unknown>())
  for (let phase = 1; phase < plan.phases.length && plan.phases[phase - 1]?.name !== last; phase += 1) {
    const view = viewOf(attempt, said, phase)
    const row = attempt.players.map(async (player, position) => {
      const step = plan.phases[phase]
      const value = step?.kind === 'said' ? await honest(attempt, view, position, memories, step) : undefined
      const bent = bend?.({ phase: step?.name ?? '', position, value, digest }) ?? {}
      return contribute(attempt, player, phase, { digest, value, ...bent })
    })
    said.push(await Promise.all(row))
    digest = nextDigestOf(digest, phase, hashesOf(said[phase] ?? []))
  }
  return { attempt, said, digest, articles: [...articlesOf(attempt), ...said.slice(1).flat()] }
}

export function contribute(
  { gathering, round, id }: Attempted,
  player: Player,
  phase: number,
  said: { readonly digest: string; readonly value?: unknown },
  saying: Saying = {},
): Promise<Contribution> {
  const draft = { kind: 'contribution', round, attempt: id, phase, digest: said.digest, value: said.value } as const
  return say(player, draft, { ...gathering.saying, ...saying })
}

/** What makes the attempt what it is. */
export function articlesOf({ gathering: { invitation, answers }, joins }: Attempted): readonly Article[] {
  return [invitation, ...answers.filter((answer) => answer !== undefined), ...joins]
}

export function hashesOf(articles: readonly Article[]): readonly string[] {
  return articles.map(({ hash }) => hash)
}

export function peerIdOf({ players }: Pick<Attempted, 'players'>, position: number): PeerId {
  const player = players[position]
  if (player === undefined) throw new TypeError(`no player ${position}`)
  return player.identity.peerId
}

function honest(
  { gathering: { plan }, players }: Attempted,
  view: View,
  position: number,
  memories: readonly Map<string, unknown>[],
  step: Plan['phases'][number] & { kind: 'said' },
): MaybePromise<unknown> {
  const me = players[position]?.identity.peerId
  const memory = memories[position]
  if (me === undefined || memory === undefined) throw new TypeError(`no player ${position}`)
  const local = {
    me,
    role: undefined,
    input: undefined,
    random: (count: number) => platformCrypto.sha256(new TextEncoder().encode(`random ${me}`)).subarray(0, count),
    remember: (name: string) => {
      if (!memory.has(name)) memory.set(name, plan.kept.get(name)?.(view, local))
      return memory.get(name)
    },
    shown: () => Promise.reject(new Error('no secrets are played here')),
    burn: () => Promise.reject(new Error('no secrets are played here')),
  }
  return step.contribute(view, local, { signal: new AbortController().signal })
}

function viewOf(
  { gathering, id, round, number, members }: Attempted,
  said: readonly (readonly (Join | Contribution)[])[],
  phase: number,
): View {
  const { plan, invitation } = gathering
  const earlier = plan.phases.slice(0, phase).flatMap(({ name, kind }, at) => {
    const row = (said[at] ?? []).map((each) => (each.kind === 'contribution' ? each.value : undefined))
    return kind === 'said' ? [[name, row] as const] : []
  })
  return new RoundView({
    round,
    attempt: id,
    number,
    setup: invitation.setup,
    roster: members.map(({ peerId }) => peerId),
    roles: members.map(({ role }) => role),
    phase: plan.phases[phase]?.name ?? '',
    said: new Map(earlier),
  })
}
