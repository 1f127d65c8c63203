import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

// The built command in real processes, as `npm start` runs it.

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))

function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  const readers = new Set<() => void>()
  const read = (chunk: Buffer): void => {
    text += chunk.toString()
    for (const reader of readers) reader()
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  return {
    child,
    output: () => text,
    /** Resolves once the output has it all. */
    shows: (...wanted: readonly RegExp[]) =>
      new Promise<void>((resolve, reject) => {
        const look = (): void => {
          if (wanted.every((each) => each.test(text))) resolve()
        }
        readers.add(look)
        child.once('exit', () => reject(new Error(`it ended and had shown only:\n${text}`)))
        look()
      }),
  }
}

async function exitCode(child: ChildProcess): Promise<unknown> {
  const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
  return code
}

test('a second process connects, greets, asks, is answered and leaves, and the node stays up until Ctrl-C', async () => {
  const node = start('--port', '0')
  await node.shows(/visitor connected/, /node +heard +"Hello, node!"/, /visitor was told +42/, /node +left/)
  expect(node.child.exitCode).toBe(null)
  node.child.kill('SIGINT')
  expect(await exitCode(node.child)).toBe(0)
  expect(node.output()).toMatch(/stopped/)
})

test('anybody can visit a node that is alone', async () => {
  const node = start('--port', '0', '--no-visitor')
  await node.shows(/Ctrl-C/)
  const [, peerId = ''] = /node (z\w+)/.exec(node.output()) ?? []
  const [, address = ''] = /(ws:\S+\/)/.exec(node.output()) ?? []
  const visitor = start('visit', peerId, address)
  expect(await exitCode(visitor.child)).toBe(0)
  expect(visitor.output()).toMatch(/was told +42/)
})

test.each([
  [['--port', 'http'], /--port must be a number/],
  [['dance'], /does not know 'dance'/],
  [['visit', 'nobody', 'ws://127.0.0.1:1/'], /PEER_ID_INVALID/],
  [['--colour'], /--colour/],
])('%j is refused in one line', async (args, complaint) => {
  const { child, output } = start(...args)
  expect(await exitCode(child)).toBe(1)
  expect(output()).toMatch(complaint)
  expect(output().trim().split('\n')).toHaveLength(1)
})

test('--help says everything there is', async () => {
  const { child, output } = start('--help')
  expect(await exitCode(child)).toBe(0)
  for (const word of ['--port', '--host', '--no-visitor', 'visit']) expect(output()).toContain(word)
})
