import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createCoordinator, generateIdentity, RondoError } from '@rondo/core'
import { webSocket } from '@rondo/transport-ws'
import { greeting } from './greeting.js'
import { printBlank, printFact, printLine, printProblem, printTitle, shortId } from './terminal.js'

// `rondo`: starts a node that listens, lets a second peer in a second process visit it once, and stays up until Ctrl-C.

const help = `rondo: a node in one line

  rondo [--port 4100] [--host 127.0.0.1] [--no-visitor]

  --port N        where peers connect; 4100, or any free port where that one is taken
  --host H        the interface to listen on; 127.0.0.1
  --no-visitor    starts the node alone, without the peer that shows how it works
  --help          this text
`

const portDefault = 4100

interface Options {
  readonly host: string
  /** Undefined: the usual one, or any. */
  readonly port: number | undefined
  readonly visitor: boolean
}

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string' },
      'no-visitor': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const port = values.port === undefined ? undefined : Number(values.port)
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new TypeError(`--port must be a number from 0 to 65535, not ${values.port}`)
  }
  return { host: values.host, port, visitor: !values['no-visitor'] }
}

async function up({ host, port, visitor }: Options): Promise<void> {
  const node = createCoordinator({ identity: generateIdentity(), transports: [webSocket()] })
  const print = (event: string, detail: string): void => printLine('node', event, detail)

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
  node.on('connected', ({ peerId, address }) =>
    print('connected', `${shortId(peerId)}  ws  from ${address ?? 'somewhere'}`),
  )
  node.on('disconnected', ({ peerId }, { code }) => print('left', `${shortId(peerId)}  ${code}`))
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

  const [address] = addresses
  const child = visitor && address !== undefined ? visit(node.peerId, address) : undefined

  let isStopping = false
  const stop = async (): Promise<void> => {
    if (isStopping) return
    isStopping = true
    printBlank()
    child?.kill()
    await node.stop()
    print('stopped', 'every link is closed')
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

/** Runs the second peer in a process of its own, on the same terminal. */
function visit(peerId: string, address: string) {
  const program = fileURLToPath(new URL('./visitor.js', import.meta.url))
  return spawn(process.execPath, [program, peerId, address], { stdio: ['ignore', 'inherit', 'inherit'] })
}

try {
  const options = readOptions()
  if (options === undefined) process.stdout.write(help)
  else await up(options)
} catch (error) {
  printProblem(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
