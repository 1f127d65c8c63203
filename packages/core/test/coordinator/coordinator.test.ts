import { createMemoryNetwork } from '@rondo/testkit/memory'
import { expect, test } from 'vitest'
import { createCoordinator, generateIdentity } from '../../src/index.js'

test('two peers exchange a message over a memory network', async () => {
  const network = createMemoryNetwork()
  const alice = createCoordinator({ identity: generateIdentity(), transports: [network.transport()] })
  const bob = createCoordinator({ identity: generateIdentity(), transports: [network.transport()] })
  const { addresses } = await alice.listen('memory:alice')
  const heard = new Promise((resolve) =>
    alice.on('message', (message, from) => resolve([from.peerId, message.payload])),
  )
  await bob.connectToPeer({ peerId: alice.peerId, addresses })
  await bob.sendTo(alice.peerId, { type: 'greeting', payload: { text: 'Hello Alice!' } })
  expect(await heard).toEqual([bob.peerId, { text: 'Hello Alice!' }])
  await Promise.all([alice.stop(), bob.stop()])
})
