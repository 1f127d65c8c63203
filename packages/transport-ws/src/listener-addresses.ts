import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'

/**
 * Where a listener can be dialled: the real port in place of 0, every interface in place of 0.0.0.0 or [::], a name as
 * it was given, since a certificate may depend on it. On a borrowed server a full address says how it is reached from
 * outside, and stays as it is.
 */
export function listenerAddresses(url: URL, bound: AddressInfo | string | null, borrowed: boolean): string[] {
  if (bound === null || typeof bound === 'string') return [url.href]
  const isOpen = url.hostname === '0.0.0.0' || url.hostname === '[::]'
  if (borrowed && !isOpen && url.port !== '0') return [url.href]
  const hosts = isOpen ? interfaceHosts(bound.family === 'IPv6') : [url.hostname]
  return hosts.map((host) => `${url.protocol}//${host}:${bound.port}${url.pathname}`)
}

/** Addresses that others can dial come first. Link-local IPv6 is of no use without a zone, which no URL carries. */
function interfaceHosts(withIpv6: boolean): string[] {
  const found = Object.values(networkInterfaces()).flatMap((infos) => infos ?? [])
  const usable = found.filter(({ address, family }) => family === 'IPv4' || (withIpv6 && !/^fe[89ab]/i.test(address)))
  const outward = usable.filter(({ internal }) => !internal)
  const inward = usable.filter(({ internal }) => internal)
  const hosts = [...outward, ...inward].map(({ address, family }) => (family === 'IPv4' ? address : `[${address}]`))
  return [...new Set([...hosts, '127.0.0.1'])]
}
