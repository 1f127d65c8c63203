// Two peers, a greeting each way, and what happens when somebody else answers.

import { createCoordinator, generateIdentity, type Message, RondoError } from '@rondo/core'
import { webSocket } from '@rondo/transport-ws'

const newNode = () => createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })
const alice = newNode()
const bob = newNode()
const mallory = newNode()

// Nothing is open until a node listens or connects.
const { addresses } = await alice.listen('ws://127.0.0.1:0')
const next = (node: typeof alice) => new Promise<Message>((resolve) => node.once('message', resolve))

const atAlice = next(alice)
await bob.connectToPeer({ peerId: alice.peerId, addresses })
await bob.sendTo(alice.peerId, { type: 'greeting', payload: { text: 'Hello Alice!' } })
const greeting = await atAlice
console.log(greeting.payload, 'from', greeting.from === bob.peerId ? 'bob' : 'a stranger')

const atBob = next(bob)
await alice.broadcast({ type: 'greeting', payload: { text: 'Hello everybody!' } })
console.log((await atBob).payload)

// An address is only a hint; the peer id is what counts.
try {
  await bob.connectToPeer({ peerId: mallory.peerId, addresses })
} catch (error) {
  console.log(error instanceof RondoError && error.code) // HANDSHAKE_IDENTITY
}

await Promise.all([alice.stop(), bob.stop(), mallory.stop()])
