import { setTimeout as sleep } from 'node:timers/promises'
import { type Coordinator, createCoordinator, generateIdentity, type PayloadCodec, type PeerId } from '@rondo/core'
import { webSocket } from '@rondo/transport-ws'
import type { Target } from '../contestants/contestant.ts'
import { connectToTarget } from '../contestants/rondo-node.ts'

// A proven peer that sends garbage: half of it messages of a type that nobody declared, half of it by a codec that nobody has.

const protocol = 'bench-bytes'

/** Its garbage is 64 bytes. */
class Garbage {
  readonly bytes = new Uint8Array(64).fill(0xab)
}

const garbageCodec: PayloadCodec = {
  id: 99,
  name: 'garbage',
  accepts: (value) => value instanceof Garbage,
  encode: (value, writer) => writer.bytes(value instanceof Garbage ? value.bytes : new Uint8Array()),
  decode: () => ({ ok: true, value: undefined }),
}

/** Sends until it is told to stop. */
export function createMessageFlood() {
  let node: Coordinator | undefined
  let peerId: PeerId | undefined
  let flooding: Promise<number> | undefined
  let isOver = false

  async function flood(perSecond: number): Promise<number> {
    const begunMs = performance.now()
    let sent = 0
    while (!isOver) {
      const due = ((performance.now() - begunMs) * perSecond) / 1_000
      let last: Promise<void> | undefined
      for (; sent < due; sent += 1) {
        last = node!.sendTo(peerId!, sent % 2 === 0 ? nonsense : undecodable)
        last.catch(() => {})
      }
      await last
      await sleep(1)
    }
    return (sent * 1_000) / (performance.now() - begunMs)
  }

  return {
    async connect({ target }: { readonly target: Target }): Promise<void> {
      node = createCoordinator({ identity: generateIdentity(), transports: [webSocket()], codecs: [garbageCodec] })
      node.on('error', () => {})
      node.registerProtocol({ protocolName: protocol, handleMessage: () => undefined })
      peerId = (await connectToTarget(node, target)).peerId
    },
    begin({ perSecond }: { readonly perSecond: number }): void {
      isOver = false
      flooding = flood(perSecond)
      flooding.catch(() => {})
    },
    /** How many it sent a second, and whether the other end still has it. */
    async end(): Promise<{ readonly perSecond: number; readonly isConnected: boolean }> {
      isOver = true
      const perSecond = (await flooding) ?? 0
      return { perSecond, isConnected: peerId !== undefined && (node?.isConnected(peerId) ?? false) }
    },
  }
}

const nonsense = { protocol, type: 'nonsense', payload: new Uint8Array(64) }
const undecodable = { protocol, type: 'push', payload: new Garbage() }
