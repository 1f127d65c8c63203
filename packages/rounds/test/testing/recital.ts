import { type Coordinator, defineProtocol, type Message, message, type PeerId } from '@rondo/core'
import type { Malice, TraceEvent } from '@rondo/testkit/simulator'
import { type Life, simulate, type World } from '@rondo/testkit/simulator'
import type { Article } from '../../src/articles/article.js'
import { type ArticleDraft, draftMessage } from '../../src/articles/draft.js'
import { attemptIdOf, firstDigestOf, roundIdOf } from '../../src/articles/ids.js'
import { readArticle } from '../../src/articles/read-article.js'
import { hexOf } from '../../src/hex.js'
import { schemaOf } from '../../src/plan/schemas.js'

// A round that is recited and not played: everybody says the right thing at the right time and judges nothing, so what a malicious
// member makes of it is seen as it was sent.

export interface Heard {
  readonly from: PeerId
  readonly room: string
  /** Undefined for what is no article. */
  readonly article: Article | undefined
  readonly bytes: Uint8Array
}

export interface Recital {
  readonly peerIds: readonly PeerId[]
  /** By peer: the articles that it was sent, in order. */
  readonly heard: readonly (readonly Heard[])[]
  /** By peer: every message of `rounds` that passed no schema. */
  readonly raw: readonly (readonly unknown[])[]
  readonly notes: readonly TraceEvent[]
}

export interface RecitalOptions {
  readonly peers?: number
  readonly malicious?: number
  readonly rounds?: number
  readonly seed?: number
}

const anything = schemaOf((_value): _value is unknown => true, 'anything')
const everything = defineProtocol({
  name: 'rounds',
  messages: {
    articles: message({ payload: anything }),
    ask: message({ payload: anything }),
    links: message({ payload: anything }),
    gossip: message({ payload: anything }),
  },
})

const said = (name: string) => ({ name, kind: 'confirm' }) as const
export const recitedPlan = {
  name: 'recited',
  version: 1,
  phases: [said('join'), said('commit'), said('reveal'), said('confirm')],
}

const stepMs = 100

/** Peer 1 is malicious unless it is said who; each of the others is honest. */
export async function recite(
  malice: readonly Malice[],
  { peers = 3, malicious = 1, rounds = 1, seed = 7 }: RecitalOptions = {},
): Promise<Recital> {
  const world = simulate({ seed, peers, network: { latencyMs: 5 } })
  if (malice.length > 0) world.malicious(malicious, ...malice)
  const peerIds = world.peers.map(({ peerId }) => peerId)
  const heard: Heard[][] = peerIds.map(() => [])
  const raw: unknown[][] = peerIds.map(() => [])
  const { trace } = await world.run(async (peer, index, life) => {
    const listen = async ({ payload }: Message): Promise<void> => {
      raw[index]?.push(payload)
      const { room, articles } = Object(payload)
      if (!(room instanceof Uint8Array) || !Array.isArray(articles)) return
      for (const bytes of articles) {
        if (!(bytes instanceof Uint8Array)) continue
        const verdict = await peer.verifyMessage(bytes)
        const article = verdict.ok ? readArticle(recitedPlan, verdict) : undefined
        heard[index]?.push({ from: peerIds[malicious] ?? peer.peerId, room: hexOf(room), article, bytes })
      }
    }
    const none = (): void => {}
    const handler = everything.handler({ articles: none, ask: none, links: none, gossip: none })
    peer.registerProtocol({ ...handler, handleMessage: listen })
    await life.sleep(stepMs)
    for (let round = 0; round < rounds; round += 1) await reciteOnce(world, peer, index, life, heard[index] ?? [])
    await life.sleep(stepMs)
  })
  const notes = trace.tail.filter((event) => event.peer === malicious)
  return { peerIds, heard, raw, notes }
}

async function reciteOnce(
  world: World,
  peer: Coordinator,
  index: number,
  life: Life,
  heard: readonly Heard[],
): Promise<void> {
  const beganMs = world.nowMs
  const at = heard.length
  const name = (text: string): string =>
    hexOf(new Uint8Array(32).fill(index + 1 + text.length + Math.floor(beganMs / 50)))
  const incarnation = name('life').slice(0, 32)
  const articles = (): readonly Article[] =>
    [...own, ...heard.slice(at).map(({ article }) => article)].filter((article) => article !== undefined)
  const own: Article[] = []
  const wallMs = peer.env.wallMs()
  const say = async (draft: ArticleDraft): Promise<Article> => {
    const times = { createdMs: peer.env.wallMs(), expiresMs: expiresMs() }
    const verdict = await peer.verifyMessage(await peer.signMessage(draftMessage(recitedPlan, draft, times)))
    const article = verdict.ok ? readArticle(recitedPlan, verdict) : undefined
    if (article === undefined) throw new Error('the recital is wrong')
    own.push(article)
    const room = article.kind === 'invitation' ? article.room : invitation().room
    const payload = { room: Uint8Array.from(Buffer.from(room, 'hex')), articles: [article.bytes] }
    await peer.broadcast({ protocol: 'rounds', type: 'articles', payload })
    return article
  }
  const invitation = () => {
    const found = articles().find((article) => article.kind === 'invitation')
    if (found === undefined) throw new Error('nobody was invited')
    return found
  }
  const expiresMs = (): number => (index === 0 ? wallMs + 60_000 : invitation().expiresMs)
  const candidates = world.peers.map(({ peerId }) => ({ peerId, role: undefined }))
  const limits = { minimum: 2, maximum: 20, answerMs: 100, deadlineMs: 100, retries: 0 }

  if (index === 0)
    await say({ kind: 'invitation', nonce: name('nonce'), incarnation, candidates, setup: null, ...limits })
  await life.sleep(stepMs)
  const { room, incarnation: hostLife, nonce: hostNonce } = invitation()
  if (index > 0) await say({ kind: 'answer', room, incarnation, answer: { accepts: true, nonce: name('nonce') } })
  await life.sleep(stepMs)
  const members = candidates.map((candidate, member) => {
    if (member === 0) return { ...candidate, incarnation: hostLife, nonce: hostNonce, hash: room }
    const answer = articles().find(({ kind, author }) => kind === 'answer' && author === candidate.peerId)
    const isAccepted = answer?.kind === 'answer' && answer.answer.accepts
    return isAccepted && answer.answer.accepts
      ? { ...candidate, incarnation: answer.incarnation, nonce: answer.answer.nonce, hash: answer.hash }
      : undefined
  })
  const roster = members.flatMap((member, place) => (member === undefined ? [] : [place]))
  const playing = members.filter((member) => member !== undefined)
  const proposal = { roster, answers: playing.map(({ hash }) => hash.slice(0, 16)), culprits: [], suspects: [] }
  const round = roundIdOf(room, playing)
  const attempt = attemptIdOf(room, round, proposal)
  await say({ kind: 'join', parent: room, incarnation, attempt, proposal: index === 0 ? proposal : undefined })
  for (const [phase, { name: called }] of recitedPlan.phases.entries()) {
    await life.sleep(stepMs)
    if (phase === 0) continue
    const value = { commit: Uint8Array.of(index, 1, 2, 3), reveal: { salt: Uint8Array.of(index), value: index } }
    const digest = firstDigestOf(attempt)
    await say({
      ...{ kind: 'contribution', round, attempt, phase, digest },
      value: called === 'commit' || called === 'reveal' ? value[called] : undefined,
    })
  }
  await life.sleep(stepMs)
}
