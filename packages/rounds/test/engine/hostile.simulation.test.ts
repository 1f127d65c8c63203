import type { Coordinator, OutgoingMessage } from '@rondo/core'
import { accept } from '@rondo/rounds/testing'
import { wrapCoordinator } from '@rondo/testkit/simulator'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBooks } from './lives.js'
import { atTable, words } from './table.js'

// Somebody who is connected and says anything that has the form of a message of rounds.

const short = { answerMs: 500, deadlineMs: 500 }
const protocol = { protocol: 'rounds', version: 1 }

/** Of any content that the schemas let through. `rooms` are those that exist. */
function anyMessage(rooms: readonly Uint8Array[], genuine: readonly Uint8Array[]): fc.Arbitrary<OutgoingMessage> {
  const bytes = (least: number, most: number): fc.Arbitrary<Uint8Array> =>
    fc.uint8Array({ minLength: least, maxLength: most }).map((each) => new Uint8Array(each))
  const room = fc.oneof(fc.constantFrom(...rooms), bytes(32, 32))
  const article = fc.oneof(fc.constantFrom(...genuine), bytes(0, 300), fc.constantFrom(...genuine).map(flipped))
  const held = fc
    .array(bytes(8, 8), { maxLength: 20 })
    .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])))
  return fc.oneof(
    fc.record({ room, articles: fc.array(article, { minLength: 1, maxLength: 8 }) }).map(as('articles')),
    fc.record({ room, offset: fc.constantFrom(0, 8, 16, 24), held }).map(as('ask')),
    fc
      .record({ room, member: fc.nat(99), sequence: fc.integer({ min: 1, max: 2 ** 48 - 1 }), linked: bytes(1, 13) })
      .map(as('links')),
  )
}

const as =
  (type: string) =>
  (payload: unknown): OutgoingMessage => ({ ...protocol, type, payload })

function flipped(bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice()
  const at = changed.length >> 1
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}

/** What a node sends, for whoever wants to say it elsewhere. */
function overhear(peer: Coordinator, rooms: Uint8Array[], articles: Uint8Array[]): Coordinator {
  return wrapCoordinator(peer, {
    sendTo(peerId, message, options) {
      const { payload } = message
      if (typeof payload === 'object' && payload !== null) {
        if ('room' in payload && payload.room instanceof Uint8Array) rooms.push(payload.room)
        if ('articles' in payload && Array.isArray(payload.articles)) articles.push(...payload.articles)
      }
      return peer.sendTo(peerId, message, options)
    },
  })
}

describe('whoever says anything at all', () => {
  for (const [who, invited] of [
    ['a stranger', [1, 2]],
    ['somebody who is invited', [1, 2, 3]],
  ] as const)
    test(`${who} makes nobody throw, convicts nobody, and keeps nobody from completing`, async () => {
      const rooms: Uint8Array[] = []
      const articles: Uint8Array[] = []
      const books = createBooks()
      const { errors, logged } = await atTable(
        4,
        async ({ engine, world, sleep }) => {
          for (const index of [1, 2]) engine(index).serve(words, accept)
          const others = world.others(0).filter((_each, at) => invited.some((index) => index === at + 1))
          const begin = () => engine(0).start(words, { with: others, setup: 'x', minimum: 3, ...short })
          await (await begin()).outcome
          const round = await begin()
          const messages = fc.sample(anyMessage(rooms.slice(0, 20), articles.slice(0, 40)), { numRuns: 600, seed: 7 })
          for (const [at, message] of messages.entries()) {
            const to = [world.others(3)[0], ...world.others(0)][at % 3]
            if (to !== undefined) await world.peers[3]?.sendTo(to, message).catch(() => {})
            if (at % 20 === 0) await sleep(10)
          }
          expect(await round.outcome).toMatchObject({ status: 'completed', result: 'yes yes yes' })
          await sleep(2_000)
          expect(round.account().convictions).toEqual([])
          const again = await begin()
          expect(await again.outcome).toMatchObject({ status: 'completed' })
        },
        { wrap: (peer, index) => (index < 3 ? overhear(books.watch(peer, 0), rooms, articles) : peer) },
      )
      expect(errors).toEqual([])
      expect(logged.filter(({ level }) => level === 'error')).toEqual([])
      expect(books.complaints()).toEqual([])
    })

  test('has so many signatures verified, and no more: in rooms that nobody knows, and in one that all know', async () => {
    let verified = 0
    const rooms: Uint8Array[] = []
    const articles: Uint8Array[] = []
    const limits = { invitationsBurst: 30, invitationsPerSecond: 5, forgeriesMax: 8 }
    const wrap = (peer: Coordinator, index: number): Coordinator => {
      if (index === 0) return overhear(peer, rooms, articles)
      if (index !== 1) return peer
      return wrapCoordinator(peer, {
        verifyMessage(bytes, options) {
          verified += 1
          return peer.verifyMessage(bytes, options)
        },
      })
    }
    await atTable(
      3,
      async ({ engine, world, sleep }) => {
        engine(1).serve(words, accept)
        const [member] = world.others(0)
        if (member === undefined) throw new Error('there is somebody')
        const round = await engine(0).start(words, { with: world.others(0), minimum: 2, setup: 'x', ...short })
        await round.outcome
        await sleep(1_000)
        const [known] = rooms
        const flood = async (room: (at: number) => Uint8Array): Promise<number> => {
          const before = verified
          for (let at = 0; at < 60; at += 1) {
            const forged = Array.from({ length: 10 }, (_each, more) => Uint8Array.of(...(articles[0] ?? []), at, more))
            await world.peers[2]?.sendTo(member, as('articles')({ room: room(at), articles: forged }))
          }
          await sleep(500)
          return verified - before
        }
        // A burst, and what comes back to it meanwhile.
        expect(await flood((at) => new Uint8Array(32).fill(at))).toBeLessThan(50)
        expect(await flood(() => known ?? new Uint8Array(32))).toBe(limits.forgeriesMax)
      },
      { wrap, rounds: { limits } },
    )
    expect(verified).toBeGreaterThan(limits.invitationsBurst)
  })
})
