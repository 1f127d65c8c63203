import { generateIdentity } from '@rondo/core'
import { describe, expect, test } from 'vitest'
import { fixedSigners, memorySigner, type SignerSource } from '../../src/index.js'
import { seatSigners } from '../../src/signing/seating.js'
import { createParty, keyAt } from '../party.js'

const party = createParty(4)
const [me, bob, carol] = [generateIdentity().peerId, generateIdentity().peerId, generateIdentity().peerId]
const [k0, k1, k2, k3] = [0, 1, 2, 3].map((at) => keyAt(party, at)) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
const signer = memorySigner(...party.secretKeys.slice(0, 1))
const seat = (keys: readonly Uint8Array[], source: SignerSource, signal?: AbortSignal) =>
  seatSigners(keys, me, signer, source, signal)

describe('the seats of a round', () => {
  test('this node comes first, wherever its key stands, and the others as they were found', async () => {
    const source = fixedSigners([
      { peerId: carol, publicKey: k2 },
      { peerId: bob, publicKey: k1 },
    ])
    expect(await seat([k1, k0, k2], source)).toEqual([
      { peerId: me, publicKeys: [k0] },
      { peerId: carol, publicKeys: [k2] },
      { peerId: bob, publicKeys: [k1] },
    ])
  })

  test('a seat lists the keys that are asked for, in their order, and no more', async () => {
    const source = fixedSigners([{ peerId: bob, publicKeys: [k3, k2, k1] }])
    expect(await seat([k1, k0, k3], source)).toEqual([
      { peerId: me, publicKeys: [k0] },
      { peerId: bob, publicKeys: [k1, k3] },
    ])
  })

  test('what a source says of this node is passed over: its signer knows', async () => {
    const source = fixedSigners([
      { peerId: me, publicKey: k1 },
      { peerId: bob, publicKey: k1 },
    ])
    expect(await seat([k0, k1], source)).toEqual([
      { peerId: me, publicKeys: [k0] },
      { peerId: bob, publicKeys: [k1] },
    ])
  })

  test('a key that nobody is known to hold is refused, and counted', async () => {
    const source = fixedSigners([{ peerId: bob, publicKey: k1 }])
    await expect(seat([k0, k1, k2, k3], source)).rejects.toMatchObject({
      code: 'SIGNERS_UNKNOWN',
      message: expect.stringContaining('2 of 4 keys'),
    })
  })

  test('nobody is looked for where all keys are here, and the signal is passed on where some are not', async () => {
    const asked: unknown[] = []
    const source: SignerSource = {
      find: (keys, { signal }) => {
        asked.push([keys, signal])
        return [{ peerId: bob, publicKeys: [k1] }]
      },
    }
    const { signal } = new AbortController()
    await seat([k0], source, signal)
    expect(asked).toEqual([])
    await seat([k0, k1], source, signal)
    expect(asked).toEqual([[[k1], signal]])
  })
})
