import { expect, test } from 'vitest'
import { encodeMessageHead, encodeReplyHead } from '../../src/flow/envelope.js'
import { frameKind } from '../../src/flow/frames.js'
import { generateIdentity } from '../../src/identity/identity.js'
import { countVerifications } from '../fake-ends.js'
import { FakePeer, nameFrame, type RawFrame } from '../fake-peer.js'
import { FakeTown } from '../fake-town.js'

// Point 3 of docs/security.md, as counts: a proven peer that sends 50,000 garbage messages a second has each of them refused at the
// first guard that can tell, hears nothing, and delays nobody. What that costs in time is in `npm run bench -- hostile`.

const perSecond = 50_000
const perRecord = 500
const honestEvery = 5

const messageOf = (nameId: number, codec: number, payload: Uint8Array): RawFrame => [
  frameKind.message,
  (writer) => {
    encodeMessageHead(writer, nameId, codec)
    writer.bytes(payload)
  },
]

/** No protocol, no type, no codec, no CBOR, and answers that nobody asked for. */
const garbage: readonly RawFrame[] = [
  messageOf(0, 0, new Uint8Array(64)),
  messageOf(1, 0, new Uint8Array(64)),
  messageOf(2, 99, new Uint8Array(64)),
  messageOf(2, 1, new Uint8Array(64).fill(0xff)),
  [
    frameKind.reply,
    (writer) => {
      encodeReplyHead(writer, 7, 0)
      writer.bytes(new Uint8Array(64))
    },
  ],
]

test('50,000 garbage messages in a second are refused one by one, answered by nothing, and hold up no honest peer', async () => {
  const town = new FakeTown()
  const verifications = countVerifications()
  const node = town.node({ crypto: verifications.crypto })
  const handled: string[] = []
  const messages = new Map([['t', { kind: 'message' as const }]])
  node.registerProtocol({
    protocolName: 'p',
    messages,
    handleMessage: (_message, { peerId }) => void handled.push(peerId),
  })
  const honest = await FakePeer.join(node, town.env)
  const attacker = await FakePeer.join(node, town.env, { identity: generateIdentity() })
  honest.send(nameFrame(0, 'p', 1, 't'))
  attacker.send(nameFrame(0, 'nowhere', 1, 't'), nameFrame(1, 'p', 1, 'nothing'), nameFrame(2, 'p', 1, 't'))
  await town.env.settle()
  const before = { verified: verifications.verified(), records: attacker.records, heard: attacker.heard.length }

  const records = perSecond / perRecord
  for (let record = 0; record < records; record += 1) {
    attacker.send(...Array.from({ length: perRecord }, (_, index) => garbage[index % garbage.length]!))
    if (record % honestEvery === 0) honest.send(messageOf(0, 1, Uint8Array.of(0xf6)))
    await town.env.settle()
    // In the very turn in which it came.
    expect(handled).toHaveLength(Math.floor(record / honestEvery) + 1)
    town.env.nowMs += 1_000 / records
  }

  const each = perSecond / garbage.length
  expect(node.getStats().refused).toEqual({
    PROTOCOL_UNKNOWN: each,
    PROTOCOL_TYPE_UNKNOWN: each,
    CODEC_UNKNOWN: each,
    CODEC_MALFORMED: each,
  })
  expect(new Set(handled)).toEqual(new Set([honest.peerId]))
  expect(verifications.verified()).toBe(before.verified)
  // Acknowledgements come, one a record at most, and with nothing in them.
  expect(attacker.heard).toHaveLength(before.heard)
  expect(attacker.records - before.records).toBeLessThanOrEqual(records)
  // From now on it gives its slot up to whoever is in good standing.
  expect(node.getStats().discouraged).toBe(1)
})
