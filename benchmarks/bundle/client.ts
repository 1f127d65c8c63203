// What the bundle case weighs: the ten lines a newcomer writes first.

import { createCoordinator, generateIdentity } from '@rondo/core'
import { webSocket } from '@rondo/transport-ws'

const alice = createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })
const bob = createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })

const { addresses } = await alice.listen('ws://127.0.0.1:0')
alice.on('message', (message, from) => console.log(from.peerId, message.payload))
await bob.connectToPeer({ peerId: alice.peerId, addresses })
await bob.sendTo(alice.peerId, { type: 'greeting', payload: { text: 'Hello Alice!' } })
await Promise.all([alice.stop(), bob.stop()])
