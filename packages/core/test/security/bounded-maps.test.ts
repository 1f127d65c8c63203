import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodeGoodbye, encodeMessageHead, encodeRequestHead } from '../../src/flow/envelope.js'
import { frameKind } from '../../src/flow/frames.js'
import { defaultLimits } from '../../src/options.js'
import { FakePeer, nameFrame, type RawFrame } from '../fake-peer.js'
import { FakeTown } from '../fake-town.js'
import { beginCensus, type Census } from './census.js'

// Point 6 of docs/security.md: as many names, peers and ids as somebody likes to make up. Every table of the node stays within its cap,
// those that no test knows of included, and is empty when the peers are gone. Address groups and scores are in ../peers/gate.test.ts.

const full = process.env['RONDO_TIER'] === 'full'
const peersMade = full ? 20_000 : 100
const namesMade = full ? 100_000 : 5_000
const idsMade = full ? 100_000 : 20_000
/** Keys that were checked; see ../../src/identity/ed25519.ts. Known keys are kept when their peers are gone. */
const checkedKeysMax = 4_096
/** Entries that stay however many there were: what the last session leaves is collected with its peer, at the test's end. */
const leftMax = 8
const forgottenMs = 3_600_000 * 4

let census: Census
beforeEach(() => {
  census = beginCensus()
})
afterEach(() => census.end())

/** Far from the budget of handshakes: what is counted here is tables. */
const limits = { handshakesPerSecond: 1_000_000, handshakesBurst: 1_000_000 } as const

async function createTown() {
  const town = new FakeTown()
  const node = town.node({ limits })
  node.registerProtocol({ protocolName: 'p', handleMessage: () => new Promise(() => {}) })
  // What is made once, by the first who comes, is there before the first look.
  const first = await FakePeer.join(node, town.env)
  await town.during(node.disconnectFromPeer(first.peerId))
  const before = await census.count()
  return { town, node, before }
}

/** The tables of the node once everything had the time to be forgotten. */
async function countAfterwards({ town, node }: Awaited<ReturnType<typeof createTown>>) {
  for (const { peerId } of node.getConnectedPeers()) await town.during(node.disconnectFromPeer(peerId))
  await town.env.advance(defaultLimits.sessionRecoverableMs + defaultLimits.heartbeatTimeoutMs)
  town.env.nowMs += forgottenMs
  node.cleanup()
  // The test's own list: an error keeps the objects of its stack.
  town.errors.get(node)?.splice(0)
  await town.env.settle()
  return census.count()
}

function* pieces(count: number, size: number): Generator<readonly number[]> {
  for (let start = 0; start < count; start += size) {
    yield Array.from({ length: Math.min(size, count - start) }, (_, index) => start + index)
  }
}

test(`${peersMade} peers that nobody knows, each with a goodbye of its own, leave nothing but keys that were checked`, async () => {
  const scene = await createTown()
  const { town, node, before } = scene
  let largest = 0
  for (let count = 0; count < peersMade; count += 1) {
    const peer = await FakePeer.join(node, town.env)
    // Half of them say goodbye by a code of their own, half hang up by one.
    const code = `MADE_UP_${count}`
    if (count % 2 === 0) peer.send([frameKind.goodbye, (writer) => encodeGoodbye(writer, { code })])
    else peer.wire.listener.end({ code })
    await town.env.settle()
    if (count % 1_000 === 999) largest = Math.max(largest, (await census.count()).largest)
  }
  expect(node.getStats().peers).toBe(0)
  expect(largest).toBeLessThanOrEqual(defaultLimits.scoresMax)
  const after = await countAfterwards(scene)
  expect(after.total - before.total).toBeLessThanOrEqual(
    Math.min(peersMade, checkedKeysMax) + Object.keys(node.getStats().failedHandshakes).length,
  )
  expect(after.sizes[1] ?? 0).toBeLessThanOrEqual(Math.max(before.largest, 8))
})

test(`${namesMade} names, a table of 1,024 after another: the next one ends the session, and none is left`, async () => {
  const scene = await createTown()
  const { town, node, before } = scene
  let largest = 0
  for (const numbers of pieces(namesMade, defaultLimits.namesMax)) {
    const peer = await FakePeer.join(node, town.env)
    peer.send(...numbers.map((number, id) => nameFrame(id, `topic-${number}`, 1, 't')))
    const message = (id: number): RawFrame => [frameKind.message, (writer) => encodeMessageHead(writer, id, 0)]
    peer.send(...numbers.map((_, id) => message(id)))
    await town.env.settle()
    largest = Math.max(largest, (await census.count()).largest)
    const isFull = numbers.length === defaultLimits.namesMax
    peer.send(nameFrame(numbers.length, 'one-more', 1, 't'))
    await town.env.settle()
    expect(node.isConnected(peer.peerId)).toBe(!isFull)
  }
  expect(largest).toBeLessThanOrEqual(defaultLimits.namesMax)
  expect(node.getStats().refused['PROTOCOL_UNKNOWN']).toBe(namesMade)
  const after = await countAfterwards(scene)
  expect(after.total - before.total).toBeLessThanOrEqual(Math.ceil(namesMade / defaultLimits.namesMax) + leftMax)
})

test(`${idsMade} ids of requests, streams, answers and cancellations fill no table beyond its cap, and leave none`, async () => {
  const scene = await createTown()
  const { town, node, before } = scene
  const peer = await FakePeer.join(node, town.env)
  peer.send(nameFrame(0, 'p', 1, 't'))
  const frameOf = (id: number): RawFrame => {
    const four = Uint8Array.of(id >>> 24, id >>> 16, id >>> 8, id)
    if (id % 4 === 0) return [frameKind.request, (writer) => encodeRequestHead(writer, 0, 0, id, 60_000)]
    if (id % 4 === 1) return [frameKind.reply, Uint8Array.of(...four, 0)]
    if (id % 4 === 2) return [frameKind.cancel, four]
    return [frameKind.open, (writer) => encodeRequestHead(writer, 0, 0, 2 * id, 1_000)]
  }
  let largest = 0
  for (const numbers of pieces(idsMade, 1_000)) {
    peer.send(...numbers.map((number) => frameOf(number + 1)))
    await town.env.settle()
    peer.acknowledge()
    await town.env.settle()
    largest = Math.max(largest, (await census.count()).largest)
  }
  // The clock of these tests has a timer for each request, one for the heartbeat, and one while the link is held by its rate.
  expect(largest).toBeGreaterThanOrEqual(defaultLimits.requestsPerPeerMax)
  expect(largest).toBeLessThanOrEqual(defaultLimits.requestsPerPeerMax + 2)
  expect(node.isConnected(peer.peerId)).toBe(true)
  const after = await countAfterwards(scene)
  expect(after.total - before.total).toBeLessThanOrEqual(leftMax)
})
