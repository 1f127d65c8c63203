import { mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hex } from '@scure/base'
import { Transaction } from '@scure/btc-signer'
import { verifySchnorr } from 'tiny-secp256k1'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { objectionTo } from './bitcoin.js'
import { openTerminal, type Terminal } from './terminal.js'

// The example as somebody uses it who reads docs/musig2.md: two processes, and what is typed into each of them. Alice listens, and
// goes on listening; Bob comes anew each time.

// Each program starts anew, which takes its time where the machine is busy.
vi.setConfig({ testTimeout: 120_000 })

const isFull = process.env['RONDO_TIER'] === 'full'

let folder = ''
let target = ''
let alice: Terminal

const inFolder = (file: string): string => join(folder, file)
const run = (...args: readonly string[]): Terminal => openTerminal('sign-together.ts', args, folder)

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'rondo-sign-together-')))
  const demo = run('demo', 'alice', 'bob')
  const [psbt] = await demo.shows(/^cHNidP[\w+/=]+$/m)
  expect(demo.screen).toContain('bob is new')
  expect(await demo.ended).toBe(0)
  await writeFile(inFolder('tx.psbt'), psbt)
  alice = run('listen', 'alice', '--address', 'ws://127.0.0.1:0')
  target = (await alice.shows(/--with (\S+)/))[1] ?? ''
}, 60_000)

afterAll(async () => {
  await alice.kill()
  await rm(folder, { recursive: true, force: true })
})

function bobAsks(): Terminal {
  const bob = run('sign', 'bob', '--with', target, '--psbt', 'tx.psbt', '--out', 'signed.psbt')
  onTestFinished(async () => void (await bob.kill()))
  return bob
}

const question = /Sign it\? \[y\/N\] /
const transactionShown = /Signed\.\s+The transaction:\s+([0-9a-f]+)\s/

async function agree(terminal: Terminal): Promise<void> {
  await terminal.shows(question)
  terminal.type('y')
}

test('a no is shown in both terminals', async () => {
  const bob = bobAsks()
  await agree(bob)
  await alice.shows(question)
  alice.type('n')
  await alice.shows(/Not signed\./)
  await bob.shows(/the answer was no.*Not signed: /s)
  expect(await bob.ended).toBe(1)
  await expect(stat(inFolder('signed.psbt'))).rejects.toThrow('ENOENT')
})

test('two terminals that both say yes show one transaction, which the network would take', async () => {
  const bob = bobAsks()
  await agree(bob)
  await agree(alice)
  const [, shown = ''] = await bob.shows(transactionShown)
  expect((await alice.shows(transactionShown))[1]).toBe(shown)
  expect(await bob.ended).toBe(0)

  const psbt = Transaction.fromPSBT(new Uint8Array(await readFile(inFolder('signed.psbt'))))
  const { tapKeySig = new Uint8Array(64), witnessUtxo } = psbt.getInput(0)
  if (witnessUtxo === undefined) throw new Error('the PSBT has lost what it spends')
  const sighash = psbt.preimageWitnessV1(0, [witnessUtxo.script], 0, [witnessUtxo.amount])
  expect(verifySchnorr(sighash, witnessUtxo.script.subarray(2), tapKeySig)).toBe(true)
  psbt.finalize()
  expect(hex.encode(psbt.extract())).toBe(shown)
  expect(objectionTo(shown, witnessUtxo)).toBe('')
  expect(objectionTo(shown, { ...witnessUtxo, amount: witnessUtxo.amount + 1n })).not.toBe('')
})

test('both are shown the same request, and who asks', async () => {
  const request = /Signers\n(.*)Sign it\? /s
  const bob = bobAsks()
  const [, atBob = ''] = await bob.shows(request)
  // Where it goes, how much comes back, and the fee.
  expect(atBob).toMatch(/bcrt1qqgpqyqszqgpqyqszqgpqyqszqgpqyqs/)
  expect(atBob).toContain('0.00039000 BTC')
  expect(atBob).toContain('0.00001000 BTC')
  expect(bob.screen).toContain('You ask')
  bob.type('y')
  expect((await alice.shows(request))[1]).toBe(atBob)
  bob.pressCtrlC()
  await alice.shows(/It was called off\./)
  await bob.shows(/Ctrl-C.*Not signed: /s)
  expect(await bob.ended).toBe(1)
})

const noes = ['n', 'yes please', '', 'the end of the input']
test.each(isFull ? noes : ['the end of the input'])('who asks and says %j has asked nobody', async (answer) => {
  const before = alice.screen
  const bob = bobAsks()
  await bob.shows(question)
  if (answer === 'the end of the input') bob.endInput()
  else bob.type(answer)
  await bob.shows(/Not signed\./)
  expect(await bob.ended).toBe(1)
  expect(alice.screen).toBe(before)
})

test('a new name is said to be new, and keeps out of repositories', async () => {
  const demo = run('demo', 'alice', 'carol')
  expect(await demo.ended).toBe(0)
  expect(await readFile(inFolder('carol/.gitignore'), 'utf8')).toBe('*\n')
})

test('who asks is told what is wrong before a session begins', async () => {
  const asks = (at: string, psbt: string) => run('sign', 'bob', '--with', at, '--psbt', psbt, '--out', 'no.psbt')
  const noAddress = asks(target.split('@')[0] ?? '', 'tx.psbt')
  await noAddress.shows(/PEER@ADDRESS/)
  expect(await noAddress.ended).toBe(1)
  const noFile = asks(target, 'no.psbt')
  await noFile.shows(/ENOENT.*no\.psbt/)
  expect(await noFile.ended).toBe(1)
})

test('the secrets are for their owner alone to read', async () => {
  const modes = await Promise.all(['signing.key', 'node.key'].map(async (file) => stat(inFolder(join('alice', file)))))
  if (process.platform !== 'win32') expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o600])
})

test.each([[[]], [['--help']]])('%j tells what there is', async (args) => {
  const terminal = run(...args)
  expect(await terminal.ended).toBe(0)
  for (const word of ['listen', 'demo', 'sign', '--with', '--psbt', '--out']) expect(terminal.screen).toContain(word)
})

test('Ctrl-C of who was asked is shown to who asks', async () => {
  const bob = bobAsks()
  await agree(bob)
  await alice.shows(question)
  alice.pressCtrlC()
  expect(await alice.ended).toBe(0)
  await bob.shows(/Not signed: /)
  expect(await bob.ended).toBe(1)
})
