import { createCoordinator, generateIdentity, RondoError } from '@rondo/core'
import { webSocket } from '@rondo/transport-ws'
import { greeting } from './greeting.js'
import { printBlank, printFact, printLine, printProblem, printTitle, shortId } from './terminal.js'

export interface NodeOptions {
  readonly host: string
  /** Undefined: the usual one, or any where that is taken. */
  readonly port: number | undefined
}

export interface RunningNode {
  readonly peerId: string
  readonly address: string
  stop(): Promise<void>
}

const portDefault = 4100
const print = (event: string, detail: string): void => printLine('node', event, detail)

/** A node that listens, answers greetings, and prints what happens to it. */
export async function runNode({ host, port }: NodeOptions): Promise<RunningNode> {
  const node = createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })
  node.registerProtocol(
    greeting.handler({
      hello: ({ text }, { from }) => print('heard', `"${text}"  from ${shortId(from.peerId)}`),
      sum: ({ of }, { from, reject }) => {
        if (of.length === 0) return reject('NOTHING_TO_ADD')
        const sum = of.reduce((total, each) => total + each, 0)
        print('answered', `${sum}  to ${shortId(from.peerId)}`)
        return { sum }
      },
    }),
  )
  node.on('connected', (peer) => print('connected', `${shortId(peer.peerId)}  ws  from ${peer.address ?? 'somewhere'}`))
  node.on('disconnected', (peer, { code }) => print('left', `${shortId(peer.peerId)}  (${code})`))
  node.on('error', (error) => printProblem(error.message))

  const listenOn = (wanted: number) => node.listen(`ws://${host.includes(':') ? `[${host}]` : host}:${wanted}`)
  const { addresses } = await listenOn(port ?? portDefault).catch((error: unknown) => {
    if (port !== undefined || !(error instanceof RondoError && error.code === 'LISTEN_FAILED')) throw error
    return listenOn(0)
  })

  printTitle('Rondo', `node ${node.peerId}`)
  for (const address of addresses) printFact('peers', address)
  printFact('stop', 'Ctrl-C')
  printBlank()
  return {
    peerId: node.peerId,
    address: addresses[0] ?? '',
    async stop() {
      printBlank()
      await node.stop()
      print('stopped', 'every link is closed')
    },
  }
}
