import type { CoreErrorCode } from './errors.js'
import type { ErrorAdvice } from './rondo-error.js'

// What docs/errors.md says of each code beside its meaning. A file of its own, so that programs need not carry it.

export const coreErrorGuide: Readonly<Record<CoreErrorCode, ErrorAdvice>> = {
  PEER_ID_INVALID: {
    fault: 'caller',
    remedy: 'Pass the id exactly as its owner shows it: it starts with z6Mk for Ed25519.',
  },
  SUITE_UNSUPPORTED: {
    fault: 'caller',
    remedy: 'Only Ed25519 ids are understood here; load the suite that the id names.',
  },
  ADDRESS_INVALID: { fault: 'caller', remedy: 'Addresses are URLs, such as ws://host:port.' },
  ADDRESS_UNSUPPORTED: { fault: 'caller', remedy: 'Pass the transport for it in `transports`.' },
  DIAL_FAILED: {
    fault: 'network',
    remedy: 'See `cause`; where there were several addresses, `details.attempts` has the reason for each.',
  },
  LISTEN_UNSUPPORTED: {
    fault: 'caller',
    remedy: 'Listen with another transport; a browser cannot accept WebSocket connections.',
  },
  LISTEN_FAILED: {
    fault: 'operator',
    remedy: 'Choose a free port or another interface; `cause` has the system’s word.',
  },
  LINK_CLOSED: { fault: 'network', remedy: 'Connect again.' },
  LINK_UNSUPPORTED: {
    fault: 'caller',
    remedy: 'Use an ordered, reliable transport whose frames carry at least 1,024 bytes.',
  },
  LINK_SLOTS_FULL: {
    fault: 'operator',
    remedy: 'Try later, or raise `limits.connectionsMax` or `limits.connectionsPerGroupMax` on the node that refused.',
  },
  HANDSHAKE_TIMEOUT: { fault: 'network', remedy: 'Try again; on slow links raise `limits.handshakeTimeoutMs`.' },
  HANDSHAKE_MALFORMED: { fault: 'peer', remedy: 'Check that the address belongs to a Rondo node.' },
  HANDSHAKE_FAILED: {
    fault: 'peer',
    remedy: 'Something between the two ends changes the traffic, or the keys are wrong.',
  },
  HANDSHAKE_VERSION: { fault: 'operator', remedy: 'Update the older of the two.' },
  HANDSHAKE_NETWORK: { fault: 'operator', remedy: 'Give both the same `network` option.' },
  HANDSHAKE_IDENTITY: {
    fault: 'peer',
    remedy: 'The address belongs to another peer now; ask the peer for a fresh one.',
  },
  HANDSHAKE_SIGNATURE: { fault: 'peer', remedy: 'Do not trust this address.' },
  HANDSHAKE_SELF: { fault: 'caller', remedy: 'Do not dial your own peer id, and give each node its own identity.' },
  HANDSHAKE_DUPLICATE: { fault: 'network', remedy: 'Use the connection that is there.' },
  HANDSHAKE_RATE: {
    fault: 'operator',
    remedy:
      'Try again in a second, or raise `limits.handshakesPerGroupPerSecond` and its burst on the node that refused.',
  },
  PEER_NOT_ADMITTED: { fault: 'operator', remedy: 'Have the owner of the node let the peer in by its `admit`.' },
  PEER_DISCOURAGED: {
    fault: 'peer',
    remedy: 'Find out what its messages were refused for (`refused` in `getStats`); the score halves in ten minutes.',
  },
  RECORD_REFUSED: {
    fault: 'peer',
    remedy: 'The link was closed; connect again. If it happens often, something on the path tampers with the traffic.',
  },
  RECORD_OVERSIZED: { fault: 'peer', remedy: 'The link was closed; the other end is broken or hostile.' },
  RECORD_EXHAUSTED: { fault: 'network', remedy: 'The link was closed before a nonce could repeat; connect again.' },
  FRAME_MALFORMED: { fault: 'peer', remedy: 'The link was closed; the other end is broken or hostile.' },
  ENVELOPE_MALFORMED: { fault: 'peer', remedy: 'The link was closed; the other end is broken or hostile.' },
  CODEC_UNKNOWN: { fault: 'peer', remedy: 'Give both ends the same `codecs`.' },
  CODEC_VALUE_UNSUPPORTED: {
    fault: 'caller',
    remedy: 'Send plain data: null, booleans, numbers, bigints, text, bytes, arrays, plain objects.',
  },
  CODEC_MALFORMED: { fault: 'peer', remedy: 'The message was refused; the sender encodes wrongly.' },
  CODEC_NOT_DETERMINISTIC: {
    fault: 'peer',
    remedy: 'Encode by RFC 8949, section 4.2: shortest integers, sorted keys, definite lengths.',
  },
  CODEC_LIMIT: { fault: 'peer', remedy: 'Send flatter or smaller data, or raise the cap in `limits`.' },
  CODEC_KEY_REFUSED: { fault: 'peer', remedy: 'Use distinct text keys; __proto__ is never one.' },
  SCHEMA_REFUSED: { fault: 'peer', remedy: 'See `details.issues` for the fields that do not fit.' },
  SCHEMA_ASYNC: { fault: 'caller', remedy: 'Keep schemas synchronous and do asynchronous checks in the handler.' },
  MESSAGE_OVERSIZED: { fault: 'caller', remedy: 'Send less at once, or raise `limits.messageBytesMax` on both ends.' },
  NAMES_EXHAUSTED: { fault: 'caller', remedy: 'Put what varies into the payload, not into the message type.' },
  RATE_EXCEEDED: { fault: 'peer', remedy: 'Slow down, and retry after `details.retryAfterMs`.' },
  PROTOCOL_UNKNOWN: { fault: 'peer', remedy: 'Register a handler for it there.' },
  PROTOCOL_VERSION: {
    fault: 'operator',
    remedy: 'Serve one more version on either side; `details` has what both offer.',
  },
  PROTOCOL_TYPE_UNKNOWN: { fault: 'peer', remedy: 'Check the type, and whether it is a message or a request.' },
  PROTOCOL_REGISTERED: { fault: 'caller', remedy: 'Unregister the other one first.' },
  PEER_NOT_CONNECTED: { fault: 'caller', remedy: 'Connect first with `connectToPeer`.' },
  PEER_DISCONNECTED: { fault: 'network', remedy: 'Connect again and repeat the request if it is safe to repeat.' },
  PEER_SILENT: { fault: 'network', remedy: 'Connect again.' },
  PEER_SLOW: { fault: 'peer', remedy: 'Send less, or raise `limits.sendQueueBytesMax`.' },
  REQUEST_TIMEOUT: { fault: 'network', remedy: 'Raise `timeoutMs`, or repeat the request if it is safe to repeat.' },
  REQUEST_REJECTED: { fault: 'peer', remedy: 'See `reason`: one of the errors that the protocol declares.' },
  REQUEST_LIMIT: { fault: 'caller', remedy: 'Await some of them first, or raise `limits.requestsPerPeerMax`.' },
  HANDLER_FAILED: { fault: 'handler', remedy: 'On the node that serves it, `error` events carry the cause.' },
  LISTENER_FAILED: { fault: 'handler', remedy: 'Fix the listener; the others were called all the same.' },
  COORDINATOR_STOPPED: { fault: 'caller', remedy: 'Start it again with `start`, or create another.' },
}
