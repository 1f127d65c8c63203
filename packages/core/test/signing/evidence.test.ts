import { expect, test } from 'vitest'
import type { Identity } from '../../src/identity/identity.js'
import { conflicts } from '../../src/signing/evidence.js'
import { type MessageDraft, signMessage } from '../../src/signing/sign-message.js'
import type { VerifiedMessage } from '../../src/signing/verified-message.js'
import { verifyMessage } from '../../src/signing/verify-message.js'
import { alice, bob, epoch } from './samples.js'

const draft: MessageDraft = {
  network: 'main',
  protocol: 'coinjoin',
  type: 'commit',
  version: 1,
  audience: 'anyone',
  position: { slot: Uint8Array.of(1, 2, 3) },
  createdMs: 1,
  expiresMs: 2,
  payload: { bid: 1 },
}

async function say(changes: Partial<MessageDraft> = {}, identity: Identity = alice): Promise<VerifiedMessage> {
  const verdict = await verifyMessage(await signMessage(identity, { ...draft, ...changes }))
  if (!verdict.ok) throw new Error(verdict.code)
  return verdict
}

test('two statements for one slot convict, whatever it is that differs', async () => {
  const said = await say()
  for (const changes of [
    { payload: { bid: 2 } },
    { type: 'reveal' },
    { version: 2 },
    { audience: { to: bob.peerId } },
    { createdMs: 0 },
    { expiresMs: 3 },
  ]) {
    const other = await say(changes)
    expect([conflicts(said, other), conflicts(other, said)]).toEqual([true, true])
  }
})

test('so do two statements for one place in a sequence', async () => {
  const position = { epoch, sequence: 4 }
  expect(conflicts(await say({ position }), await say({ position, payload: { bid: 2 } }))).toBe(true)
})

test('the same statement signed twice is no evidence, although salts and signatures differ', async () => {
  const [once, again] = [await say(), await say()]
  expect(once.statement).toEqual(again.statement)
  expect(once.bytes).not.toEqual(again.bytes)
  expect(conflicts(once, again)).toBe(false)
  expect(conflicts(once, once)).toBe(false)
})

test('nobody is convicted for what stands elsewhere, or for what another said', async () => {
  const said = await say()
  const elsewhere = [
    await say({ position: { slot: Uint8Array.of(1, 2, 4) } }),
    await say({ position: { slot: Uint8Array.of(1, 2, 3, 0) } }),
    await say({ position: { epoch, sequence: 0 } }),
    await say({ protocol: 'musig2' }),
    await say({ network: 'test' }),
    await say({ payload: { bid: 2 } }, bob),
  ]
  for (const other of elsewhere) {
    expect([conflicts(said, other), conflicts(other, said)]).toEqual([false, false])
  }
  const numbered = await say({ position: { epoch, sequence: 0 } })
  expect(conflicts(numbered, await say({ position: { epoch, sequence: 1 } }))).toBe(false)
  expect(conflicts(numbered, await say({ position: { epoch: epoch + 1, sequence: 0 } }))).toBe(false)
})
