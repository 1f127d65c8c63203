import { generateIdentity } from '@rondo/core'
import { describe, expect, test } from 'vitest'
import { fixedSigners } from '../../src/index.js'
import { createParty, keyAt } from '../party.js'

const party = createParty(4)
const [bob, carol] = [generateIdentity().peerId, generateIdentity().peerId]

describe('fixed signers', () => {
  const source = fixedSigners([
    { peerId: bob, publicKey: keyAt(party, 1) },
    { peerId: carol, publicKeys: [keyAt(party, 2), keyAt(party, 3)] },
  ])

  test('are found by any of their keys, with all that they hold', async () => {
    expect(await source.find([keyAt(party, 3)], {})).toEqual([
      { peerId: carol, publicKeys: [keyAt(party, 2), keyAt(party, 3)] },
    ])
    expect(await source.find([keyAt(party, 1).slice(), keyAt(party, 2)], {})).toHaveLength(2)
  })

  test('are not found by keys that are not theirs', async () => {
    expect(await source.find([keyAt(party, 0)], {})).toEqual([])
    expect(await source.find([], {})).toEqual([])
  })
})
