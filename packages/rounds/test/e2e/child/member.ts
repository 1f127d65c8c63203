// One member of a round in a process of its own, with a store in a folder. Arguments: its number, the folder. Orders and
// news go over the channel to its parent.

import { createCoordinator, createSystemEnv, identityFromSeed, parsePeerId, type Store } from '@rondo/core'
import { type Outcome, type Round, rounds } from '@rondo/rounds'
import { openLevelStore } from '@rondo/store-level'
import { webSocket } from '@rondo/transport-ws'
import { ceremonyOf } from './protocol.ts'
import type { Fate, News, Order, ToldOutcome } from './words.ts'

const [number = '', folder = ''] = process.argv.slice(2)

let fate: Fate | undefined
let phaseNow = ''

function tell(news: News): void {
  process.send?.(news)
}

/** Nothing after this line happens. */
function dieIf(when: Fate['when'], phase: string): void {
  if (fate?.when === when && fate.phase === phase) process.kill(process.pid, 'SIGKILL')
}

/** What is written durably while a phase is under way is this member's word in it. */
function mortal(store: Store): Store {
  return {
    durability: store.durability,
    get: (key) => store.get(key),
    put: (key, value, options) => store.put(key, value, options),
    delete: (key, options) => store.delete(key, options),
    range: (prefix, options) => store.range(prefix, options),
    async batch(operations, options) {
      await store.batch(operations, options)
      if (options?.durable === true) dieIf('kept', phaseNow)
    },
    scope: (name) => mortal(store.scope(name)),
  }
}

const store = await openLevelStore(folder)
const identity = identityFromSeed(new Uint8Array(32).fill(Number(number) + 1))
const env = createSystemEnv({ log: () => {} })
const coordinator = createCoordinator({ identity, transports: [webSocket()], store: mortal(store), env })
const { addresses } = await coordinator.listen('ws://127.0.0.1:0')
const engine = rounds(coordinator)
const ceremony = ceremonyOf((phase) => dieIf('begins', phase))

coordinator.on('connected', () => {
  tell({ news: 'connected', peers: coordinator.getConnectedPeers().map(({ peerId }) => peerId) })
})

function follow(round: Round, former: boolean): void {
  round.on('progress', ({ phase }) => {
    phaseNow = phase
    dieIf('begins', phase)
  })
  // The first one may have been there before there was a listener.
  let isTold = false
  const report = (outcome: Outcome): void => {
    isTold = true
    phaseNow = ''
    tell({ news: 'outcome', room: round.id, former, outcome: toldOf(outcome) })
  }
  round.on('outcome', report)
  void round.outcome.then((outcome) => {
    if (!isTold) report(outcome)
  })
}

function toldOf(outcome: Outcome): ToldOutcome {
  const { status } = outcome
  if (status === 'completed')
    return { status, result: outcome.result, reason: undefined, mayBeCompleted: false, culprits: [], suspects: [] }
  const { reason, mayBeCompleted } = outcome
  const [culprits, suspects] = [outcome.culprits, outcome.suspects].map((each) => each.map(({ peerId }) => peerId))
  return { status, result: undefined, reason, mayBeCompleted, culprits: culprits ?? [], suspects: suspects ?? [] }
}

async function obey(order: Order): Promise<void> {
  switch (order.order) {
    case 'connect':
      await Promise.all(order.targets.map((target) => coordinator.connectToPeer(target)))
      break
    case 'recover':
      for (const round of await engine.recover(ceremony)) follow(round, true)
      break
    case 'serve':
      engine.serve(ceremony, (invite) => invite.accept(), { onRound: (round) => follow(round, false) })
      break
    case 'die':
      fate = order.fate
      break
    case 'start': {
      const { members, answerMs, deadlineMs } = order
      follow(
        await engine.start(ceremony, { with: members.map(parsePeerId), setup: 'a key', answerMs, deadlineMs }),
        false,
      )
    }
  }
  tell({ news: 'done', order: order.order })
}

process.on('message', (order: Order) => void obey(order))
process.on('disconnect', () => process.exit(0))
tell({ news: 'listening', target: { peerId: coordinator.peerId, addresses } })
