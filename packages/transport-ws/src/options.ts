import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer, ServerOptions as HttpsServerOptions } from 'node:https'
import type { SecureContextOptions } from 'node:tls'

// Every option, and the defaults of those that every link has; node-options.ts has the others, which browsers do not carry.
// Every limit is finite; zero is never unlimited.

export interface WebSocketOptions {
  /** The largest frame, both ways. The default is the largest Noise message. */
  readonly frameBytesMax?: number | undefined
  /** Bytes waiting to leave, above which `send` returns false. It takes more again below half of it. */
  readonly highWaterBytes?: number | undefined
  /** Bytes that may come in while a link is paused, in browsers, where the other end cannot be held up. */
  readonly pausedBytesMax?: number | undefined
  /** How often a browser looks whether a full link has drained; it has no event for that. */
  readonly drainPollMs?: number | undefined
  /** From `dial` to an open link. */
  readonly dialTimeoutMs?: number | undefined
  /** From `close` until the other end's goodbye; then the socket is destroyed. */
  readonly closeTimeoutMs?: number | undefined
  /** A link that was silent this long is pinged. In browsers the other end does that. */
  readonly pingIntervalMs?: number | undefined
  /** A ping unanswered this long means that the connection is half open. */
  readonly pongTimeoutMs?: number | undefined
  /** WebSocket fragments a frame may come in. */
  readonly fragmentsMax?: number | undefined
  /** Reads a frame may come in. The default grows with `frameBytesMax`. */
  readonly chunksMax?: number | undefined

  /** Listens by this server, which belongs to whoever made it, in place of one of its own. Node only. */
  readonly server?: HttpServer | HttpsServer | undefined
  /** Key and certificate for listening on `wss:` addresses, as for `https.createServer`. Node only. */
  readonly tls?: HttpsServerOptions | undefined
  /** What dialling `wss:` trusts beside the system's roots (`ca`), or shows of itself (`cert`, `key`). Node only. */
  readonly dialTls?: SecureContextOptions | undefined
  /** The path that links are accepted on; by default that of the address listened on. Node only. */
  readonly path?: string | undefined
  /**
   * Web pages that may connect, by their `Origin`, such as `https://app.example`; `'*'` stands for all. Programs send
   * no `Origin` and may always connect. By default only pages from the node's own host may, and only where that host
   * is an IP address or localhost: a name could have been pointed here by anybody (DNS rebinding). Node only.
   */
  readonly origins?: readonly string[] | undefined
  /**
   * The proxies of yours that stand in front, as addresses or netblocks: `['10.0.0.2', '2001:db8::/32']`. Their word in
   * `X-Forwarded-For` counts, and nobody else's: what a request says that came past them is not even read. Node only.
   */
  readonly trustProxy?: readonly string[] | undefined
  /** How many bits of an IPv4 address make its group: /24 is the least that is routed, and so mostly one owner. Node only. */
  readonly groupBitsIpv4?: number | undefined
  /** How many bits of an IPv6 address make its group: /56 is what one household gets. Node only. */
  readonly groupBitsIpv6?: number | undefined
  /** From a connection to a finished upgrade. Node only. */
  readonly upgradeTimeoutMs?: number | undefined
  /** Connections that have not finished their upgrade; above it the oldest one is dropped. Node only. */
  readonly upgradesPendingMax?: number | undefined
  /** The largest request header. Node only. */
  readonly headerBytesMax?: number | undefined
}

/** What every link works by, in Node and in browsers. */
export interface LinkConfig {
  readonly frameBytesMax: number
  readonly highWaterBytes: number
  readonly pausedBytesMax: number
  readonly drainPollMs: number
  readonly dialTimeoutMs: number
  readonly closeTimeoutMs: number
}

/** The least that core can work with, handshake included. */
const frameBytesLeast = 1_024
const frameBytesMost = 16_777_216
/** Checks the options of links once and fills in what was left out. */
export function resolveLinkOptions(options: WebSocketOptions = {}): LinkConfig {
  return Object.freeze({
    frameBytesMax: whole('frameBytesMax', options.frameBytesMax ?? 65_535, frameBytesLeast, frameBytesMost),
    highWaterBytes: whole('highWaterBytes', options.highWaterBytes ?? 1_048_576),
    pausedBytesMax: whole('pausedBytesMax', options.pausedBytesMax ?? 4_194_304),
    drainPollMs: whole('drainPollMs', options.drainPollMs ?? 10),
    dialTimeoutMs: whole('dialTimeoutMs', options.dialTimeoutMs ?? 10_000),
    closeTimeoutMs: whole('closeTimeoutMs', options.closeTimeoutMs ?? 5_000),
  })
}

/** Throws a TypeError where the value is no whole number within its bounds. */
export function whole(name: string, value: number, least = 1, most = 2 ** 31 - 1): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw new TypeError(`${name} must be a whole number from ${least} to ${most}, not ${value}`)
}
