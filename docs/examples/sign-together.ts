// Two terminals sign one Bitcoin transaction. Each shows what it is asked to sign, and signs only if somebody types y.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { createCoordinator, identityFromSeed, parsePeerId, RondoError } from '@rondo/core'
import {
  type Approve,
  describeOutcome,
  describeRequest,
  memorySigner,
  musig2,
  publicKeyFor,
  type SigningOutcome,
} from '@rondo/plugin-musig2'
import { readPsbtFile, writePsbtFile } from '@rondo/plugin-musig2/file'
import { openLevelStore } from '@rondo/store-level'
import { webSocket } from '@rondo/transport-ws'
import { hex } from '@scure/base'
import { demoPsbt } from './demo-psbt.ts'

const program = 'npx node docs/examples/sign-together.ts'
const usage = `
  ${program} listen NAME [--address ws://127.0.0.1:4200]
  ${program} demo KEY KEY > tx.psbt
  ${program} sign NAME --with PEER@ADDRESS --psbt FILE --out FILE

  A NAME is a folder with two secret keys, and with what must not be forgotten while they sign. It is made when it is
  first named. A KEY is a NAME, or a public key of 33 bytes in hexadecimal digits. PEER@ADDRESS is what listen shows.
`

const stopping = new AbortController()
process.once('SIGINT', () => stopping.abort('Ctrl-C'))

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      address: { type: 'string', default: 'ws://127.0.0.1:4200' },
      with: { type: 'string' },
      psbt: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const [command, name, other] = positionals
  const { address, with: target, psbt, out, help } = values
  if (help) console.log(usage)
  else if (command === 'listen' && name) await listen(name, address)
  else if (command === 'demo' && name && other)
    console.log(demoPsbt([await publicKeyOf(name), await publicKeyOf(other)]))
  else if (command === 'sign' && name && target && psbt && out) await sign(name, target, psbt, out)
  else {
    console.log(usage)
    if (command !== undefined) process.exitCode = 1
  }
}

/** Signs with whoever asks, until Ctrl-C. */
async function listen(name: string, address: string): Promise<void> {
  const { node, signing, close } = await open(name)
  signing.serve({ onRound: ({ outcome }) => void outcome.then((ended) => show(ended)).catch(complain) })
  const { addresses } = await node.listen(address)
  console.log(`
${name} listens, with the key ${hex.encode(await publicKeyOf(name))}. In another terminal:

  ${program} demo ${name} bob > tx.psbt
  ${program} sign bob --with ${node.peerId}@${addresses[0]} --psbt tx.psbt --out signed.psbt

Ctrl-C ends it.`)
  if (!stopping.signal.aborted) await once(stopping.signal, 'abort')
  await close()
}

/** Asks the one who listens there. */
async function sign(name: string, target: string, psbtFile: string, outFile: string): Promise<void> {
  const [peerId = '', address] = target.split('@')
  if (!address) throw new Error('--with takes PEER@ADDRESS, as the other terminal shows it')
  const peer = { peerId: parsePeerId(peerId), addresses: [address] }
  const psbt = await readPsbtFile(psbtFile)
  const { node, signing, close } = await open(name)
  try {
    await node.connectToPeer(peer, { signal: stopping.signal })
    const round = await signing.signPsbt({
      psbt,
      // Where there are more than two, this says who holds which key: see `fixedSigners`.
      signers: { find: (publicKeys) => [{ peerId: peer.peerId, publicKeys }] },
      signal: stopping.signal,
    })
    console.log('\nNow the other terminal is asked.')
    const outcome = await round.outcome
    if (outcome.signed === undefined) process.exitCode = 1
    else await writePsbtFile(outFile, outcome.signed)
    show(outcome)
  } finally {
    await close()
  }
}

async function open(name: string) {
  const signer = memorySigner(await secretOf(name, 'signing.key'))
  const identity = identityFromSeed(await secretOf(name, 'node.key'))
  const store = await openLevelStore(join(name, 'store'))
  const node = createCoordinator({ identity, transports: [webSocket()], store })
  // The network is how addresses are written: a wallet leaves it out, and means the real one.
  const signing = musig2(node, { signer, approve, network: 'regtest' })
  // What a crash interrupted is never signed on, but its end may be learned.
  for (const { outcome } of await signing.recover()) {
    void outcome.then((former) => console.log(`An earlier round: ${inShort(former)}`)).catch(complain)
  }
  const close = async () => {
    await node.stop()
    await store.close()
  }
  return { node, signing, close }
}

async function publicKeyOf(key: string): Promise<Uint8Array> {
  return /^0[23][0-9a-f]{64}$/i.test(key) ? hex.decode(key) : publicKeyFor(await secretOf(key, 'signing.key'))
}

/** In the open, for whoever may read the file. A wallet keeps it under a passphrase: see `@rondo/core/keystore`. */
async function secretOf(name: string, file: string): Promise<Uint8Array> {
  const path = join(name, file)
  if ((await mkdir(name, { recursive: true, mode: 0o700 })) !== undefined) {
    console.error(`${name} is new: its keys are in the folder ${resolve(name)}`)
    await writeFile(join(name, '.gitignore'), '*\n') // keys are for no repository
  }
  if (!existsSync(path)) await writeFile(path, hex.encode(randomBytes(32)), { mode: 0o600, flag: 'wx' })
  return hex.decode(await readFile(path, 'utf8'))
}

let isAsking = false

/** Called before anything is signed, for requests of one's own as well. */
const approve: Approve = async (request, { signal }) => {
  if (isAsking) return 'somebody is being asked about another signature'
  isAsking = true
  console.log(`\n${describeRequest(request)}\n`)
  const unwanted = AbortSignal.any([signal, stopping.signal])
  const answer = await ask('Sign it? [y/N] ', unwanted)
  isAsking = false
  if (answer === 'y') return true
  if (unwanted.aborted) console.log()
  console.log(signal.aborted ? 'It was called off.' : 'Not signed.')
  return 'the answer was no'
}

/** The end of the input is an answer too, and no yes. */
async function ask(question: string, signal: AbortSignal): Promise<string> {
  process.stdout.write(question)
  const lines = createInterface({ input: process.stdin })
  const answer = await new Promise<string>((resolve) => {
    lines.once('line', resolve)
    lines.once('close', () => resolve(''))
    signal.addEventListener('abort', () => lines.close())
  })
  lines.close()
  return answer.trim().toLowerCase()
}

function show(outcome: SigningOutcome): void {
  const transaction = transactionOf(outcome)
  console.log(outcome.status === 'completed' ? '\nSigned.' : `\n${describeOutcome(outcome)}`)
  if (transaction) console.log(`\nThe transaction:\n\n${transaction}\n`)
}

function inShort(outcome: SigningOutcome): string {
  if (outcome.signed) return `signed. ${transactionOf(outcome) ?? ''}`
  return outcome.status === 'aborted' && outcome.mayBeSigned ? 'it may be signed, now or later.' : 'not signed.'
}

/** What the network takes; undefined where somebody else has still to sign. */
function transactionOf({ signed }: SigningOutcome): string | undefined {
  const transaction = signed?.kind === 'psbt' ? signed.finalize() : undefined
  return transaction && hex.encode(transaction)
}

/** Somebody may have put into the PSBT what makes a transaction of no use. */
function complain(error: unknown): void {
  console.error(error instanceof Error ? error.message : error)
}

try {
  await main()
} catch (error) {
  const isRefused = error instanceof RondoError && error.code === 'SIGNING_REFUSED'
  if (!isRefused) complain(error)
  process.exitCode = 1
}
