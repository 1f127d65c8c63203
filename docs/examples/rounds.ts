// Three peers throw a die that nobody holds: one result for all, a transcript that anybody can check, and the story of the round.

import { createCoordinator, generateIdentity } from '@rondo/core'
import { describeProgress, describeRound, rounds, verifyTranscript } from '@rondo/rounds'
import { dice } from '@rondo/rounds/examples'
import { webSocket } from '@rondo/transport-ws'

const newNode = () => createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })
const alice = newNode()
const bob = newNode()
const carol = newNode()

const { addresses } = await alice.listen('ws://127.0.0.1:0')
const guests = []
for (const node of [bob, carol]) {
  await node.connectToPeer({ peerId: alice.peerId, addresses })
  // What bob and carol take part in, and on what terms.
  guests.push(
    rounds(node).serve(dice, (invite) =>
      invite.setup.sides <= 100 ? invite.accept() : invite.decline('too many sides'),
    ),
  )
}
const atTheGuests = guests.map((served) => served.next())

const round = await rounds(alice).start(dice, {
  with: [bob.peerId, carol.peerId],
  setup: { sides: 6 },
  deadlineMs: 10_000,
})
round.on('progress', (progress) => console.log(describeProgress(progress)))

for (const outcome of [await round.outcome, ...(await Promise.all(atTheGuests))]) {
  if (outcome.status === 'completed') console.log('rolled', outcome.result.roll)
  else console.log(outcome.reason, outcome.detail)
}
console.log(describeRound(round.account()))

// Whoever was not there needs nothing but the bytes.
const verdict = await verifyTranscript(dice, round.transcript())
if (!verdict.ok) throw new Error(verdict.code)
console.log(verdict.status === 'completed' ? `the transcript says so too: ${verdict.result.roll}` : verdict.waitingFor)

await Promise.all([alice, bob, carol].map((node) => node.stop()))
