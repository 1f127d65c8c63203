import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer, ServerOptions as HttpsServerOptions } from 'node:https'
import type { SecureContextOptions } from 'node:tls'
import { type LinkConfig, resolveLinkOptions, type WebSocketOptions, whole } from './options.js'

export interface WebSocketConfig extends LinkConfig {
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

/** Less than any path carries in one packet: an honest frame comes in fewer reads. */
const bytesPerReadLeast = 256

/** Checks the options once and fills in what was left out. */
export function resolveWebSocketOptions(options: WebSocketOptions = {}): WebSocketConfig {
  const link = resolveLinkOptions(options)
  return Object.freeze({
    ...link,
    pingIntervalMs: whole('pingIntervalMs', options.pingIntervalMs ?? 30_000),
    pongTimeoutMs: whole('pongTimeoutMs', options.pongTimeoutMs ?? 10_000),
    fragmentsMax: whole('fragmentsMax', options.fragmentsMax ?? 64),
    chunksMax: whole('chunksMax', options.chunksMax ?? 1_024 + Math.ceil(link.frameBytesMax / bytesPerReadLeast)),
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
