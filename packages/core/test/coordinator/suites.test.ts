import { describe, expect, test } from 'vitest'
import { createCoordinator } from '../../src/coordinator/create-coordinator.js'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { createEd25519 } from '../../src/identity/ed25519.js'
import { generateSecp256k1Identity, secp256k1 } from '../../src/secp256k1/secp256k1.js'
import { codeOf, failureOf } from '../expect-failure.js'
import { FakeTown } from '../fake-town.js'
import { joinLinks } from '../fake-wire.js'

const suites = [secp256k1()]
const bip340 = () => ({ identity: generateSecp256k1Identity(), suites })

describe('nodes of two suites', () => {
  test.each<[string, object, object]>([
    ['an Ed25519 node dials a secp256k1 node', { suites }, bip340()],
    ['a secp256k1 node dials an Ed25519 node', bip340(), { suites }],
    ['two secp256k1 nodes', bip340(), bip340()],
  ])('%s, and both talk', async (_, dialler, listener) => {
    const town = new FakeTown()
    const [from, to] = await town.pair(dialler, listener)
    const heard: unknown[] = []
    for (const node of [from, to]) node.on('message', ({ payload }, { peerId }) => heard.push([peerId, payload]))
    await town.during(from.sendTo(to.peerId, { type: 'greeting', payload: 'to' }))
    await town.during(to.sendTo(from.peerId, { type: 'greeting', payload: 'fro' }))
    expect(heard).toEqual([
      [from.peerId, 'to'],
      [to.peerId, 'fro'],
    ])
    expect([...town.errors.values()].flat()).toEqual([])
  })
})

describe('a node without the suite', () => {
  test('does not start with such an identity', () => {
    const identity = generateSecp256k1Identity()
    expect(() => createCoordinator({ identity })).toThrow(
      expect.objectContaining({ code: 'SUITE_UNSUPPORTED', peerId: identity.peerId }),
    )
  })

  test('does not dial such a peer', async () => {
    const town = new FakeTown()
    const house = await town.house(bip340())
    const node = town.node()
    const failure = await failureOf(node.connectToPeer({ peerId: house.peerId, addresses: town.addressesOf(house) }))
    expect(failure).toMatchObject({ code: 'SUITE_UNSUPPORTED', peerId: house.peerId })
    expect(failure.message).toContain('is a secp256k1 key')
    expect(node.state).toBe('idle')
  })

  test('turns such a dialler away, and both ends are told why', async () => {
    const town = new FakeTown()
    const house = await town.house()
    const node = town.node(bip340())
    const dialling = node.connectToPeer({ peerId: house.peerId, addresses: town.addressesOf(house) })
    const failure = await town.during(failureOf(dialling))
    expect(failure).toMatchObject({ code: 'SUITE_UNSUPPORTED', peerId: house.peerId })
    expect(house.getStats()).toMatchObject({ connections: 0, failedHandshakes: { SUITE_UNSUPPORTED: 1 } })
    expect(house.getConnectedPeers()).toEqual([])
    expect(node.getConnectedPeers()).toEqual([])
  })

  test('turns such a listener away on a link made by hand, and both ends are told why', async () => {
    const town = new FakeTown()
    const [dialler, listener] = [town.node(), town.node(bip340())]
    const wire = joinLinks(town.env)
    const ends = [
      codeOf(listener.adoptLink(wire.listener, { role: 'listener' })),
      codeOf(dialler.adoptLink(wire.dialler, { role: 'dialler' })),
    ]
    expect(await town.during(Promise.all(ends))).toEqual(['SUITE_UNSUPPORTED', 'SUITE_UNSUPPORTED'])
  })
})

test('a suite that is given twice, or is built in, is misuse', () => {
  const town = new FakeTown()
  expect(() => town.node({ suites: [secp256k1(), secp256k1()] })).toThrow(TypeError)
  expect(() => town.node({ suites: [createEd25519(nativeCrypto.ed25519)] })).toThrow(TypeError)
})
