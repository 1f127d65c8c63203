import { createCoordinator, generateIdentity, parsePeerId } from '@rondo/core'
import { webSocket } from '@rondo/transport-ws'
import { greeting } from './greeting.js'
import { printLine, printProblem, shortId } from './terminal.js'

// The second peer, in a process of its own: connects, greets, asks, leaves. `visitor.js <peer id> <address>`

const [peerIdText = '', address = ''] = process.argv.slice(2)
const nodeId = parsePeerId(peerIdText)

const visitor = createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })
const print = (event: string, detail: string): void => printLine('visitor', event, detail)

try {
  const dialledAt = performance.now()
  await visitor.connectToPeer({ peerId: nodeId, addresses: [address] })
  print('connected', `to ${shortId(nodeId)}  ws  ${(performance.now() - dialledAt).toFixed(1)} ms, sealed and proven`)

  const speaker = greeting.client(visitor)
  const text = 'Hello, node!'
  await speaker.send(nodeId, 'hello', { text })
  print('greeted', `"${text}"`)

  const of = [20, 10, 12]
  print('asked', `what is ${of.join(' + ')}?`)
  const askedAt = performance.now()
  const { sum } = await speaker.request(nodeId, 'sum', { of })
  print('was told', `${sum}, after ${(performance.now() - askedAt).toFixed(1)} ms`)
} catch (error) {
  printProblem(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
} finally {
  await visitor.stop()
}
