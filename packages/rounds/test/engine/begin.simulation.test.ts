import { type Outcome, rounds } from '@rondo/rounds'
import { dice } from '@rondo/rounds/examples'
import { simulate, type Topology } from '@rondo/testkit/simulator'
import { expect, test } from 'vitest'

// What it costs a room to begin.

const latencyMs = 10
const settledMs = 200

async function roll(peers: number, topology: Topology) {
  const world = simulate({ seed: 7, peers, topology, network: { latencyMs } })
  let endedMs = 0
  const sent: number[] = []
  const run = await world.run(async (peer, index, life): Promise<Outcome> => {
    const engine = rounds(peer)
    const served = engine.serve(dice, (invite) => invite.accept())
    // Who serves what is known then.
    await life.sleep(settledMs)
    const before = peer.getStats().messagesSent
    const started = index > 0 ? undefined : await engine.start(dice, { with: world.others(0), setup: { sides: 6 } })
    const outcome = await (started?.outcome ?? served.next())
    sent.push(peer.getStats().messagesSent - before)
    endedMs = Math.max(endedMs, world.nowMs)
    await life.sleep(1)
    return outcome
  })
  const statuses = run.outcomes.map((outcome) => ('status' in outcome ? outcome.status : 'absent'))
  return { statuses, sent, endedMs }
}

test('where all are linked nobody asks and nobody passes on: a message for each article and link', async () => {
  const { statuses, sent } = await roll(8, 'mesh')
  expect(new Set(statuses)).toEqual(new Set(['completed']))
  for (const messages of sent) expect(messages).toBeLessThanOrEqual(5 * 7)
})

test('whom the host does not reach hears of the round from its neighbours, without waiting for a question', async () => {
  const { statuses, endedMs } = await roll(5, (index) => (index < 4 ? [index + 1] : []))
  expect(new Set(statuses)).toEqual(new Set(['completed']))
  // Five articles over four links, there and back; the first question would come after a second.
  expect(endedMs - settledMs).toBeLessThan(1_000)
})
