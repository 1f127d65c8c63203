import { transportConformance } from '@rondo/testkit/conformance/transport'
import { webSocket } from '@rondo/transport-ws'
import { describe, expect, test } from 'vitest'
import { watchSockets } from './sockets.js'

const address = 'ws://127.0.0.1:0'

describe('in Node', () => {
  const createFixture = () => {
    const { sever, stop } = watchSockets()
    return { transport: webSocket({ closeTimeoutMs: 500 }), address, sever, teardown: stop }
  }
  transportConformance({ describe, test, expect }, createFixture, {
    severs: true,
    meshAddresses: Array(4).fill(address),
  })
})
