import type { Coordinator } from '@rondo/core'
import { type Outcome, type Round, rounds, verifyEvidence, verifyTranscript } from '@rondo/rounds'
import {
  type BurnLog,
  createBurnLog,
  endedWell,
  noConflictingResults,
  noHonestConvicted,
  type Verdict,
} from '@rondo/rounds/testing'
import { isAbsent, type Life, simulate, type World, type WorldRun } from '@rondo/testkit/simulator'
import { expect } from 'vitest'
import { die, type Simulated, spending } from './protocols.js'
import { describeRecipe, type Recipe } from './recipe.js'

// One world from its recipe to its verdicts.

export const answerMs = 1_500
export const deadlineMs = 1_000
const lifetimeMs = 240_000
/** Long after everything that may still happen has happened, and before anything is forgotten. */
const watchedMs = 45_000

/** What one life of a peer knows of one round: more than one ending where an abort gave way to a completion. */
export interface Watched {
  readonly id: string
  readonly isRecovered: boolean
  readonly endings: Outcome[]
}

export interface Played {
  readonly run: WorldRun<readonly Watched[]>
  readonly log: BurnLog
  readonly definition: Simulated
  readonly peerIds: readonly string[]
}

export async function playWorld(recipe: Recipe): Promise<Played> {
  const { seed, peers, network, topology, malice, minimum, retries, protocol, leaveOut, hosts } = recipe
  const world = simulate({ seed, peers, network, topology })
  for (const [peer, kinds] of malice) world.malicious(peer, ...kinds)
  arrange(world, recipe)
  const log = createBurnLog()
  const definition = log.watch(protocol === 'die' ? die(leaveOut) : spending(leaveOut))
  const run = await world.run(async (peer, index, life) => {
    const watched: Watched[] = []
    const watch = (round: Round, isRecovered = false): void => {
      const endings: Outcome[] = []
      watched.push({ id: round.id, isRecovered, endings })
      round.on('outcome', (outcome) => endings.push(outcome))
    }
    const engine = rounds(peer)
    if (life.incarnation > 0) for (const round of await engine.recover(definition)) watch(round, true)
    engine.serve(definition, (invite) => watch(invite.accept()))
    for (const _ of hosts.filter((host) => host === index && life.incarnation === 0)) {
      const terms = { setup: 6, minimum, retries, answerMs, deadlineMs, lifetimeMs }
      watch(await engine.start(definition, { with: world.others(index), ...terms }))
    }
    const reconnecting = keepConnected(world, peer, index, life, recipe)
    await life.sleep(watchedMs)
    reconnecting.stop()
    return watched
  })
  return { run, log, definition, peerIds: world.peers.map(({ peerId }) => peerId) }
}

/** Links that ended are dialled again, as a program would. */
function keepConnected(world: World, peer: Coordinator, index: number, life: Life, { peers, topology }: Recipe) {
  let isStopped = false
  const dials = (other: number): boolean =>
    typeof topology === 'function'
      ? [...topology(index, peers)].includes(other)
      : topology === 'mesh'
        ? other > index
        : other === (index + 1) % peers
  const dialAll = async (): Promise<void> => {
    while (!isStopped) {
      for (let other = 0; other < peers; other += 1) {
        const target = world.targetOf(other)
        if (other !== index && dials(other) && !peer.isConnected(target.peerId))
          peer.connectToPeer(target).catch(() => {})
      }
      await life.sleep(1_000)
    }
  }
  void dialAll()
  return {
    stop(): void {
      isStopped = true
    },
  }
}

function arrange(world: World, { events, malice }: Recipe): void {
  for (const event of events) {
    const at = world.at(event.atMs)
    if (event.kind === 'partition')
      at.partition(...event.groups)
        .at(event.atMs + event.forMs)
        .heal()
    else if (event.kind === 'sever') at.sever(event.peer)
    else if (event.kind === 'suspend') at.suspend(event.peer, event.forMs)
    else if (event.kind === 'jump') at.jumpClock(event.peer, event.byMs)
    else {
      const crash = at.crash(event.peer, { keepStore: event.keepStore })
      if (event.backAfterMs !== undefined && !malice.has(event.peer)) crash.restart(event.backAfterMs)
    }
  }
}

/** What holds of every world. */
export async function judgeWorld(recipe: Recipe, played: Played): Promise<void> {
  const { run, log, definition, peerIds } = played
  const fails = (verdict: Verdict): string => `${String(verdict)}\n${describeRecipe(recipe)}`
  const holds = (verdict: Verdict): void => {
    if (verdict !== true) throw new Error(fails(verdict))
  }
  const honest = peerIds.filter((_, peer) => !recipe.malice.has(peer))
  const lasts: Outcome[] = []
  for (const [peer, lives] of run.lives.entries()) {
    if (recipe.malice.has(peer)) continue
    for (const [life, end] of lives.entries()) {
      if (end.status === 'failed') throw new Error(fails(`life ${life} of peer ${peer}: ${String(end.reason)}`))
      if (end.status !== 'returned') continue
      for (const { endings, isRecovered } of end.value) {
        const who = `peer ${peer}${isRecovered ? ', after a restart' : ''}`
        const last = endings.at(-1)
        if (last === undefined) throw new Error(fails(`${who}: the round has not ended`))
        holds(endedOnce(endings) === true || `${who}: ${endedOnce(endings)}`)
        holds(endedWell(last) === true || `${who}: ${endedWell(last)}`)
        holds(noHonestConvicted(endings, honest) === true || `${who}: ${noHonestConvicted(endings, honest)}`)
        for (const ending of endings) await judgeProofs(ending, definition, (what) => fails(`${who}: ${what}`))
        lasts.push(last)
      }
    }
  }
  holds(noConflictingResults(lasts))
  holds(log.noneTwice())
  for (const { error } of run.errors) if (error.code === 'INTERNAL') throw new Error(fails(error.message))
}

function endedOnce(endings: readonly Outcome[]): Verdict {
  const [first, ...more] = endings
  if (more.length === 0 || first === undefined) return true
  if (first.status !== 'aborted' || !first.mayBeCompleted) return 'something came after an ending that was for good'
  return (
    (more.length === 1 && more[0]?.status === 'completed') || 'an abort gave way to something else than a completion'
  )
}

/** Whoever was not there comes to the same conclusions. */
async function judgeProofs(ending: Outcome, definition: Simulated, fails: (what: string) => string): Promise<void> {
  const { transcript } = ending
  const verdict = await verifyTranscript(definition, transcript)
  if (!verdict.ok) throw new Error(fails(`its transcript is refused: ${verdict.code}, ${verdict.detail}`))
  if (ending.status === 'completed') {
    if (verdict.status !== 'completed') throw new Error(fails(`its transcript is ${verdict.status}`))
    expect(verdict.result, fails('by its transcript there is another result')).toEqual(ending.result)
    return
  }
  for (const { peerId, evidence } of ending.culprits) {
    if (evidence === undefined) throw new Error(fails('there is no evidence'))
    const conviction = await verifyEvidence(definition, evidence)
    if (!conviction.ok) throw new Error(fails(`evidence is refused: ${conviction.code}, ${conviction.detail}`))
    expect(conviction.culprit, fails('the evidence is against another')).toBe(peerId)
  }
}

export const endingsOf = ({ run }: Played): readonly (readonly Watched[])[] =>
  run.outcomes.map((outcome) => (isAbsent(outcome) ? [] : outcome))
