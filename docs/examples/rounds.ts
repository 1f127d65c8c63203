// Three peers throw a die that nobody holds: one result for all, a transcript that anybody can check, and the story of the round.

import { createCoordinator, generateIdentity } from '@rondo/core'
import { rounds, verifyTranscript } from '@rondo/rounds'
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
round.on('progress', ({ phase, index, of, waitingFor }) => {
  console.log(`${phase} (${index + 1} of ${of}): ${waitingFor.length} to come`)
})

for (const outcome of [await round.outcome, ...(await Promise.all(atTheGuests))]) {
  if (outcome.status === 'completed') console.log('rolled', outcome.result.roll)
  else console.log(outcome.reason, outcome.detail)
}
console.log(round.account())

// Whoever was not there needs nothing but the bytes.
const verdict = await verifyTranscript(dice, round.transcript())
if (!verdict.ok) console.log(verdict.code, verdict.detail)
else if (verdict.status === 'completed') console.log(`it was ${verdict.result.roll}, and all of them signed it`)
else console.log('not completed; still missing:', verdict.waitingFor)

await Promise.all([alice, bob, carol].map((node) => node.stop()))
