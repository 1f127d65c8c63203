import { expect, test } from 'vitest'
import { judgeWorld } from './invariants.js'
import { type LieName, lieNamed } from './lies.js'
import { playWorld } from './play.js'
import type { Job, Recipe } from './recipe.js'
import { nameOfRequest } from './requests.js'

// One lie in a quiet world: what the others make of it.

interface Staged {
  readonly signers?: number
  readonly host?: number
  readonly inputs?: number
  readonly retries?: number
  readonly hasStranger?: boolean
  readonly events?: Recipe['events']
}

/** By honest signer: how each of its rounds ended. */
async function playAgainst(lies: Readonly<Record<number, LieName>>, staged: Staged = {}) {
  const { signers = 4, host = 0, inputs = 0, retries = 0, hasStranger = false, events = [] } = staged
  const job: Job = { host, inputs, retries, atMs: 0, tweaks: inputs > 0 ? [] : [true, false], hasOwnKeys: true }
  const recipe: Recipe = {
    ...{ seed: 1, signers, hasStranger, jobs: [job], events, isByHand: false, servesFirst: true, givesUp: undefined },
    network: { latencyMs: [5, 40] },
    lies: new Map(Object.entries(lies).map(([peer, name]) => [Number(peer), [lieNamed(name)]])),
  }
  const played = await playWorld(recipe)
  const known = await judgeWorld(recipe, played)
  const culprits = known.flatMap(({ endings }) =>
    endings.flatMap((ending) => (ending.status === 'aborted' ? ending.culprits : [])),
  )
  const endings = known.map(({ endings: [...all] }) => {
    const last = all.at(-1)
    if (last === undefined) return 'none'
    return last.status === 'completed' ? 'signed' : `${last.reason}${last.mayBeSigned ? ', and may be signed' : ''}`
  })
  return { endings, culprits: [...new Set(culprits.map(({ peerId }) => played.peerIds.indexOf(peerId)))], played }
}

const all = (ending: string, many = 3): readonly string[] => Array.from({ length: many }, () => ending)

test.each<[LieName, string]>([
  ['no points', 'FAULT'],
  ['nothing as nonce', 'FAULT'],
  ['too few', 'FAULT'],
  ['too many', 'FAULT'],
  ['two nonces', 'EQUIVOCATION'],
  ['wrong part', 'FAULT, and may be signed'],
  ['one more', 'FAULT, and may be signed'],
  ['tweaked key', 'FAULT, and may be signed'],
  ['another message', 'FAULT, and may be signed'],
  ['one half twice', 'FAULT, and may be signed'],
  ['negated nonces', 'FAULT, and may be signed'],
  ['too large a part', 'FAULT, and may be signed'],
  ['the nonces of another', 'FAULT, and may be signed'],
  ['rogue key', 'FAULT, and may be signed'],
  ['two parts', 'EQUIVOCATION, and may be signed'],
])('who brings %s is convicted by everybody: %s', async (lie, ending) => {
  const { endings, culprits } = await playAgainst({ 2: lie })
  expect(endings).toEqual(all(ending))
  expect(culprits).toEqual([2])
})

test.each<[LieName, number]>([
  ['wrong part', 3],
  ['tweaked key', 2],
  ['negated nonces', 2],
])('in a PSBT of several inputs as well: %s', async (lie, inputs) => {
  const { endings, culprits } = await playAgainst({ 1: lie }, { signers: 3, inputs })
  expect(endings).toEqual(all('FAULT, and may be signed', 2))
  expect(culprits).toEqual([1])
})

test('parts that are wrong and cancel out make the signature, and there is nobody to convict', async () => {
  const { endings } = await playAgainst({ 1: 'one more', 3: 'one less' })
  expect(endings).toEqual(all('signed', 2))
})

test('the same with a host among them, and in a PSBT', async () => {
  const { endings } = await playAgainst({ 0: 'one more', 3: 'one less' }, { inputs: 2 })
  expect(endings).toEqual(all('signed', 2))
})

test('twenty sign, of whom two are wrong together', { timeout: 120_000 }, async () => {
  const { endings } = await playAgainst({ 7: 'one more', 13: 'one less' }, { signers: 20 })
  expect(endings).toEqual(all('signed', 18))
})

test.each<[LieName, string]>([
  ['silent', 'TIMEOUT'],
  ['copied nonces', 'TIMEOUT'],
  ['copied parts', 'TIMEOUT'],
  ['forges', 'signed'],
  ['replays', 'signed'],
  ['stutters', 'signed'],
  ['many lives', 'signed'],
  ['false links', 'signed'],
])('whoever plays %s, nobody is convicted: %s', async (lie, ending) => {
  const { endings, culprits } = await playAgainst({ 2: lie }, { host: 2 })
  // Who hears of it first says so to the others, and their deadline is not waited for any more.
  expect(endings.map((each) => (each === 'CLOSED' ? 'TIMEOUT' : each))).toEqual(all(ending))
  expect(culprits).toEqual([])
})

test.each<LieName>(['fewer than all', 'swapped seats', 'a seat too few', 'a key twice'])(
  'nobody takes part in a round of a host with %s',
  async (lie) => {
    const { endings, played } = await playAgainst({ 0: lie })
    expect(endings).toEqual([])
    expect(played.nonces.made).toEqual([])
  },
)

test.each<LieName>(['two messages', 'two key lists', 'two tweaks'])(
  'a host with %s, one for each half of the others, has at most the one that everybody approves',
  async (lie) => {
    const { played } = await playAgainst({ 0: lie })
    const [asked] = played.requests.map(nameOfRequest)
    const answered = played.tap.said.filter(({ type }) => type === 'answer').map(({ room }) => room)
    expect(new Set(answered).size).toBe(2)
    for (const strict of [1, 3])
      expect(played.approved[strict]?.every((request) => nameOfRequest(request) === asked)).toBe(true)
    expect(played.signedByLiars.size).toBeLessThanOrEqual(1)
  },
)

test('a stranger who says that every attempt is over, and everything else as its own word, is not heard', async () => {
  const { endings, played } = await playAgainst({}, { hasStranger: true })
  expect(played.tap.overheard.size).toBeGreaterThan(0)
  expect(endings).toEqual(all('signed', 4))
})

test('after a conviction there is no further attempt: without the culprit there is no key', async () => {
  const { endings, played } = await playAgainst({ 2: 'wrong part' }, { retries: 2 })
  expect(endings).toEqual(all('FAULT, and may be signed'))
  expect(played.nonces.made).toHaveLength(3)
})

test('a further attempt has other nonces, and what was shown in the first is used for nothing', async () => {
  const cut = {
    atMs: 170,
    kind: 'partition',
    groups: [
      [0, 1],
      [2, 3],
    ],
    forMs: 1_500,
  } as const
  const { endings, played } = await playAgainst({}, { retries: 2, events: [cut] })
  expect(endings).toEqual(all('signed', 4))
  expect(played.nonces.made).toHaveLength(8)
  expect(played.nonces.made.filter(({ usedFor }) => usedFor.length > 0)).toHaveLength(4)
})
