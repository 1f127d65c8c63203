import type { IncomingMessage } from 'node:http'
import { type BlockList, isIPv4 } from 'node:net'
import { plainAddress } from './group.js'

/**
 * Who a request came from. It is whoever connected, unless that is a proxy of ours: then it is whom that proxy names, at the
 * right end of `X-Forwarded-For`, and so on for as long as each name is a proxy of ours. The first that is none is the client;
 * whatever stands left of it is hearsay. Where a proxy names nobody, the request counts for the proxy.
 */
export function clientAddress(request: IncomingMessage, proxies: BlockList): string | undefined {
  const header = request.headers['x-forwarded-for']
  const entries = (typeof header === 'string' ? header : '').split(',')
  let address = plainAddress(request.socket.remoteAddress)
  while (address !== undefined && isProxy(address, proxies)) {
    const named = plainAddress(withoutPort(entries.pop()?.trim() ?? ''))
    if (named === undefined) return address
    address = named
  }
  return address
}

function isProxy(address: string, proxies: BlockList): boolean {
  return proxies.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

/** Some proxies write `203.0.113.7:4711` or `[2001:db8::1]:4711`. */
function withoutPort(entry: string): string {
  return entry.replace(/^\[([^\]]+)\](:\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
}
