import { describe, expect, test } from 'vitest'
import type { Coordinator } from '../../src/coordinator/coordinator.js'
import { FakeLine } from '../fake-line.js'
import type { FakeWire } from '../fake-wire.js'

// One conversation, whose link is cut at every frame that it has, and whose next link carries less in a frame.

/** Bytes of a message that travels in parts on every link of the test. */
const largeBytes = 9_000
const limits = { sendQueueBytesMax: 262_144 }

type Cut = 'before' | 'behind'

/** Cuts the wire at its frame of this number: in its place, or right behind it within the same turn. */
function cutAt(wire: FakeWire, at: number, how: Cut, cut: () => void): () => number {
  let frames = 0
  for (const end of [wire.dialler, wire.listener]) {
    const deliver = end.deliver.bind(end)
    end.deliver = (frame) => {
      frames += 1
      if (frames === at && how === 'before') return cut()
      deliver(frame)
      if (frames === at) cut()
    }
  }
  return () => frames
}

/** Everything that one end heard, in the order in which it did. */
function listenTo(node: Coordinator, presence: string[]): unknown[] {
  const heard: unknown[] = []
  node.registerProtocol({
    protocolName: 'talk',
    handleMessage: ({ type, payload }) => {
      heard.push(payload instanceof Uint8Array ? `${type} ${payload.length}` : `${type} ${payload}`)
      return type === 'ask' ? `answer ${payload}` : undefined
    },
    onPeerConnected: () => void presence.push('connected'),
    onPeerDisconnected: () => void presence.push('disconnected'),
  })
  return heard
}

async function say(node: Coordinator, to: Coordinator, from: number, answers: unknown[]): Promise<void> {
  const { peerId } = to
  const talk = { protocol: 'talk', version: 1 }
  const note = (type: string, payload: unknown) => void node.sendTo(peerId, { ...talk, type, payload })
  note('small', from)
  node.request(peerId, { ...talk, type: 'ask', payload: from }, { timeoutMs: 600_000 }).then(
    (answer) => answers.push(answer),
    (error) => answers.push(error.code),
  )
  note('large', new Uint8Array(largeBytes).fill(from))
  note('small', from + 1)
}

const said = (from: number): unknown[] => [`small ${from}`, `ask ${from}`, `large ${largeBytes}`, `small ${from + 1}`]

interface Story {
  /** How many frames its first link would have had. */
  readonly frames: number
  readonly line: FakeLine
}

/** Tells the whole conversation over a line that is cut at one frame, and checks that nobody noticed. */
async function converse(at: number, how: Cut): Promise<Story> {
  const line = new FakeLine({
    limits,
    wireOf: (dial) => ({ capabilities: { frameBytesMax: dial === 0 ? 4_096 : 1_024 } }),
  })
  let framesOf = (): number => 0
  line.prepare = (wire, dial) => {
    if (dial === 0) framesOf = cutAt(wire, at, how, () => line.cut())
  }
  const presence: [string[], string[]] = [[], []]
  const { env, near, far } = line
  const heard = [listenTo(near, presence[0]), listenTo(far, presence[1])]
  await line.connect().catch(() => {})
  // A link that was cut before there was a session is the program's to replace.
  if (near.getPeer(far.peerId) === undefined) await line.connect()
  await env.advance(1_000)
  const answers: unknown[][] = [[], []]
  for (const round of [0, 1]) {
    await say(near, far, 10 * round, answers[0] ?? [])
    await say(far, near, 10 * round + 5, answers[1] ?? [])
    await env.advance(1_000)
  }
  const where = `${how} frame ${at}`
  expect([where, heard[1]]).toEqual([where, [...said(0), ...said(10)]])
  expect([where, heard[0]]).toEqual([where, [...said(5), ...said(15)]])
  expect([where, answers]).toEqual([
    where,
    [
      ['answer 0', 'answer 10'],
      ['answer 5', 'answer 15'],
    ],
  ])
  expect([where, presence[0]]).toEqual([where, ['connected']])
  // The end that greets last may have begun a session of which the other never heard.
  const onceOrTwice = presence[1].length === 1 ? ['connected'] : ['connected', 'disconnected', 'connected']
  expect([where, presence[1]]).toEqual([where, onceOrTwice])
  await line.stop()
  expect([where, env.timers]).toEqual([where, 0])
  return { frames: framesOf(), line }
}

describe.each(['before', 'behind'] as const)('a link that is cut %s any frame of its life', (how) => {
  test('loses no message and no answer, repeats none, and keeps their order', async () => {
    const { frames } = await converse(Number.POSITIVE_INFINITY, how)
    expect(frames).toBeGreaterThan(20)
    let interruptions = 0
    for (let at = 1; at <= frames; at += 1) {
      const { line } = await converse(at, how)
      if (line.told[0].includes('interrupted LINK_CLOSED')) interruptions += 1
      expect([at, line.told.flat().filter((what) => what.startsWith('error'))]).toEqual([at, []])
    }
    expect(interruptions).toBeGreaterThan(frames - 8)
  })
})

test('links that are cut one after the other, each a frame later in its life, lose nothing', async () => {
  // Short pauses: links that do not last would be dialled ever later, and this is about many of them.
  const line = new FakeLine({
    limits: { ...limits, reconnectDelayMsMax: 1_000 },
    wireOf: () => ({ capabilities: { frameBytesMax: 1_024 } }),
  })
  line.prepare = (wire, dial) => {
    // A new link has five frames before the first of the session.
    if (dial > 0 && dial < 60) cutAt(wire, dial, dial % 2 === 0 ? 'before' : 'behind', () => line.cut())
  }
  const { env, near, far } = line
  const heard = [listenTo(near, []), listenTo(far, [])]
  await line.connect()
  line.cut()
  const answers: unknown[][] = [[], []]
  await say(near, far, 0, answers[0] ?? [])
  await say(far, near, 5, answers[1] ?? [])
  await env.advance(100_000)
  for (let round = 0; round < 40; round += 1) {
    line.cut()
    await env.advance(3_000)
  }
  expect(heard).toEqual([said(5), said(0)])
  expect(answers).toEqual([['answer 0'], ['answer 5']])
  expect(line.wires.length).toBeGreaterThan(40)
  expect(line.told.map((told) => told.filter((what) => what.startsWith('disconnected')))).toEqual([[], []])
  await line.stop()
})
