import type { PeerId } from '@rondo/core'
import { isProperAnswer } from './answer.js'
import type { Case } from './case.js'
import type { Question } from './samples.js'
import type { Stage } from './stage.js'

const crowd = 4

export const presenceCases: readonly Case[] = [
  {
    title: 'it is told of each peer once when it comes, and once when it goes',
    needs: [],
    async run(stage, expect) {
      const observed = await stage.serve()
      const peers = await joinAll(stage)
      for (const peer of peers) for (const sample of stage.samples.valid) await stage.say(peer, sample)
      expect(sorted(observed.connected)).toEqual(sorted(peers.map(({ peerId }) => peerId)))
      expect(observed.disconnected.length).toBe(0)
      for (const peer of peers) await stage.leave(peer)
      expect(observed.disconnected).toEqual(peers.map(({ peerId }) => peerId))
      expect(observed.connected.length).toBe(crowd)
    },
  },
  {
    title: 'it is told of peers that were there before it, and of their end when it is unregistered',
    needs: [],
    async run(stage, expect) {
      const peers = await joinAll(stage)
      const observed = await stage.serve()
      const ids = sorted(peers.map(({ peerId }) => peerId))
      expect(sorted(observed.connected)).toEqual(ids)
      stage.node.unregisterProtocol(observed.handler.protocolName)
      expect(sorted(observed.disconnected)).toEqual(ids)
      for (const peer of peers) await stage.leave(peer)
      expect([observed.connected.length, observed.disconnected.length]).toEqual([crowd, crowd])
    },
  },
  {
    title: 'several peers at once are each heard, and each is answered with what it asked for',
    needs: [],
    async run(stage, expect) {
      const { calls } = await stage.serve()
      const peers = await joinAll(stage)
      const faults: string[] = []
      const questions = peers.flatMap((peer) => stage.samples.valid.map((sample) => ({ peer, sample })))
      await Promise.all(
        questions.map(async ({ peer, sample }) => {
          if (!sample.isRequest) return stage.tell(peer, sample)
          const question: Question = { type: sample.type, payload: sample.payload, from: peer.peerId }
          const asked = stage.ask(peer, sample)
          const belongs = await asked.then(
            (reply) => stage.samples.isAnswerTo(question, reply),
            (error) => isProperAnswer(error.code),
          )
          if (!belongs) faults.push(`${sample.type} of ${peer.peerId}`)
        }),
      )
      for (const peer of peers) await stage.caughtUp(peer)
      expect(faults).toEqual([])
      for (const { peerId } of peers) {
        expect(calls.filter(({ from }) => from === peerId).length).toBe(stage.samples.valid.length)
      }
    },
  },
  {
    title: 'when a peer leaves, its signals abort, its handlers come to an end, and the others are served',
    needs: [],
    async run(stage, expect) {
      const { calls } = await stage.serve()
      const [leaving, staying] = [await stage.join(), await stage.join()]
      const said = stage.samples.valid.map((sample) => stage.say(leaving, sample).catch(() => 'gone'))
      await stage.caughtUp(leaving)
      const underWay = calls.filter(({ isPending, from }) => isPending && from === leaving.peerId)
      await stage.leave(leaving)
      await Promise.all(said)
      expect(underWay.filter(({ context }) => !context.signal.aborted).length).toBe(0)
      await stage.until('the handlers to come to an end', () => underWay.every(({ isPending }) => !isPending))
      for (const sample of stage.samples.valid) {
        const answer = await stage.say(staying, sample)
        expect(sample.isRequest ? isProperAnswer(answer) : answer === 'sent').toBe(true)
      }
      await stage.caughtUp(staying)
    },
  },
]

async function joinAll(stage: Stage) {
  return Promise.all(Array.from({ length: crowd }, () => stage.join()))
}

function sorted(peerIds: readonly PeerId[]): readonly PeerId[] {
  return [...peerIds].sort()
}
