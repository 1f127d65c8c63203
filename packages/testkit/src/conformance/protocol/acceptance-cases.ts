import { isProperAnswer } from './answer.js'
import type { Case } from './case.js'
import { connectedTo } from './stage.js'

export const acceptanceCases: readonly Case[] = [
  {
    title: 'every valid message is accepted, and its handler gets it once',
    needs: ['messages'],
    async run(stage, expect) {
      const { calls } = await stage.serve()
      const peer = await stage.join()
      const messages = stage.samples.valid.filter(({ isRequest }) => !isRequest)
      for (const sample of messages) await stage.say(peer, sample)
      await stage.caughtUp(peer)
      expect(calls.map(({ message }) => message.type)).toEqual(messages.map(({ type }) => type))
      await stage.until('the handler to finish', () => calls.every(({ isPending }) => !isPending))
      expect(stage.allRefusals()).toBe(0)
    },
  },
  {
    title: 'every valid request is answered, as its reply is declared',
    needs: ['requests'],
    async run(stage, expect) {
      const { calls } = await stage.serve()
      const peer = await stage.join()
      const improper: string[] = []
      for (const sample of stage.samples.valid) {
        const answer = await stage.say(peer, sample)
        if (sample.isRequest && !isProperAnswer(answer)) improper.push(`${sample.type}: ${answer}`)
      }
      await stage.caughtUp(peer)
      expect(improper).toEqual([])
      expect(stage.allRefusals()).toBe(0)
      expect(calls.length).toBe(stage.samples.valid.length)
      expect(connectedTo(stage.node)).toEqual([peer.peerId])
    },
  },
  {
    title: 'a handler that throws rejects its request with HANDLER_FAILED, and is heard of again',
    needs: ['requests'],
    async run(stage, expect) {
      const observed = await stage.serve()
      const peer = await stage.join()
      for (const sample of stage.samples.valid.filter(({ isRequest }) => isRequest)) {
        observed.throwNext(new Error('thrown by the suite'))
        expect(await stage.say(peer, sample)).toBe('HANDLER_FAILED')
        expect(stage.takeErrors().length).toBe(1)
        expect(isProperAnswer(await stage.say(peer, sample))).toBe(true)
      }
    },
  },
]
