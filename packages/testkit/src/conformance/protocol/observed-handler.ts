import type { HandlerContext, Message, PeerId, ProtocolHandler } from '@rondo/core'

// A handler with somebody looking over its shoulder. The methods are replaced in place, so that what the handler calls on
// itself is seen too; one that is frozen is copied first.

export interface HandlerCall {
  readonly message: Message
  readonly from: PeerId
  readonly context: HandlerContext
  /** Whether the handler is still at work on it. */
  isPending: boolean
}

export interface ObservedHandler {
  readonly handler: ProtocolHandler
  readonly version: number
  readonly calls: readonly HandlerCall[]
  /** Who it was told of, in order. */
  readonly connected: readonly PeerId[]
  readonly disconnected: readonly PeerId[]
  /** The next message makes it throw this. */
  throwNext(error: unknown): void
}

export function observeHandler(given: ProtocolHandler): ObservedHandler {
  const handler = Object.isExtensible(given) ? given : { ...given }
  const { handleMessage, onPeerConnected, onPeerDisconnected } = handler
  const calls: HandlerCall[] = []
  const connected: PeerId[] = []
  const disconnected: PeerId[] = []
  const thrown: unknown[] = []
  const observed: Pick<ProtocolHandler, 'handleMessage'> & Required<Presence> = {
    handleMessage(message, from, context) {
      const call: HandlerCall = { message, from: from.peerId, context, isPending: false }
      calls.push(call)
      if (thrown.length > 0) throw thrown.shift()
      const value: unknown = handleMessage.call(handler, message, from, context)
      if (!(value instanceof Promise)) return value
      call.isPending = true
      return value.finally(() => {
        call.isPending = false
      })
    },
    onPeerConnected(peer) {
      connected.push(peer.peerId)
      return onPeerConnected?.call(handler, peer)
    },
    onPeerDisconnected(peer, reason) {
      disconnected.push(peer.peerId)
      return onPeerDisconnected?.call(handler, peer, reason)
    },
  }
  return {
    handler: Object.assign(handler, observed),
    version: handler.version ?? 1,
    calls,
    connected,
    disconnected,
    throwNext: (error) => void thrown.push(error),
  }
}

type Presence = Pick<ProtocolHandler, 'onPeerConnected' | 'onPeerDisconnected'>

/** The same handler under another version. */
export function withVersion(handler: ProtocolHandler, version: number): ProtocolHandler {
  const { protocolName, messages } = handler
  return {
    protocolName,
    version,
    ...(messages === undefined ? {} : { messages }),
    handleMessage: (message, from, context) => handler.handleMessage(message, from, context),
    onPeerConnected: (peer) => handler.onPeerConnected?.(peer),
    onPeerDisconnected: (peer, reason) => handler.onPeerDisconnected?.(peer, reason),
  }
}
