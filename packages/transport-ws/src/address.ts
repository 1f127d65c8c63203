import { coreError } from '@rondo/core'

// ws://host:port/path and wss://…: the only addresses understood here.

export const schemes = ['ws:', 'wss:'] as const

/** Reads an address. Throws `ADDRESS_INVALID`, or `ADDRESS_UNSUPPORTED` for another scheme. */
export function parseAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined) throw coreError('ADDRESS_INVALID', { detail: address })
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') throw coreError('ADDRESS_UNSUPPORTED', { detail: address })
  if (url.hostname === '') throw coreError('ADDRESS_INVALID', { detail: `${address} has no host` })
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw coreError('ADDRESS_INVALID', { detail: 'a WebSocket address has no user, password or fragment' })
  return url
}
