import type { Case } from './case.js'
import { withVersion } from './observed-handler.js'

export const registrationCases: readonly Case[] = [
  {
    title: 'there is a valid sample of every declared message type',
    needs: ['types'],
    async run(stage, expect) {
      const { handler } = await stage.serve()
      const sampled = new Set(stage.samples.valid.map(({ type }) => type))
      expect([...(handler.messages?.keys() ?? [])].filter((type) => !sampled.has(type))).toEqual([])
    },
  },
  {
    title: 'it is offered to peers while it is registered, and no longer',
    needs: [],
    async run(stage, expect) {
      const { handler, version } = await stage.serve()
      const peer = await stage.join()
      const offered = () => peer.getPeer(stage.node.peerId)?.protocols.get(handler.protocolName) ?? []
      expect(offered()).toEqual([version])
      expect(stage.node.unregisterProtocol(handler.protocolName)).toBe(true)
      await stage.until('the offer to be withdrawn', () => offered().length === 0)
      expect(stage.node.unregisterProtocol(handler.protocolName)).toBe(false)
      stage.node.registerProtocol(handler)
      await stage.until('the offer to be made again', () => offered().length === 1)
    },
  },
  {
    title: 'two versions of it may be served at once, and each gets what is meant for it',
    needs: [],
    async run(stage, expect) {
      const { calls, handler, version } = await stage.serve()
      const next = await stage.createObserved()
      const nextVersion = version === 1 ? 2 : version - 1
      stage.node.registerProtocol(withVersion(next.handler, nextVersion))
      const peer = await stage.join()
      for (const sample of stage.samples.valid) await stage.say(peer, sample)
      await stage.caughtUp(peer)
      expect([...new Set(calls.map(({ message }) => message.version))]).toEqual([version])
      expect(next.calls.length).toBe(0)
      expect(stage.node.unregisterProtocol(handler.protocolName, version)).toBe(true)
      const offered = () => peer.getPeer(stage.node.peerId)?.protocols.get(handler.protocolName)
      await stage.until('one version to be left', () => offered()?.length === 1)
      expect(offered()).toEqual([nextVersion])
    },
  },
]
