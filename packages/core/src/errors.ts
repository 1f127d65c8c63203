import { defineErrors, type ErrorEntry } from './rondo-error.js'

// Every code that core can produce; error-guide.ts has what to do about each, and a test provokes it.

export const coreErrorTable = {
  PEER_ID_INVALID: { layer: 'identity', meaning: 'the text is not a peer id', retryable: false },
  SUITE_UNSUPPORTED: {
    layer: 'identity',
    meaning: 'the peer id names a key type that is not loaded',
    retryable: false,
  },
  ADDRESS_INVALID: { layer: 'transport', meaning: 'the address is not one the transport can use', retryable: false },
  ADDRESS_UNSUPPORTED: { layer: 'transport', meaning: 'no transport serves this scheme', retryable: false },
  DIAL_FAILED: { layer: 'transport', meaning: 'no address led to the peer', retryable: true },
  LISTEN_UNSUPPORTED: { layer: 'transport', meaning: 'the transport cannot listen here', retryable: false },
  LISTEN_FAILED: { layer: 'transport', meaning: 'the address could not be listened on', retryable: true },
  LINK_CLOSED: { layer: 'transport', meaning: 'the link closed', retryable: true },
  LINK_UNSUPPORTED: {
    layer: 'transport',
    meaning: 'the link loses or reorders frames, or its frames are too small',
    retryable: false,
  },
  LINK_SLOTS_FULL: { layer: 'handshake', meaning: 'there is no free connection slot', retryable: true },
  HANDSHAKE_TIMEOUT: { layer: 'handshake', meaning: 'the handshake did not finish in time', retryable: true },
  HANDSHAKE_MALFORMED: {
    layer: 'handshake',
    meaning: 'the other end does not speak Rondo, or sent a broken handshake',
    retryable: false,
  },
  HANDSHAKE_FAILED: {
    layer: 'handshake',
    meaning: 'the handshake does not decrypt: the two ends do not see the same bytes',
    retryable: true,
  },
  HANDSHAKE_VERSION: { layer: 'handshake', meaning: 'the two ends speak different wire versions', retryable: false },
  HANDSHAKE_NETWORK: { layer: 'handshake', meaning: 'the two ends belong to different networks', retryable: false },
  HANDSHAKE_IDENTITY: {
    layer: 'handshake',
    meaning: 'somebody else answered: the peer id is not the one that was dialled',
    retryable: false,
  },
  HANDSHAKE_SIGNATURE: {
    layer: 'handshake',
    meaning: 'the peer did not prove that it holds its key',
    retryable: false,
  },
  HANDSHAKE_SELF: { layer: 'handshake', meaning: 'the peer is this node itself', retryable: false },
  HANDSHAKE_DUPLICATE: {
    layer: 'handshake',
    meaning: 'the two peers are already connected by another link',
    retryable: true,
  },
  HANDSHAKE_RATE: {
    layer: 'handshake',
    meaning: 'more handshakes came than the node makes in a while',
    retryable: true,
  },
  PEER_NOT_ADMITTED: { layer: 'handshake', meaning: '`admit` did not let the peer in', retryable: false },
  PEER_DISCOURAGED: {
    layer: 'handshake',
    meaning: 'the peer misbehaved of late, and others go first',
    retryable: true,
  },
  RECORD_REFUSED: {
    layer: 'record',
    meaning: 'a record does not decrypt: it was changed, repeated, dropped or reordered on the way',
    retryable: true,
  },
  RECORD_OVERSIZED: { layer: 'record', meaning: 'a record is larger than the wire format allows', retryable: false },
  RECORD_EXHAUSTED: { layer: 'record', meaning: 'the channel has used up its record counter', retryable: true },
  FRAME_MALFORMED: {
    layer: 'frames',
    meaning: 'a record holds something that is no sequence of frames',
    retryable: false,
  },
  ENVELOPE_MALFORMED: { layer: 'envelope', meaning: 'a frame does not hold what its kind promises', retryable: false },
  CODEC_UNKNOWN: { layer: 'codec', meaning: 'the payload uses a codec that is not loaded here', retryable: false },
  CODEC_VALUE_UNSUPPORTED: {
    layer: 'codec',
    meaning: 'the payload holds a value that no codec carries',
    retryable: false,
  },
  CODEC_MALFORMED: { layer: 'codec', meaning: 'the payload is not well-formed for its codec', retryable: false },
  CODEC_NOT_DETERMINISTIC: {
    layer: 'codec',
    meaning: 'the payload is not in the one deterministic form',
    retryable: false,
  },
  CODEC_LIMIT: {
    layer: 'codec',
    meaning: 'the payload goes past a cap on depth, items or string length',
    retryable: false,
  },
  CODEC_KEY_REFUSED: {
    layer: 'codec',
    meaning: 'the payload holds a key that is repeated, not text, or dangerous, such as __proto__',
    retryable: false,
  },
  SCHEMA_REFUSED: { layer: 'schema', meaning: 'the payload does not fit the schema of its type', retryable: false },
  SCHEMA_ASYNC: {
    layer: 'schema',
    meaning: 'the schema validates asynchronously, which would reorder messages',
    retryable: false,
  },
  MESSAGE_OVERSIZED: { layer: 'envelope', meaning: 'the message is larger than a message may be', retryable: false },
  NAMES_EXHAUSTED: {
    layer: 'envelope',
    meaning: 'the session has used up its table of message names',
    retryable: false,
  },
  RATE_EXCEEDED: { layer: 'guards', meaning: 'more messages came than the protocol allows', retryable: true },
  PROTOCOL_UNKNOWN: { layer: 'protocol', meaning: 'the peer does not speak this protocol', retryable: false },
  PROTOCOL_VERSION: { layer: 'protocol', meaning: 'the two peers share no version of this protocol', retryable: false },
  PROTOCOL_TYPE_UNKNOWN: {
    layer: 'protocol',
    meaning: 'the protocol has no message type of this name and kind',
    retryable: false,
  },
  PROTOCOL_REGISTERED: {
    layer: 'protocol',
    meaning: 'a handler for this protocol and version is already registered',
    retryable: false,
  },
  PEER_NOT_CONNECTED: { layer: 'peers', meaning: 'the peer is not connected', retryable: true },
  PEER_DISCONNECTED: { layer: 'peers', meaning: 'the peer left before it answered', retryable: true },
  PEER_SILENT: { layer: 'peers', meaning: 'the peer stopped answering heartbeats', retryable: true },
  PEER_SLOW: { layer: 'guards', meaning: 'the peer does not read what it is sent', retryable: true },
  REQUEST_TIMEOUT: { layer: 'protocol', meaning: 'no answer came in time', retryable: true },
  REQUEST_REJECTED: { layer: 'protocol', meaning: 'the peer rejected the request', retryable: false },
  REQUEST_LIMIT: { layer: 'guards', meaning: 'too many requests wait for an answer', retryable: true },
  HANDLER_FAILED: { layer: 'handler', meaning: 'a handler threw', retryable: false },
  LISTENER_FAILED: { layer: 'events', meaning: 'an event listener threw', retryable: false },
  COORDINATOR_STOPPED: { layer: 'coordinator', meaning: 'the coordinator has stopped', retryable: false },
} as const satisfies Readonly<Record<string, ErrorEntry>>

export type CoreErrorCode = keyof typeof coreErrorTable

/** Makes an error of core by its code. */
export const coreError = defineErrors(coreErrorTable)
