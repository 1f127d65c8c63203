import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { Target } from '../contestants/contestant.ts'

// A stranger that connects 200 times a second, five times what its group may: mostly with a first frame that costs the other end a key agreement and a signature, and
// a third one that is garbage; now and then with garbage from the beginning.

const perSecond = 200
/** Above it the attacker waits for those under way. */
const socketsAtOnce = 64
/** `"RNDO"`, wire version 2, records in order. */
const preambleHead = Uint8Array.of(0x52, 0x4e, 0x44, 0x4f, 2, 0)
const networkTagBytes = 8
const publicKeyBytes = 32
const thirdFrameBytes = 178

export interface Flooded {
  readonly perSecond: number
  /** Of those, how many were answered by the second frame of a handshake. */
  readonly answeredPerSecond: number
}

export function createHandshakeFlood() {
  let isOver = false
  let flooding: Promise<void> | undefined
  let begunMs = 0
  let tried = 0
  let answered = 0
  const underWay = new Set<Promise<unknown>>()

  async function flood(address: string, tag: Uint8Array): Promise<void> {
    while (!isOver) {
      const due = ((performance.now() - begunMs) * perSecond) / 1_000
      while (tried < due && underWay.size < socketsAtOnce) {
        tried += 1
        const attempt = attack(address, tag, tried)
        underWay.add(attempt)
        void attempt.finally(() => underWay.delete(attempt))
      }
      await sleep(1)
    }
    await Promise.all(underWay)
  }

  /** Ends when the other end hangs up. */
  async function attack(address: string, tag: Uint8Array, number: number): Promise<unknown> {
    const socket = new WebSocket(address, { perMessageDeflate: false })
    socket.on('error', () => {})
    socket.once('open', () => {
      if (number % 8 === 0) socket.send(randomBytes(4_096))
      else socket.send(Buffer.concat([preambleHead, tag, randomBytes(publicKeyBytes)]))
    })
    socket.on('message', (frame: Buffer) => {
      if (frame[0] !== 2) return
      answered += 1
      socket.send(Buffer.concat([Uint8Array.of(3), randomBytes(thirdFrameBytes - 1)]))
    })
    return once(socket, 'close')
  }

  return {
    /** `networkTag` is what everybody on the way to the network can see, in hexadecimal. */
    begin({ target, networkTag }: { readonly target: Target; readonly networkTag: string }): void {
      const tag = Uint8Array.from(Buffer.from(networkTag, 'hex'))
      if (tag.length !== networkTagBytes) throw new TypeError('a network tag has eight bytes')
      isOver = false
      tried = 0
      answered = 0
      begunMs = performance.now()
      flooding = flood(target.address, tag)
    },
    async end(): Promise<Flooded> {
      isOver = true
      const seconds = (performance.now() - begunMs) / 1_000
      const flooded = { perSecond: tried / seconds, answeredPerSecond: answered / seconds }
      await flooding
      return flooded
    },
  }
}
