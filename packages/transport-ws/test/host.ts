import { type CloseReason, createSystemEnv, type Env, encodePeerId, type Link, type TransportHost } from '@rondo/core'

/** What a transport is handed, for tests that have no coordinator. */
export function createHost(env: Env = createSystemEnv({ log() {} })): TransportHost {
  return {
    env,
    peerId: encodePeerId(new Uint8Array(32).fill(1)),
    registerProtocol() {},
    async sendTo() {},
  }
}

export interface Attached {
  readonly link: Link
  readonly frames: Uint8Array[]
  readonly closed: Promise<CloseReason>
  /** Resolves with the next frame. */
  nextFrame(): Promise<Uint8Array>
}

/** Attaches a receiver that keeps what it is told. */
export function attach(link: Link): Attached {
  const frames: Uint8Array[] = []
  let framed: (frame: Uint8Array) => void = () => {}
  const closed = new Promise<CloseReason>((resolve) => {
    link.attach({
      frame(bytes) {
        frames.push(bytes)
        framed(bytes)
      },
      drain() {},
      closed: resolve,
    })
  })
  const nextFrame = () =>
    new Promise<Uint8Array>((resolve) => {
      framed = resolve
    })
  return { link, frames, closed, nextFrame }
}
