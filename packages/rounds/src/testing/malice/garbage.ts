import type { OutgoingMessage } from '@rondo/core'
import type { Malice, MaliceTools } from '@rondo/testkit/simulator'
import { type Desk, isArticles, roundMalice, roundsName } from './round-malice.js'
import { readSaid } from './said.js'
import { assertShare } from './share.js'

const articleBytesMax = 100_000
const articlesMax = 1_100

/** Follows a share of its messages with nonsense: on the level of messages, of articles, and under its own signature. */
export function garbage({ share = 0.5 }: { readonly share?: number | undefined } = {}): Malice {
  assertShare(share)
  return roundMalice('garbage', (tools) => ({
    async post(message, to, desk) {
      if (tools.random() >= share) return undefined
      const kind = kinds[Math.floor(tools.random() * kinds.length)] ?? 'noise'
      tools.note('garbage', `${kind} to ${to}`)
      return [message, { protocol: roundsName, ...(await nonsense(kind, message, desk, tools)) }]
    },
  }))
}

const kinds = [
  'noise',
  'truncated',
  'prolonged',
  'oversized',
  'many',
  'no room',
  'no articles',
  'no type',
  'no ask',
  'no links',
  'false links',
  'signed nonsense',
  'unknown room',
] as const

async function nonsense(
  kind: (typeof kinds)[number],
  { payload }: OutgoingMessage,
  desk: Desk,
  { bytes, random }: MaliceTools,
): Promise<OutgoingMessage> {
  const { room } = desk
  const some = (): Uint8Array => bytes(Math.floor(random() * 600))
  const genuine = isArticles(payload) ? (payload.articles[0] ?? some()) : some()
  const articles = (...said: readonly Uint8Array[]): OutgoingMessage => ({
    type: 'articles',
    payload: { room, articles: said },
  })
  switch (kind) {
    case 'noise':
      return articles(some(), new Uint8Array(0))
    case 'truncated':
      return articles(genuine.subarray(0, Math.floor(random() * genuine.length)))
    case 'prolonged':
      return articles(new Uint8Array([...genuine, 0]))
    case 'oversized':
      return articles(bytes(articleBytesMax))
    case 'many':
      return articles(...Array.from({ length: articlesMax }, () => new Uint8Array(1)))
    case 'no room':
      return { type: 'articles', payload: { room: room.subarray(1), articles: [genuine] } }
    case 'no articles':
      return { type: 'articles', payload: { room, articles: [1, 'two', { three: 3 }] } }
    case 'no type':
      return { type: 'gossip', payload: some() }
    case 'no ask':
      return { type: 'ask', payload: { room, offset: 5, held: bytes(7) } }
    case 'no links':
      return { type: 'links', payload: { room, member: 99, sequence: 0, linked: 'all' } }
    case 'false links':
      return { type: 'links', payload: { room, member: 0, sequence: 2 ** 40, linked: new Uint8Array(1) } }
    case 'signed nonsense':
      return articles(await signedNonsense(genuine, desk, some()))
    case 'unknown room':
      return { type: 'articles', payload: { room: bytes(32), articles: [genuine] } }
  }
}

/** The signature holds, and what it stands under is nothing. */
async function signedNonsense(genuine: Uint8Array, desk: Desk, payload: Uint8Array): Promise<Uint8Array> {
  const said = await readSaid(genuine, desk.verify)
  if (said === undefined) return payload
  const { protocol, version, type, createdMs, expiresMs } = said.message
  const position = { slot: new Uint8Array([9, ...payload.subarray(0, 40)]) }
  return desk.sign({ protocol, version, type, audience: 'anyone', position, createdMs, expiresMs, payload })
}
