import type { Case } from './case.js'
import { outcomeOf, rejectionCode, rejectionIs } from './outcome.js'

const codePattern = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/

export const dialCases: readonly Case[] = [
  {
    title: 'an address of another scheme is refused with a RondoError',
    needs: [],
    async run(arena, expect) {
      const code = await rejectionCode(() => arena.dial('no-such-scheme:somewhere'))
      expect(['ADDRESS_INVALID', 'ADDRESS_UNSUPPORTED'].includes(code) || code).toBe(true)
    },
  },
  {
    title: 'what is no address at all is refused with a RondoError',
    needs: [],
    async run(arena, expect) {
      for (const address of ['', 'somewhere', ':', 'http//nowhere'])
        expect(await rejectionCode(() => arena.dial(address))).toBe('ADDRESS_INVALID')
    },
  },
  {
    title: 'a dial to where nobody listens is rejected with a RondoError',
    needs: [],
    async run(arena, expect) {
      const gate = await arena.gate()
      await gate.listener.close()
      const code = await arena.within(
        rejectionCode(() => arena.dial(gate.address)),
        'the dial to be rejected',
      )
      expect(codePattern.test(code) || code).toBe(true)
    },
  },
  {
    title: 'a dial that was aborted before rejects with the reason and reaches nobody',
    needs: [],
    async run(arena, expect) {
      const gate = await arena.gate()
      const reason = new Error('never mind')
      const signal = AbortSignal.abort(reason)
      expect(await rejectionIs(reason, () => arena.dial(gate.address, { signal }))).toBe(true)
      expect(gate.accepted.length).toBe(0)
    },
  },
  ...[0, 1, 2, 3, 5, 8, 13].map((turns): Case => {
    return {
      title: `a dial aborted ${turns} turns on rejects with the reason and leaves nothing open`,
      needs: [],
      async run(arena, expect) {
        const gate = await arena.gate()
        const controller = new AbortController()
        const reason = new Error('changed my mind')
        const dialling = outcomeOf(() => arena.dial(gate.address, { signal: controller.signal }))
        for (let turn = 0; turn < turns; turn += 1) await arena.turn()
        controller.abort(reason)
        const outcome = await dialling
        if (outcome.status === 'fulfilled') {
          // It was up before: from then on the signal has no say.
          expect(outcome.value.send(new Uint8Array(1))).toBe(true)
          return
        }
        expect(outcome.status).toBe('rejected')
        expect(outcome.reason === reason || outcome.reason).toBe(true)
        for (const link of gate.accepted)
          await arena.until(arena.attach(link), 'the abandoned link to close', ({ reasons }) => reasons.length > 0)
      },
    }
  }),
  {
    title: 'an abort after the dial has succeeded leaves the link alone',
    needs: ['reliable'],
    async run(arena, expect) {
      const gate = await arena.gate()
      const controller = new AbortController()
      const near = arena.attach(await arena.dial(gate.address, { signal: controller.signal }))
      const far = arena.attach(await gate.next())
      controller.abort(new Error('too late'))
      await arena.pace()
      near.send(new Uint8Array([7]))
      await arena.until(far, 'a frame', ({ frames }) => frames.length === 1)
      expect(near.inbox.reasons).toEqual([])
    },
  },
  {
    title: 'a link says what it can do, and it is what the transport declares',
    needs: [],
    async run(arena, expect) {
      const pair = await arena.openBare()
      for (const { capabilities } of [pair.dialler, pair.listener]) {
        expect(capabilities.ordered).toBe(arena.traits.ordered)
        expect(capabilities.reliable).toBe(arena.traits.reliable)
        expect(Number.isSafeInteger(capabilities.frameBytesMax) && capabilities.frameBytesMax > 0).toBe(true)
      }
    },
  },
]
