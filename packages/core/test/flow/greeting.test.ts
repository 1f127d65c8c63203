import { describe, expect, test } from 'vitest'
import type { Channel } from '../../src/flow/channel.js'
import { encodeHello, type ResumeClaim } from '../../src/flow/envelope.js'
import { frameKind } from '../../src/flow/frames.js'
import { hearGreeting, refuseGreeting, sendGreeting } from '../../src/flow/greeting.js'
import { sealRecord } from '../../src/flow/record.js'
import type { Offer } from '../../src/protocol/registry.js'
import { codeOf, failureOf } from '../expect-failure.js'
import { shakeHands } from '../fake-ends.js'
import { FakeEnv } from '../fake-env.js'
import { plaintextOf, type RawFrame } from '../fake-peer.js'
import { joinLinks } from '../fake-wire.js'

async function createScene(frameBytesMax = 65_535) {
  const env = new FakeEnv()
  const wire = joinLinks(env, { capabilities: { frameBytesMax } })
  const [dialler, listener] = await shakeHands(env, { wire })
  if (typeof dialler === 'string' || typeof listener === 'string') throw new Error('no channel')
  const during = async <T>(promise: Promise<T>): Promise<T> => {
    promise.catch(() => {})
    await env.settle()
    return promise
  }
  return { env, wire, dialler, listener, during }
}

/** Whatever the dialler would not say. */
function sendRaw({ ciphers, link }: Channel, ...frames: readonly RawFrame[]): void {
  link.send(sealRecord(ciphers.send, plaintextOf(...frames)) ?? new Uint8Array(0))
}

const offer: Offer = new Map([['chat', [1, 2]]])
const resume: ResumeClaim = {
  sessionId: '0011223344556677',
  generation: 3,
  received: 9,
  acknowledged: 8,
  mac: new Uint8Array(32).fill(4),
}
const hello: RawFrame = [frameKind.hello, (writer) => encodeHello(writer, offer)]

describe('a greeting', () => {
  test('says what its end serves, and what it goes on with', async () => {
    const { env, dialler, listener, during } = await createScene()
    sendGreeting(dialler, env, { offer, resume })
    expect(await during(hearGreeting(listener))).toMatchObject({ offer, resume })
    sendGreeting(listener, env, { offer, resume: undefined })
    expect(await during(hearGreeting(dialler))).toMatchObject({ offer, resume: undefined })
  })

  test('that is larger than a record of the link comes in parts', async () => {
    const { env, dialler, listener, wire, during } = await createScene(1_024)
    const large: Offer = new Map(Array.from({ length: 200 }, (_, index) => [`protocol-number-${index}`, [1]]))
    const before = wire.dialler.sent.length
    sendGreeting(dialler, env, { offer: large, resume })
    expect(wire.dialler.sent.length - before).toBeGreaterThan(3)
    expect(await during(hearGreeting(listener))).toMatchObject({ offer: large, resume })
  })

  test('in whose place a refusal comes tells why', async () => {
    const { env, dialler, listener, during } = await createScene()
    refuseGreeting(listener, env, { code: 'HANDSHAKE_DUPLICATE' })
    expect(await codeOf(during(hearGreeting(dialler)))).toBe('HANDSHAKE_DUPLICATE')
    refuseGreeting(dialler, env, { code: 'SESSION_RESUME_REFUSED', detail: 'not yours' })
    const failure = await failureOf(during(hearGreeting(listener)))
    expect(failure).toMatchObject({ code: 'SESSION_RESUME_REFUSED', details: { reason: { detail: 'not yours' } } })
  })

  test('whose refusal is no business of newcomers is a link that closed, with the peer’s own words beside it', async () => {
    const { env, dialler, listener, during } = await createScene()
    refuseGreeting(listener, env, { code: 'COORDINATOR_STOPPED' })
    const failure = await failureOf(during(hearGreeting(dialler)))
    expect(failure).toMatchObject({ code: 'LINK_CLOSED', details: { reason: { code: 'COORDINATOR_STOPPED' } } })
  })

  const body = (text: string): RawFrame => [frameKind.hello, new TextEncoder().encode(text)]
  const claimed = (how: object): RawFrame => [
    frameKind.hello,
    (writer) => encodeHello(writer, offer, { ...resume, ...how } as ResumeClaim),
  ]
  test.each<readonly [string, readonly RawFrame[], string]>([
    ['nothing at all', [], 'FRAME_MALFORMED'],
    ['something else', [[frameKind.ping]], 'ENVELOPE_MALFORMED'],
    ['a message before it', [[frameKind.message, Uint8Array.of(0, 0, 1)], hello], 'ENVELOPE_MALFORMED'],
    ['a second one in the same record', [hello, hello], 'ENVELOPE_MALFORMED'],
    ['something behind it in the same record', [hello, [frameKind.ping]], 'ENVELOPE_MALFORMED'],
    ['a new key in its place', [[frameKind.rekey]], 'ENVELOPE_MALFORMED'],
    ['garbage', [body('garbage')], 'ENVELOPE_MALFORMED'],
    ['a proof that is too short', [claimed({ mac: new Uint8Array(31) })], 'ENVELOPE_MALFORMED'],
    ['a generation below none', [claimed({ generation: -1 })], 'ENVELOPE_MALFORMED'],
    ['a generation that is no number', [claimed({ generation: 'one' })], 'ENVELOPE_MALFORMED'],
    ['a count beyond what the wire can say', [claimed({ received: 2 ** 48 })], 'ENVELOPE_MALFORMED'],
    ['no count of what was acknowledged', [claimed({ acknowledged: undefined })], 'ENVELOPE_MALFORMED'],
    ['a session without a name', [claimed({ sessionId: undefined })], 'ENVELOPE_MALFORMED'],
    [
      'parts without an end',
      Array.from({ length: 3 }, (): RawFrame => [frameKind.part, new Uint8Array(30_000)]),
      'MESSAGE_OVERSIZED',
    ],
  ])('of %s is refused', async (_, frames, code) => {
    const { dialler, listener, during } = await createScene()
    const records = code === 'MESSAGE_OVERSIZED' ? frames.map((frame) => [frame]) : [frames]
    for (const each of records) sendRaw(dialler, ...each)
    expect(await codeOf(during(hearGreeting(listener)))).toBe(code)
  })

  test('that was changed on its way does not open', async () => {
    const { dialler, listener, during } = await createScene()
    dialler.link.send(new Uint8Array(80))
    expect(await codeOf(during(hearGreeting(listener)))).toBe('RECORD_REFUSED')
  })
})
