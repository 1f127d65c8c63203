import type { PayloadKind } from './payload-kind.ts'

// One way of talking over a wire, as its two processes use it. A further contestant (another library, another way of
// sending) is one file that implements this.

/** Where a server is reached. */
export interface Target {
  readonly address: string
  readonly peerId?: string
}

/** Returns a promise only where the sender has to wait before it sends more. */
export type Send<P> = (payload: P) => Promise<unknown> | undefined

export type Take<P> = (payload: P) => void

export interface ServerOptions<P> {
  /** Gets what clients send, unless the server answers. */
  readonly take: Take<P>
  /** Whether it sends every message back instead. */
  readonly answers: boolean
}

export interface Server<P> {
  readonly target: Target
  /** To all clients that are connected. */
  readonly broadcast: Send<P>
  close(): Promise<void>
}

export interface Connection<P> {
  readonly send: Send<P>
  /** Sends, and resolves with what comes back. */
  ask(payload: P): Promise<P>
  close(): Promise<void>
}

/** One identity, where the contestant knows such a thing. */
export interface Dialler<P> {
  dial(target: Target): Promise<Connection<P>>
  close(): Promise<void>
}

export interface Contestant<P> {
  readonly payloads: PayloadKind<P>
  /** What is asked, where that is something else than what is sent. */
  readonly questions?: PayloadKind<P>
  listen(options: ServerOptions<P>): Promise<Server<P>>
  createDialler(take: Take<P>): Promise<Dialler<P>>
}
