import { transportConformance } from '@rondo/testkit/conformance/transport'
import { createMemoryNetwork, type MemoryNetworkOptions } from '@rondo/testkit/memory'
import { describe, expect, test } from 'vitest'

const networks: Readonly<Record<string, MemoryNetworkOptions>> = {
  'without a wire': {},
  'with latency': { latencyMs: 0.5 },
  'with losses that cost time': { loss: 0.01, retransmitMs: 2, reorder: 0.01, reorderMs: 2, duplication: 0.01 },
  'with little bandwidth': { bandwidthBytesPerSecond: 400_000_000, latencyMs: [0, 1] },
}

for (const [name, options] of Object.entries(networks))
  describe(`memory ${name}`, () => {
    const createFixture = () => {
      const network = createMemoryNetwork(options)
      const sever = () => void network.sever()
      return { transport: network.transport(), address: 'memory:loft', sever }
    }
    transportConformance({ describe, test, expect }, createFixture, {
      severs: true,
      meshAddresses: ['memory:a', 'memory:b', 'memory:c', 'memory:d'],
    })
  })
