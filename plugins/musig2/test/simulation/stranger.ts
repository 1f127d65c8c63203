import { type Coordinator, createCborCodec, type PeerId, verifyMessage } from '@rondo/core'
import { rounds } from '@rondo/rounds'
import type { Life } from '@rondo/testkit/simulator'
import type { Overheard, WireTap } from './wire-tap.js'

// Somebody who is in no round, hears all that is said in all of them, and has a key of its own: it says everything once more as its
// own word, passes on what it heard, and says of every attempt that it is over.

const everyMs = 40
const closingSlot = 4
const contributionSlot = 3
const joinSlot = 2

/** For as long as it is listened to. */
export async function meddle(peer: Coordinator, life: Life, tap: WireTap, members: readonly PeerId[]): Promise<void> {
  rounds(peer)
  const repeated = new Set<string>()
  for (;;) {
    await life.sleep(everyMs)
    const fresh = [...tap.overheard].filter(([name]) => !repeated.has(name))
    for (const [name, overheard] of fresh) {
      repeated.add(name)
      const articles = [overheard.article, ...(await asItsOwn(peer, overheard))]
      for (const to of members) {
        const payload = { room: overheard.room, articles }
        peer.sendTo(to, { protocol: 'rounds', version: 1, type: 'articles', payload }).catch(() => {})
      }
    }
  }
}

async function asItsOwn(peer: Coordinator, { article }: Overheard): Promise<readonly Uint8Array[]> {
  const said = await verifyMessage(article)
  if (!said.ok || !('slot' in said.position)) return []
  const { protocol, version, type, audience, position, createdMs, expiresMs } = said
  const { payload } = said
  const draft = { protocol, version, type, audience, position, createdMs, expiresMs, codec: createCborCodec() }
  const copies = payload.ok ? [await peer.signMessage({ ...draft, payload: payload.value })] : []
  const { slot } = said.position
  const attempt =
    slot[0] === contributionSlot ? slot.subarray(33, 65) : slot[0] === joinSlot ? slot.subarray(1, 33) : undefined
  if (attempt === undefined) return copies
  const closing = Uint8Array.of(closingSlot, ...attempt, ...peer.env.random(16))
  const closed = { ...draft, type: 'closing', position: { slot: closing }, payload: [1, [0], 'failed', 'it is over'] }
  return [...copies, await peer.signMessage(closed)]
}
