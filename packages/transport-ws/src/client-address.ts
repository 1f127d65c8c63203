import type { IncomingMessage } from 'node:http'
import { plainAddress } from './group.js'

/**
 * Who a request came from. Behind `proxyHops` proxies of ours it is the entry that the outermost of them wrote into
 * `X-Forwarded-For`: that many places from the right, because whatever stands further left came from outside.
 * A request without such an entry came past the proxies, and counts for the address it came from.
 */
export function clientAddress(request: IncomingMessage, proxyHops: number): string | undefined {
  const direct = plainAddress(request.socket.remoteAddress)
  if (proxyHops === 0) return direct
  const header = request.headers['x-forwarded-for']
  const entries = (typeof header === 'string' ? header : '').split(',')
  return plainAddress(withoutPort(entries.at(-proxyHops)?.trim() ?? '')) ?? direct
}

/** Some proxies write `203.0.113.7:4711` or `[2001:db8::1]:4711`. */
function withoutPort(entry: string): string {
  return entry.replace(/^\[([^\]]+)\](:\d+)?$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
}
