// One signer in a process of its own. Arguments: its number, a folder for its store, a file for what it does with its nonces.
// Orders and news go over the channel to its parent.

import { createCoordinator, createSystemEnv, identityFromSeed, parsePeerId, type Store } from '@rondo/core'
import {
  fixedSigners,
  memorySigner,
  musig2,
  publicKeyFor,
  type Signed,
  type SigningOutcome,
  type SigningRound,
} from '@rondo/plugin-musig2'
import { openLevelStore } from '@rondo/store-level'
import { webSocket } from '@rondo/transport-ws'
import { hex } from '@scure/base'
import { loggedSigner } from './nonce-log.ts'
import type { Fate, News, Order, ToldOutcome } from './words.ts'

const [number = '', folder = '', nonceFile = ''] = process.argv.slice(2)

let fate: Fate | undefined
let phaseNow = ''
/** Its key has answered the challenge of the round under way. */
let hasPart = false
let endRound = (): void => {}
let roundOver: Promise<void> | undefined

function tell(news: News): void {
  process.send?.(news)
}

const dies = (when: Fate['when'], phase: string): boolean => fate?.when === when && fate.phase === phase

/** Nothing after this line happens. */
function dieIf(when: Fate['when'], phase: string): void {
  if (dies(when, phase)) process.kill(process.pid, 'SIGKILL')
}

/** What is written durably while a phase is under way is this signer's word in it, or that its nonce is spent. */
function mortal(store: Store): Store {
  return {
    durability: store.durability,
    get: (key) => store.get(key),
    put: (key, value, options) => store.put(key, value, options),
    delete: (key, options) => store.delete(key, options),
    range: (prefix, options) => store.range(prefix, options),
    async batch(operations, options) {
      if (options?.durable === true && dies('begins', 'confirm') && phaseNow === 'confirm') await roundOver
      await store.batch(operations, options)
      if (options?.durable === true) dieIf(phaseNow === 'sign' && !hasPart ? 'spent' : 'kept', phaseNow)
    },
    scope: (name) => mortal(store.scope(name)),
  }
}

const seed = (first: number): Uint8Array => new Uint8Array(32).fill(first + Number(number))
const secretKey = seed(101)
const signer = loggedSigner(memorySigner(secretKey), nonceFile, (phase) => {
  hasPart = phase === 'sign'
  dieIf('made', phase)
})
const store = await openLevelStore(folder)
const env = createSystemEnv({ log: () => {} })
const identity = identityFromSeed(seed(1))
const coordinator = createCoordinator({ identity, transports: [webSocket()], store: mortal(store), env })
const { addresses } = await coordinator.listen('ws://127.0.0.1:0')
const signing = musig2(coordinator, { signer, approve: () => true })

coordinator.on('connected', () => {
  tell({ news: 'connected', peers: coordinator.getConnectedPeers().map(({ peerId }) => peerId) })
})

function follow(round: SigningRound, former: boolean): void {
  hasPart = false
  roundOver = new Promise((resolve) => {
    endRound = resolve
  })
  round.on('progress', ({ phase, waitingFor }) => {
    phaseNow = phase
    // Its own join is on the disk before there is anything to be joined.
    if (phase === 'join') dieIf('kept', phase)
    // Its part may be on its way still, until somebody else has it.
    else if (phase !== 'confirm' || waitingFor.length < round.signers.length) dieIf('begins', phase)
  })
  // The first one may have been there before there was a listener.
  let isTold = false
  const report = (outcome: SigningOutcome): void => {
    isTold = true
    phaseNow = ''
    endRound()
    tell({ news: 'outcome', round: round.id, former, outcome: toldOf(outcome) })
  }
  round.on('outcome', report)
  void round.outcome.then((outcome) => {
    if (!isTold) report(outcome)
  })
}

function toldOf(outcome: SigningOutcome): ToldOutcome {
  const { status, account } = outcome
  const spokeIn = account.attempts
    .flatMap(({ phases }) => phases)
    .filter(({ said }) => said.some(({ member }) => member === account.me))
    .map(({ name }) => name)
  const signatures = outcome.signed && signaturesIn(outcome.signed)
  if (status === 'completed')
    return { status, reason: undefined, mayBeSigned: true, culprits: [], suspects: [], signatures, spokeIn }
  const { reason, mayBeSigned } = outcome
  const culprits = outcome.culprits.map(({ peerId }) => peerId)
  const suspects = outcome.suspects.map(({ peerId }) => peerId)
  return { status, reason, mayBeSigned, culprits, suspects, signatures, spokeIn }
}

function signaturesIn(signed: Signed): readonly string[] {
  const signatures = signed.kind === 'psbt' ? signed.signatures.map(({ signature }) => signature) : [signed.signature]
  return signatures.map((signature) => hex.encode(signature))
}

async function obey(order: Order): Promise<void> {
  switch (order.order) {
    case 'connect':
      await Promise.all(order.targets.map((target) => coordinator.connectToPeer(target)))
      break
    case 'recover':
      for (const round of await signing.recover()) follow(round, true)
      break
    case 'serve':
      signing.serve({ onRound: (round) => follow(round, false) })
      break
    case 'die':
      fate = order.fate
      break
    case 'sign':
      follow(await sign(order), false)
  }
  tell({ news: 'done', order: order.order })
}

function sign({ request, signers, answerMs, deadlineMs }: Extract<Order, { order: 'sign' }>): Promise<SigningRound> {
  const known = signers.map(({ peerId, publicKey }) => {
    return { peerId: parsePeerId(peerId), publicKey: hex.decode(publicKey) }
  })
  const others = known.filter(({ peerId }) => peerId !== coordinator.peerId)
  const [bytes, options] = [hex.decode(request.bytes), { signers: fixedSigners(others), answerMs, deadlineMs }]
  if (request.kind === 'psbt') return signing.signPsbt({ psbt: bytes, ...options })
  const publicKeys = known.map(({ publicKey }) => publicKey)
  return signing.signMessage({ message: bytes, publicKeys, ...options })
}

process.on('message', (order: Order) => void obey(order))
process.on('disconnect', () => process.exit(0))
const target = { peerId: coordinator.peerId, addresses }
tell({ news: 'listening', target, publicKey: hex.encode(publicKeyFor(secretKey)) })
