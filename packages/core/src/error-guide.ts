import type { CoreErrorCode } from './errors.js'
import type { ErrorAdvice } from './rondo-error.js'

// What docs/errors.md says of each code beside its meaning. A file of its own, so that programs need not carry it.

export const coreErrorGuide: Readonly<Record<CoreErrorCode, ErrorAdvice>> = {
  PEER_ID_INVALID: {
    fault: 'caller',
    remedy: 'Pass the id exactly as its owner shows it: it starts with z6Mk for Ed25519, with zQ3s for secp256k1.',
  },
  SUITE_UNSUPPORTED: {
    fault: 'operator',
    remedy: 'On the node that refused, pass the suite in `suites`: `secp256k1()` for ids that start with zQ3s.',
  },
  KEYSTORE_MALFORMED: { fault: 'operator', remedy: 'Take the text from a backup; its checksum tells damage.' },
  KEYSTORE_VERSION: { fault: 'operator', remedy: 'Update the package.' },
  KEYSTORE_COST: {
    fault: 'operator',
    remedy: 'If you sealed it yourself, raise `memoryBytesMax`; from a stranger, throw it away.',
  },
  KEYSTORE_PASSPHRASE: {
    fault: 'caller',
    remedy: 'Ask for the passphrase again. The text is whole, unless somebody changed it on purpose.',
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
    remedy:
      'The link was closed and the session goes on over another. If it happens often, something on the path tampers.',
  },
  RECORD_OVERSIZED: { fault: 'peer', remedy: 'The link was closed; the other end is broken or hostile.' },
  RECORD_EXHAUSTED: { fault: 'network', remedy: 'The link was closed before a nonce could repeat; connect again.' },
  FRAME_MALFORMED: { fault: 'peer', remedy: 'The link was closed; the other end is broken or hostile.' },
  ENVELOPE_MALFORMED: { fault: 'peer', remedy: 'The link was closed; the other end is broken or hostile.' },
  SESSION_LOST: {
    fault: 'network',
    remedy:
      'Connect again, and repeat what was not answered. If breaks are long, raise `limits.sessionRecoverableMs` on both ends.',
  },
  SESSION_MOVED: { fault: 'caller', remedy: 'Nothing: the session goes on.' },
  SESSION_RESUME_REFUSED: { fault: 'peer', remedy: 'Connect again; if it happens often, two nodes share one key.' },
  SESSION_ACK_REFUSED: { fault: 'peer', remedy: 'The session was ended; the other end is broken or hostile.' },
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
  SIGNATURE_MALFORMED: {
    fault: 'peer',
    remedy: 'Pass the bytes exactly as they were handed out; nothing may be added or cut.',
  },
  SIGNATURE_REFUSED: { fault: 'peer', remedy: 'Do not trust the message: it was changed on the way, or it is forged.' },
  SIGNATURE_PAYLOAD: { fault: 'peer', remedy: 'Do not trust the message: its payload was exchanged.' },
  SIGNATURE_AUTHOR: { fault: 'peer', remedy: 'The batch was refused; its sender is broken or hostile.' },
  SIGNATURE_AUDIENCE: {
    fault: 'peer',
    remedy: 'The batch was refused; its sender shows one peer what it wrote to another.',
  },
  SIGNATURE_LIMIT: { fault: 'peer', remedy: 'Sign at most 1,024 messages at once, and fewer where they are large.' },
  SIGNATURE_EXPIRED: {
    fault: 'peer',
    remedy: 'Ask the author for a fresh one; to read it as history, pass no `nowMs`.',
  },
  SIGNATURE_MISSING: {
    fault: 'peer',
    remedy: 'Declare the type `signed` at both ends, or send it with `signed: true`.',
  },
  SIGNING_FAILED: {
    fault: 'caller',
    remedy: 'See `cause`. The messages were dropped by their receivers; send them again when the key can sign.',
  },
  SIGNATURE_UNEXPECTED: {
    fault: 'peer',
    remedy: 'See that `expect` is what you mean; otherwise the message was meant for another place.',
  },
  SCHEMA_REFUSED: { fault: 'peer', remedy: 'See `details.issues` for the fields that do not fit.' },
  SCHEMA_ASYNC: { fault: 'caller', remedy: 'Keep schemas synchronous and do asynchronous checks in the handler.' },
  MESSAGE_OVERSIZED: { fault: 'caller', remedy: 'Send less at once, or raise `limits.messageBytesMax` on both ends.' },
  NAMES_EXHAUSTED: { fault: 'caller', remedy: 'Put what varies into the payload, not into the message type.' },
  REPLAY_MALFORMED: {
    fault: 'peer',
    remedy: 'Its author must sign whole numbers below 2^48, and expire after creation.',
  },
  REPLAY_CREATED_FUTURE: {
    fault: 'operator',
    remedy: 'Set the clocks of both right; the message may be sent again once its time has come.',
  },
  REPLAY_LIFETIME: {
    fault: 'caller',
    remedy: 'Let it expire sooner, or raise `limits.lifetimeMsMax` on the receivers.',
  },
  REPLAY_EXPIRED: { fault: 'network', remedy: 'Nothing is wrong if it came late; else set the clocks of both right.' },
  REPLAY_EPOCH_OLD: {
    fault: 'network',
    remedy: 'Sign what is still wanted anew; if it happens to every message, give the author a store for its epoch.',
  },
  REPLAY_EPOCH_FUTURE: {
    fault: 'operator',
    remedy: 'The author was started while its clock ran ahead, or ours runs behind: set them right, and wait.',
  },
  REPLAY_SEEN: { fault: 'network', remedy: 'Nothing is wrong: it came by two ways, or somebody replays it.' },
  REPLAY_SEQUENCE_OLD: {
    fault: 'network',
    remedy: 'Sign it anew if it is still wanted, or raise `limits.windowSequences`.',
  },
  REPLAY_FORGOTTEN: {
    fault: 'operator',
    remedy: 'Give the node a store that it keeps; `isFirstStart` is for nodes that have never run.',
  },
  REPLAY_CACHE_FULL: {
    fault: 'operator',
    remedy: 'Try later or by another forwarder; `isReserved` keeps room for those who matter.',
  },
  REPLAY_STORE_FAILED: { fault: 'operator', remedy: 'The log has the cause; see to the store, then send again.' },
  AUTHOR_EXHAUSTED: { fault: 'operator', remedy: 'Start again for another epoch, or take another identity.' },
  RATE_EXCEEDED: { fault: 'peer', remedy: 'Slow down, and retry after `details.retryAfterMs`.' },
  PROTOCOL_UNKNOWN: { fault: 'peer', remedy: 'Register a handler for it there.' },
  PROTOCOL_VERSION: {
    fault: 'operator',
    remedy: 'Serve one more version on either side; `details` has what both offer.',
  },
  PROTOCOL_TYPE_UNKNOWN: { fault: 'peer', remedy: 'Check the type, and whether it is a message or a request.' },
  PROTOCOL_REGISTERED: { fault: 'caller', remedy: 'Unregister the other one first.' },
  STORE_CLOSED: { fault: 'caller', remedy: 'Close the store after everything that uses it.' },
  STORE_CONFLICT: {
    fault: 'caller',
    remedy: 'Read the keys in `details.keys` and decide anew; what was expected to be unspent is spent.',
  },
  STORE_VOLATILE: { fault: 'caller', remedy: 'Open a store whose `durability` is durable, such as `openLevelStore`.' },
  STORE_OVERSIZED: { fault: 'caller', remedy: 'Write less at once, or raise the limit that the message names.' },
  STORE_LOCKED: {
    fault: 'operator',
    remedy: 'Close the other one, or give this one a location of its own: a store has one owner at a time.',
  },
  STORE_QUOTA: {
    fault: 'operator',
    remedy: 'Make room on the disk or in the browser’s storage, and open the store again.',
  },
  STORE_SCHEMA: {
    fault: 'operator',
    remedy: 'Update the program, give it a migration, or take another location; `details` has both versions.',
  },
  STORE_UNSUPPORTED: {
    fault: 'operator',
    remedy: 'See the detail; in browsers serve the page by https or from localhost.',
  },
  STORE_FAILED: {
    fault: 'operator',
    remedy: 'See `cause`. The write may have happened or not: open the store again and look.',
  },
  PEER_NOT_CONNECTED: {
    fault: 'caller',
    remedy: 'Connect first with `connectToPeer`, or have it kept with `queueMs`.',
  },
  PEER_DISCONNECTED: { fault: 'network', remedy: 'Connect again and repeat the request if it is safe to repeat.' },
  PEER_SILENT: { fault: 'network', remedy: 'Connect again.' },
  PEER_SLOW: { fault: 'peer', remedy: 'Send less, or raise `limits.sendQueueBytesMax`.' },
  MAILBOX_FULL: {
    fault: 'caller',
    remedy: 'Keep fewer or smaller ones, for less long, or raise the limit in `details.limit`.',
  },
  MAILBOX_DROPPED: {
    fault: 'peer',
    remedy: 'See `cause`; the peer serves something else than the message was for.',
  },
  MAILBOX_DAMAGED: { fault: 'operator', remedy: 'They are gone: see to the medium that the store is on.' },
  REQUEST_TIMEOUT: { fault: 'network', remedy: 'Raise `timeoutMs`, or repeat the request if it is safe to repeat.' },
  REQUEST_REJECTED: { fault: 'peer', remedy: 'See `reason`: one of the errors that the protocol declares.' },
  REQUEST_LIMIT: { fault: 'caller', remedy: 'Await some of them first, or raise `limits.requestsPerPeerMax`.' },
  STREAM_ABORTED: { fault: 'caller', remedy: 'See `cause` where it was this end, the message where it was the other.' },
  STREAM_CORRUPT: { fault: 'peer', remedy: 'Throw away what was received, and send it again.' },
  STREAM_IDLE: {
    fault: 'caller',
    remedy: 'Read what arrives and end what was written, or raise `limits.streamIdleMsMax` on both ends.',
  },
  STREAM_LIMIT: { fault: 'caller', remedy: 'Finish some of them first, or raise `limits.streamsPerPeerMax`.' },
  STREAM_MALFORMED: { fault: 'peer', remedy: 'The link was closed; the other end is broken or hostile.' },
  STREAM_UNREAD: { fault: 'handler', remedy: 'Read the stream to its end there, or write no more than is asked for.' },
  HANDLER_FAILED: { fault: 'handler', remedy: 'On the node that serves it, `error` events carry the cause.' },
  LISTENER_FAILED: { fault: 'handler', remedy: 'Fix the listener; the others were called all the same.' },
  COORDINATOR_STOPPED: { fault: 'caller', remedy: 'Start it again with `start`, or create another.' },
}
