import type { Coordinator, PeerId } from '@rondo/core'

// What rounds send, with no rounds in it: everybody sends so many bytes to everybody, and goes on once it has heard from all.

const protocol = 'bench-bare'
const askedBytes = 32

export interface ExchangePlan {
  readonly peers: number
  readonly bytes: number
  /** One after the other. */
  readonly times: number
}

export interface BareExchange {
  run(plan: ExchangePlan): Promise<void>
  /** One request after the other. */
  roundTripsMs(to: PeerId, count: number): Promise<readonly number[]>
}

export function createBareExchange(node: Coordinator): BareExchange {
  let heard = 0
  let heardEnough = (): void => {}
  let wanted = Number.POSITIVE_INFINITY
  node.registerProtocol({
    protocolName: protocol,
    handleMessage({ payload, type }) {
      if (type === 'ask') return payload
      heard += 1
      if (heard >= wanted) heardEnough()
      return undefined
    },
  })
  return {
    async run({ peers, bytes, times }) {
      const payload = new Uint8Array(bytes)
      const others = node.getConnectedPeers()
      if (others.length !== peers) throw new Error(`${others.length} links, where there should be ${peers}`)
      for (let time = 0; time < times; time += 1) {
        const all = new Promise<void>((resolve) => {
          heardEnough = resolve
        })
        wanted = peers
        for (const { peerId } of others) void node.sendTo(peerId, { protocol, type: 'say', payload })
        if (heard < wanted) await all
        // What others say next may have come before the last of this.
        heard -= peers
      }
      wanted = Number.POSITIVE_INFINITY
    },
    async roundTripsMs(to, count) {
      const payload = new Uint8Array(askedBytes)
      const tookMs: number[] = []
      for (let index = 0; index < count; index += 1) {
        const fromMs = performance.now()
        await node.request(to, { protocol, type: 'ask', payload })
        tookMs.push(performance.now() - fromMs)
      }
      return tookMs
    },
  }
}
