import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type NodeOptions, runNode } from './node.js'
import { printProblem } from './terminal.js'
import { visit } from './visitor.js'

// `rondo`: starts a node that listens, lets a second peer in a second process visit it once, and stays up until Ctrl-C.

const help = `rondo: a node in one line

  rondo [--port 4100] [--host 127.0.0.1] [--no-visitor]
  rondo visit <peer id> <address>

  --port N        where peers connect; 4100, or any free port where that one is taken
  --host H        the interface to listen on; 127.0.0.1
  --no-visitor    starts the node alone, without the peer that shows how it works
  --help          this text

  visit           connects to a running node, greets it, asks it something, and leaves
`

type Command =
  | { readonly name: 'help' }
  | { readonly name: 'up'; readonly node: NodeOptions; readonly visitor: boolean }
  | { readonly name: 'visit'; readonly peerId: string; readonly address: string }

function readCommand(): Command {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string' },
      'no-visitor': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return { name: 'help' }
  const [command, peerId, address] = positionals
  if (command === 'visit' && peerId !== undefined && address !== undefined) return { name: 'visit', peerId, address }
  if (command === 'visit') throw new TypeError('visit needs a peer id and an address; see rondo --help')
  if (command !== undefined) throw new TypeError(`rondo does not know '${positionals.join(' ')}'; see rondo --help`)
  const port = values.port === undefined ? undefined : Number(values.port)
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new TypeError(`--port must be a number from 0 to 65535, not ${values.port}`)
  }
  return { name: 'up', node: { host: values.host, port }, visitor: !values['no-visitor'] }
}

async function up(options: NodeOptions, hasVisitor: boolean): Promise<void> {
  const node = await runNode(options)
  // The second peer is this same program, in a process of its own, on the same terminal.
  const program = [fileURLToPath(import.meta.url), 'visit', node.peerId, node.address]
  const visitor = hasVisitor ? spawn(process.execPath, program, { stdio: ['ignore', 'inherit', 'inherit'] }) : undefined
  const stop = (): void => {
    visitor?.kill()
    void node.stop()
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

try {
  const command = readCommand()
  if (command.name === 'help') process.stdout.write(help)
  else if (command.name === 'visit') await visit(command.peerId, command.address)
  else await up(command.node, command.visitor)
} catch (error) {
  printProblem(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
