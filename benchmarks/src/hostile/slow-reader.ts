import { createCoordinator, generateIdentity } from '@rondo/core'
import { webSocket } from '@rondo/transport-ws'
import type { Target } from '../contestants/contestant.ts'
import { connectToTarget } from '../contestants/rondo-node.ts'

// A peer that connects as everybody does and then stands still, with all that is sent to it in its sockets.

export function createSlowReader() {
  const endings: string[] = []
  return {
    async connect({ target }: { readonly target: Target }): Promise<void> {
      const node = createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })
      node.on('error', () => {})
      node.registerProtocol({ protocolName: 'bench-bytes', handleMessage: () => undefined })
      for (const name of ['interrupted', 'disconnected'] as const) node.on(name, (_, { code }) => endings.push(code))
      await connectToTarget(node, target)
    },
    /** From the next turn on this process does nothing at all for so long. */
    stall({ forMs }: { readonly forMs: number }): void {
      setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs), 20)
    },
    /** Why its links ended. */
    endings: (): readonly string[] => endings,
  }
}
