import type { Coordinator, PeerId } from '@rondo/core'
import { createSeededRandom } from '@rondo/testkit/memory'
import { everySeed, type Life, simulate, simulationSeeds, type World } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'

// Two peers that write to each other with `queueMs` while everything goes wrong, and then nothing does any more: what was
// accepted and has not expired is heard, in order, and nothing long after its time.

const chaosMs = 40_000
const calmMs = 60_000
/** Outlives the run, and so must be heard; no clock jumps forward by as much. */
const longMs = 900_000
const limits = {
  awayMessagesPerPeerMax: 8,
  awayBytesPerPeerMax: 20_000,
  sessionRecoverableMs: 5_000,
  heartbeatIntervalMs: 2_000,
  heartbeatTimeoutMs: 5_000,
}
/** What a session may take on top: until it is known to be lost, and once more where it came back in between. */
const sessionMs = 2 * (limits.heartbeatTimeoutMs + limits.heartbeatIntervalMs + limits.sessionRecoverableMs) + 5_000

interface Accepted {
  readonly id: number
  readonly atMs: number
  readonly queueMs: number
}

interface Heard {
  readonly id: number
  readonly atMs: number
}

/** One peer's part, over all its lives. */
class Correspondent {
  readonly accepted: Accepted[] = []
  readonly heard: Heard[] = []
  /** When its disk was lost. */
  readonly lossesMs: number[] = []
  setsClockBack = false
  refused = 0
  lastId = 0
  messagesMost = 0
  left = -1
}

type Dice = (below: number) => number

function misfortunes(world: World, dice: Dice, correspondents: readonly Correspondent[]): void {
  for (let atMs = 1_000 + dice(4_000); atMs < chaosMs; atMs += 500 + dice(9_000)) {
    const peer = dice(2)
    const correspondent = correspondents[peer]
    const what = dice(10)
    if (what < 4) {
      const keepStore = dice(4) > 0
      if (!keepStore) correspondent?.lossesMs.push(atMs)
      world
        .at(atMs)
        .crash(peer, { keepStore, links: dice(2) === 0 ? 'reset' : 'silent' })
        .restart(100 + dice(4_000))
    } else if (what < 7)
      world
        .at(atMs)
        .partition([0], [1])
        .at(atMs + 200 + dice(12_000))
        .heal()
    else if (what < 8) world.at(atMs).sever(0, 1)
    else {
      const jumpMs = [-3_600_000, -3_000, 3_000, 20_000][dice(4)] ?? 0
      if (jumpMs < 0 && correspondent !== undefined) correspondent.setsClockBack = true
      world.at(atMs).jumpClock(peer, jumpMs)
    }
  }
  world.at(chaosMs).heal()
}

async function correspond(world: World, index: number, peer: Coordinator, life: Life, me: Correspondent, dice: Dice) {
  const [other] = world.others(index)
  if (other === undefined) throw new Error('there is nobody to write to')
  peer.on('message', ({ payload }) => me.heard.push({ id: payload as number, atMs: world.nowMs }))
  while (world.nowMs < chaosMs + calmMs) {
    if (index === 0 && !peer.isConnected(other)) peer.connectToPeer(world.targetOf(1)).catch(() => {})
    if (world.nowMs < chaosMs && dice(3) > 0) await write(world, peer, other, me, dice)
    const { messages, bytes } = peer.getStats().mailbox
    me.messagesMost = Math.max(me.messagesMost, messages)
    expect(bytes).toBeLessThanOrEqual(limits.awayBytesPerPeerMax)
    await life.sleep(200 + dice(world.nowMs < chaosMs ? 1_500 : 4_000))
  }
  me.left = peer.getStats().mailbox.messages
}

async function write(world: World, peer: Coordinator, to: PeerId, me: Correspondent, dice: Dice): Promise<void> {
  const queueMs = [1_000, 4_000, longMs, longMs][dice(4)] ?? longMs
  me.lastId += 1
  const id = me.lastId
  const atMs = world.nowMs
  try {
    await peer.sendTo(to, { type: 'note', payload: id }, { queueMs })
    me.accepted.push({ id, atMs, queueMs })
  } catch (error) {
    me.refused += 1
    expect(error).toMatchObject({ code: 'MAILBOX_FULL' })
  }
}

function judge(from: Correspondent, to: Correspondent): void {
  const firsts = new Map<number, number>()
  for (const { id, atMs } of to.heard) if (!firsts.has(id)) firsts.set(id, atMs)
  const ids = [...firsts.keys()]
  expect(ids, 'in order').toEqual(ids.toSorted((a, b) => a - b))
  for (const { id, atMs, queueMs } of from.accepted) {
    const heardAtMs = firsts.get(id)
    const isOnDisk = from.lossesMs.every((lossMs) => lossMs < atMs)
    if (queueMs === longMs && isOnDisk) expect(heardAtMs, `${id}, accepted at ${atMs}, is heard`).toBeDefined()
    // A start whose clock was set back gives what is left its time again.
    if (from.setsClockBack || heardAtMs === undefined) continue
    expect(heardAtMs - atMs, `${id}, with ${queueMs} ms, is heard in time`).toBeLessThanOrEqual(queueMs + sessionMs)
  }
  expect(from.messagesMost).toBeLessThanOrEqual(limits.awayMessagesPerPeerMax)
  expect(from.left, 'left at the end').toBe(0)
}

/** 10,000 seeds take six minutes on two cores of their own. */
const timeout = process.env['RONDO_TIER'] === 'full' ? 1_800_000 : 300_000

test('whatever crashes, parts and jumps: what was kept is heard, in order and in time, and nothing is left', {
  timeout,
}, async () => {
  const seeds = simulationSeeds({ quick: 150, full: 10_000 })
  const totals = { accepted: 0, heard: 0, distinct: 0, lost: 0, refused: 0 }
  await everySeed(seeds, async (seed) => {
    const random = createSeededRandom(seed)
    const dice: Dice = (below) => Math.floor(random() * below)
    const world = simulate({ seed, peers: 2, network: { latencyMs: [1, 60] }, limits })
    const correspondents = [new Correspondent(), new Correspondent()] as const
    misfortunes(world, dice, correspondents)
    const { errors } = await world.run((peer, index, life) => {
      const own = createSeededRandom(seed * 1_000 + index * 100 + life.incarnation)
      const me = correspondents[index === 0 ? 0 : 1]
      return correspond(world, index, peer, life, me, (below) => Math.floor(own() * below))
    })
    expect(errors).toEqual([])
    judge(correspondents[0], correspondents[1])
    judge(correspondents[1], correspondents[0])
    for (const { accepted, heard, lossesMs, refused } of correspondents) {
      totals.accepted += accepted.length
      totals.heard += heard.length
      totals.distinct += new Set(heard.map(({ id }) => id)).size
      totals.lost += lossesMs.length
      totals.refused += refused
    }
  })
  // The worlds were as wild as they are meant to be: messages expired, came twice, or found no room.
  if (seeds.length < 100) return
  expect(totals.distinct).toBeLessThan(totals.accepted)
  expect(totals.heard).toBeGreaterThan(totals.distinct)
  expect(Math.min(totals.lost, totals.refused)).toBeGreaterThan(0)
})
