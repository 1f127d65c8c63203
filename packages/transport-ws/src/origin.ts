import { isIP } from 'node:net'

// Browsers say which page opens a socket; any page may try, on the user's own network too. See `WebSocketOptions.origins`.

/** Whether a page (or, without an origin, a program) may connect. */
export function isOriginAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowed?: readonly string[],
): boolean {
  if (origin === undefined) return true
  if (allowed !== undefined) return allowed.includes('*') || allowed.includes(origin.toLowerCase())
  const page = hostnameOf(origin)
  const node = hostnameOf(`ws://${host ?? ''}`)
  if (page === undefined || node === undefined) return false
  return isLoopback(page) ? isLoopback(node) : page === node && isIP(page.replace(/^\[|\]$/g, '')) !== 0
}

function hostnameOf(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).hostname : undefined
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
