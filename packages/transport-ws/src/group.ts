import { isIP, isIPv4 } from 'node:net'
import type { WebSocketConfig } from './node-options.js'

// The address group that limits before the handshake count by: `203.0.113.0/24`, `2001:db8:7:4100::/56`.

type GroupBits = Pick<WebSocketConfig, 'groupBitsIpv4' | 'groupBitsIpv6'>

/** The group of an IP address; undefined for what is none, such as a local socket. */
export function groupOf(address: string | undefined, { groupBitsIpv4, groupBitsIpv6 }: GroupBits): string | undefined {
  const plain = plainAddress(address)
  if (plain === undefined) return undefined
  if (isIPv4(plain)) return `${mask(plain.split('.').map(Number), 8, groupBitsIpv4).join('.')}/${groupBitsIpv4}`
  const pieces = mask(expand(plain), 16, groupBitsIpv6).map((piece) => piece.toString(16))
  return `${pieces.join(':').replace(/(:0)+$/, '::')}/${groupBitsIpv6}`
}

/** Without a zone, and IPv4 as such where it came mapped into IPv6. */
export function plainAddress(address: string | undefined): string | undefined {
  const unzoned = address?.replace(/%.*$/, '').toLowerCase() ?? ''
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(unzoned)?.[1]
  const plain = mapped ?? unzoned
  return isIP(plain) === 0 ? undefined : plain
}

/** The eight pieces of a valid IPv6 address. */
function expand(address: string): number[] {
  const [head = '', tail] = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, joinQuad).split('::')
  const before = pieces(head)
  if (tail === undefined) return before
  const after = pieces(tail)
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after]
}

function pieces(text: string): number[] {
  return text === '' ? [] : text.split(':').map((piece) => Number.parseInt(piece, 16))
}

function joinQuad(_: string, ...quad: string[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = quad.map(Number)
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

/** Keeps the first `bits` of numbers that have `width` bits each. */
function mask(numbers: readonly number[], width: number, bits: number): number[] {
  return numbers.map((number, index) => {
    const kept = Math.min(width, Math.max(0, bits - index * width))
    return number & ~((1 << (width - kept)) - 1)
  })
}
