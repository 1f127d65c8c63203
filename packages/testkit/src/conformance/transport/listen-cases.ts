import type { Case } from './case.js'
import { outcomeOf, rejectionCode, rejectionIs } from './outcome.js'

export const listenCases: readonly Case[] = [
  {
    title: 'every address of a listener can be dialled',
    needs: [],
    async run(arena, expect) {
      const gate = await arena.gate()
      expect(gate.listener.addresses.length > 0).toBe(true)
      for (const address of gate.listener.addresses) {
        await arena.dial(address)
        await gate.next()
      }
    },
  },
  {
    title: 'an address of another scheme cannot be listened on',
    needs: [],
    async run(arena, expect) {
      const code = await rejectionCode(() => arena.listen('no-such-scheme:somewhere'))
      expect(['ADDRESS_INVALID', 'ADDRESS_UNSUPPORTED'].includes(code) || code).toBe(true)
    },
  },
  {
    title: 'two listeners at one address are one too many',
    needs: [],
    async run(arena, expect) {
      const gate = await arena.gate()
      expect(await rejectionCode(() => arena.listen(gate.address))).toBe('LISTEN_FAILED')
      await arena.dial(gate.address)
      await gate.next()
    },
  },
  {
    title: 'a closed listener leaves its address free, and closes twice without complaint',
    needs: [],
    async run(arena) {
      const first = await arena.gate()
      await first.listener.close()
      await first.listener.close()
      const second = await arena.listen(first.address)
      await arena.dial(second.address)
      await second.next()
    },
  },
  {
    title: 'a closed listener leaves the links that it accepted alive',
    needs: ['reliable'],
    async run(arena, expect) {
      const pair = await arena.open()
      const gate = await arena.gate()
      await arena.within(gate.listener.close(), 'the listener to close')
      pair.dialler.send(new Uint8Array([1]))
      pair.listener.send(new Uint8Array([2]))
      await arena.until(pair.listener, 'a frame', ({ frames }) => frames.length === 1)
      await arena.until(pair.dialler, 'a frame', ({ frames }) => frames.length === 1)
      expect([pair.dialler.inbox.reasons, pair.listener.inbox.reasons]).toEqual([[], []])
    },
  },
  {
    title: 'listening that was aborted before rejects with the reason and listens nowhere',
    needs: [],
    async run(arena, expect) {
      const reason = new Error('never mind')
      const signal = AbortSignal.abort(reason)
      expect(await rejectionIs(reason, () => arena.listen(arena.address, { signal }))).toBe(true)
      const gate = await arena.listen(arena.address)
      await arena.dial(gate.address)
      await gate.next()
    },
  },
  {
    title: 'listening aborted at once rejects with the reason, or was up already',
    needs: [],
    async run(arena, expect) {
      const controller = new AbortController()
      const reason = new Error('changed my mind')
      const listening = outcomeOf(() => arena.listen(arena.address, { signal: controller.signal }))
      controller.abort(reason)
      const outcome = await listening
      if (outcome.status === 'fulfilled') {
        await outcome.value.listener.close()
      } else {
        expect(outcome.status).toBe('rejected')
        expect(outcome.reason === reason || outcome.reason).toBe(true)
      }
      const gate = await arena.listen(arena.address)
      await arena.dial(gate.address)
      await gate.next()
    },
  },
  {
    title: 'a newcomer that is not admitted is turned away and never accepted',
    needs: [],
    async run(arena, expect) {
      let asked = 0
      const gate = await arena.listen(arena.address, {
        admit() {
          asked += 1
          return false
        },
      })
      const outcome = await outcomeOf(() => arena.dial(gate.address))
      // Where the medium cannot refuse a dial, the link that it made closes.
      if (outcome.status === 'fulfilled')
        await arena.until(arena.attach(outcome.value), 'the link to close', ({ reasons }) => reasons.length > 0)
      else expect(await rejectionCode(() => Promise.reject(outcome.reason))).toBe('DIAL_FAILED')
      expect(asked).toBe(1)
      expect(gate.accepted.length).toBe(0)
    },
  },
  {
    title: 'the group that a newcomer is admitted by is the group of its link',
    needs: [],
    async run(arena, expect) {
      const groups: (string | undefined)[] = []
      const gate = await arena.listen(arena.address, {
        admit(group) {
          groups.push(group)
          return true
        },
      })
      await arena.dial(gate.address)
      const accepted = await gate.next()
      expect(groups).toEqual([accepted.remote.group])
    },
  },
]
