import { transportConformance } from '@rondo/testkit/conformance/transport'
import { describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { webSocket as browserWebSocket } from '../src/browser.js'
import { webSocket } from '../src/index.js'

// Both have the interface that browsers have; the browsers' own is another's test.
const platforms = { 'the WebSocket of ws': WebSocket, 'the WebSocket of this Node': globalThis.WebSocket }
const options = { closeTimeoutMs: 500 }

for (const [name, platform] of Object.entries(platforms))
  describe.skipIf(platform === undefined)(`in a browser, by ${name}`, () => {
    const createFixture = () => {
      vi.stubGlobal('WebSocket', platform)
      return {
        transport: browserWebSocket(options),
        listenWith: webSocket(options),
        address: 'ws://127.0.0.1:0',
        teardown: () => void vi.unstubAllGlobals(),
      }
    }
    transportConformance({ describe, test, expect }, createFixture, { pauses: false })
  })
