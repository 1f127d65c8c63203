import { createCoordinator, generateIdentity, parsePeerId } from '@rondo/core'
import { webSocket } from '@rondo/transport-ws'
import { greeting } from './greeting.js'
import { printLine, shortId } from './terminal.js'

const print = (event: string, detail: string): void => printLine('visitor', event, detail)

/** `rondo visit`: a peer that connects to a node, greets it, asks it something, and leaves. */
export async function visit(peerIdText: string, address: string): Promise<void> {
  const nodeId = parsePeerId(peerIdText)
  const visitor = createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })
  try {
    const dialledAt = performance.now()
    await visitor.connectToPeer({ peerId: nodeId, addresses: [address] })
    print('connected', `to ${shortId(nodeId)}  ws  ${since(dialledAt)}, sealed and proven`)

    const speaker = greeting.client(visitor)
    const text = 'Hello, node!'
    await speaker.send(nodeId, 'hello', { text })
    print('greeted', `"${text}"`)

    const of = [20, 10, 12]
    print('asked', `what is ${of.join(' + ')}?`)
    const askedAt = performance.now()
    const { sum } = await speaker.request(nodeId, 'sum', { of })
    print('was told', `${sum}, after ${since(askedAt)}`)
  } finally {
    await visitor.stop()
  }
}

function since(startMs: number): string {
  return `${(performance.now() - startMs).toFixed(1)} ms`
}
