import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer, ServerOptions as HttpsServerOptions } from 'node:https'
import type { SecureContextOptions } from 'node:tls'

// Every option with its default, and the one place that checks them. Every limit is finite; zero is never unlimited.

export interface WebSocketOptions {
  /** The largest frame, both ways. The default is the largest Noise message. */
  readonly frameBytesMax?: number | undefined
  /** Bytes waiting to leave, above which `send` returns false. Node's own socket buffer (16 to 64 KiB) is the least. */
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
   * How many proxies of yours stand in front (true is 1): the address is taken from that many places from the right
   * end of `X-Forwarded-For`, and everything left of it is hearsay. Node only.
   */
  readonly trustProxy?: boolean | number | undefined
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

export interface WebSocketConfig {
  readonly frameBytesMax: number
  readonly highWaterBytes: number
  readonly pausedBytesMax: number
  readonly drainPollMs: number
  readonly dialTimeoutMs: number
  readonly closeTimeoutMs: number
  readonly pingIntervalMs: number
  readonly pongTimeoutMs: number
  readonly fragmentsMax: number
  readonly chunksMax: number
  readonly server: HttpServer | HttpsServer | undefined
  readonly tls: HttpsServerOptions | undefined
  readonly dialTls: SecureContextOptions | undefined
  readonly path: string | undefined
  readonly origins: readonly string[] | undefined
  /** Proxies in front; 0 for none. */
  readonly proxyHops: number
  readonly groupBitsIpv4: number
  readonly groupBitsIpv6: number
  readonly upgradeTimeoutMs: number
  readonly upgradesPendingMax: number
  readonly headerBytesMax: number
}

/** The least that core can work with, handshake included. */
const frameBytesLeast = 1_024
const frameBytesMost = 16_777_216
/** Less than any path carries in one packet: an honest frame comes in fewer reads. */
const bytesPerReadLeast = 256

/** Checks the options once and fills in what was left out. */
export function resolveWebSocketOptions(options: WebSocketOptions = {}): WebSocketConfig {
  const frameBytesMax = whole('frameBytesMax', options.frameBytesMax ?? 65_535, frameBytesLeast, frameBytesMost)
  return Object.freeze({
    frameBytesMax,
    highWaterBytes: whole('highWaterBytes', options.highWaterBytes ?? 1_048_576),
    pausedBytesMax: whole('pausedBytesMax', options.pausedBytesMax ?? 4_194_304),
    drainPollMs: whole('drainPollMs', options.drainPollMs ?? 10),
    dialTimeoutMs: whole('dialTimeoutMs', options.dialTimeoutMs ?? 10_000),
    closeTimeoutMs: whole('closeTimeoutMs', options.closeTimeoutMs ?? 5_000),
    pingIntervalMs: whole('pingIntervalMs', options.pingIntervalMs ?? 30_000),
    pongTimeoutMs: whole('pongTimeoutMs', options.pongTimeoutMs ?? 10_000),
    fragmentsMax: whole('fragmentsMax', options.fragmentsMax ?? 64),
    chunksMax: whole('chunksMax', options.chunksMax ?? 1_024 + Math.ceil(frameBytesMax / bytesPerReadLeast)),
    server: options.server,
    tls: options.tls,
    dialTls: options.dialTls,
    path: options.path === undefined ? undefined : checkPath(options.path),
    origins: options.origins === undefined ? undefined : Object.freeze(options.origins.map(checkOrigin)),
    proxyHops: resolveProxyHops(options.trustProxy ?? false),
    groupBitsIpv4: whole('groupBitsIpv4', options.groupBitsIpv4 ?? 24, 1, 32),
    groupBitsIpv6: whole('groupBitsIpv6', options.groupBitsIpv6 ?? 56, 1, 128),
    upgradeTimeoutMs: whole('upgradeTimeoutMs', options.upgradeTimeoutMs ?? 10_000),
    upgradesPendingMax: whole('upgradesPendingMax', options.upgradesPendingMax ?? 4_096),
    headerBytesMax: whole('headerBytesMax', options.headerBytesMax ?? 8_192, 512),
  })
}

function whole(name: string, value: number, least = 1, most = 2 ** 31 - 1): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw new TypeError(`${name} must be a whole number from ${least} to ${most}, not ${value}`)
}

function checkPath(path: string): string {
  if (/^\/[^?#\s]*$/.test(path)) return path
  throw new TypeError(`path must start with a slash and have no query: ${path}`)
}

function checkOrigin(origin: string): string {
  if (origin === '*' || /^[a-z][a-z0-9+.-]*:\/\/[^\s/]+$/i.test(origin)) return origin.toLowerCase()
  throw new TypeError(`origins must be '*' or look like https://app.example, not ${origin}`)
}

function resolveProxyHops(trustProxy: boolean | number): number {
  return typeof trustProxy === 'boolean' ? Number(trustProxy) : whole('trustProxy', trustProxy, 1, 16)
}
