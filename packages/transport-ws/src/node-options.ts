import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer, ServerOptions as HttpsServerOptions } from 'node:https'
import { BlockList, isIP } from 'node:net'
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
  /** Proxies in front; empty where nothing is trusted. */
  readonly proxies: BlockList
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
    proxies: resolveProxies(options.trustProxy ?? []),
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

/** A count or a plain yes would have anybody who comes past the proxy choose an address: that is not on offer. */
function resolveProxies(trustProxy: readonly string[]): BlockList {
  if (!Array.isArray(trustProxy))
    throw new TypeError("trustProxy must list the addresses of your proxies, such as ['10.0.0.2', '10.1.0.0/16']")
  const proxies = new BlockList()
  for (const entry of trustProxy) addProxy(proxies, entry)
  return proxies
}

function addProxy(proxies: BlockList, entry: unknown): void {
  const [, address = '', bits] = typeof entry === 'string' ? (/^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? []) : []
  const version = isIP(address)
  const width = version === 4 ? 32 : 128
  const prefix = bits === undefined ? width : Number(bits)
  // All the world in one block is the danger that this list is there to end.
  if (version === 0 || prefix < 1 || prefix > width)
    throw new TypeError(`trustProxy must list addresses or netblocks, such as 10.1.0.0/16, not ${String(entry)}`)
  proxies.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6')
}
