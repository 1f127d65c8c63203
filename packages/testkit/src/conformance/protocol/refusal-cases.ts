import type { Coordinator, ProtocolHandler } from '@rondo/core'
import { createSeededRandom } from '../../memory/seeded-random.js'
import type { Runner } from '../runner.js'
import { answerTo, isProperAnswer, isRefusal } from './answer.js'
import type { Case } from './case.js'
import { drawPayload, garbage, spoilPayload } from './random-payload.js'
import type { Sample } from './samples.js'
import { connectedTo, type Stage } from './stage.js'

const randomPayloadsEach = 60

export const refusalCases: readonly Case[] = [
  {
    title: 'payloads that do not fit their type are refused and counted, and the peer stays',
    needs: ['types'],
    async run(stage, expect) {
      const { calls, handler } = await stage.serve()
      const peer = await stage.join()
      const misfits = [...stage.samples.invalid, ...garbageRefusedBy(handler, stage)]
      for (const [refusedBefore, sample] of misfits.entries()) {
        const answer = await stage.say(peer, sample)
        await stage.caughtUp(peer)
        expect([sample.type, sample.payload, stage.allRefusals()]).toEqual([
          sample.type,
          sample.payload,
          refusedBefore + 1,
        ])
        expect(sample.isRequest ? isRefusal(answer) : answer === 'sent').toBe(true)
      }
      expect(calls.length).toBe(0)
      await expectStillServed(stage, peer, expect)
    },
  },
  {
    title: 'a message sent as a request, and a request sent as a message, are refused',
    needs: ['types'],
    async run(stage, expect) {
      const { calls } = await stage.serve()
      const peer = await stage.join()
      for (const sample of stage.samples.valid) {
        if (sample.isRequest) await stage.tell(peer, sample)
        else expect(await answerTo(sample, stage.samples, stage.ask(peer, sample))).toBe('PROTOCOL_TYPE_UNKNOWN')
      }
      await stage.caughtUp(peer)
      expect(stage.refusals('PROTOCOL_TYPE_UNKNOWN')).toBe(stage.samples.valid.length)
      expect(calls.length).toBe(0)
      await expectStillServed(stage, peer, expect)
    },
  },
  {
    title: 'a type that it does not declare is refused',
    needs: ['types'],
    async run(stage, expect) {
      const { calls } = await stage.serve()
      const peer = await stage.join()
      const unheard: Sample = { type: 'conformance/unheard-of', payload: undefined, isRequest: true }
      expect(await stage.say(peer, unheard)).toBe('PROTOCOL_TYPE_UNKNOWN')
      expect(await stage.say(peer, { ...unheard, isRequest: false })).toBe('sent')
      await stage.caughtUp(peer)
      expect(stage.refusals('PROTOCOL_TYPE_UNKNOWN')).toBe(2)
      expect(calls.length).toBe(0)
      await expectStillServed(stage, peer, expect)
    },
  },
  {
    title: 'payloads above the declared size are refused before anybody looks at them',
    needs: ['types'],
    async run(stage, expect) {
      const { calls, handler } = await stage.serve()
      const peer = await stage.join()
      let oversized = 0
      for (const [type, { bytesMax, kind }] of handler.messages ?? []) {
        if (bytesMax === undefined) continue
        oversized += 1
        await stage.say(peer, { type, payload: new Uint8Array(bytesMax + 1), isRequest: kind === 'request' })
      }
      await stage.caughtUp(peer)
      expect(stage.refusals('MESSAGE_OVERSIZED')).toBe(oversized)
      expect(calls.length).toBe(0)
      await expectStillServed(stage, peer, expect)
    },
  },
  {
    title: 'random payloads of every type do no harm: each is refused or handled, and nothing fails',
    needs: [],
    async run(stage, expect) {
      const observed = await stage.serve()
      const peer = await stage.join()
      const random = createSeededRandom(stage.samples.seed)
      const improper: string[] = []
      for (const sample of stage.samples.valid) {
        for (let count = 0; count < randomPayloadsEach; count += 1) {
          const payload = random() < 0.5 ? drawPayload(random) : spoilPayload(random, sample.payload)
          const answer = await stage.say(peer, { ...sample, payload })
          if (answer === 'sent' || isProperAnswer(answer) || isRefusal(answer)) continue
          improper.push(`${sample.type}: ${answer}`)
        }
      }
      await stage.caughtUp(peer)
      await stage.until('the handler to finish', () => observed.calls.every(({ isPending }) => !isPending))
      expect(improper).toEqual([])
      expect(stage.takeErrors()).toEqual([])
      await expectStillServed(stage, peer, expect)
    },
  },
]

/** What the handler's own rules refuse of the suite's garbage, in each of its types. */
function garbageRefusedBy(handler: ProtocolHandler, { samples }: Stage): readonly Sample[] {
  const types = new Map(samples.valid.map((sample) => [sample.type, sample]))
  return [...types.values()].flatMap((sample) => {
    const rules = handler.messages?.get(sample.type)
    return garbage
      .filter((payload) => rules?.check?.(payload).ok === false)
      .map((payload): Sample => ({ ...sample, payload }))
  })
}

async function expectStillServed(stage: Stage, peer: Coordinator, expect: Runner['expect']): Promise<void> {
  expect(connectedTo(stage.node)).toEqual([peer.peerId])
  const refusedBefore = stage.allRefusals()
  for (const sample of stage.samples.valid) {
    const answer = await stage.say(peer, sample)
    expect(sample.isRequest ? isProperAnswer(answer) : answer === 'sent').toBe(true)
  }
  await stage.caughtUp(peer)
  expect(stage.allRefusals()).toBe(refusedBefore)
}
