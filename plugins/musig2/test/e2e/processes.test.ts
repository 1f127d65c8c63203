import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type NonceLine, readNonceLog } from './child/nonce-log.js'
import type { Fate, ToldOutcome } from './child/words.js'
import { type SignerProcess, startSigner } from './signer-process.js'
import { messageOf, spendOf, type Task } from './spend.js'

// Five signers, each a process with a store and a key of its own, and the one that is killed comes back. Time is never looked at: the
// deadline is short because somebody has to run into it. Where that ends a round before anybody was killed, or somebody is suspected who
// was only slow, it was too short for this machine, and the round is played again with a longer one.

const isFull = process.env['RONDO_TIER'] === 'full'
const count = 5
let deadlineMs = 600
/** Of a round in which everybody is there: long, for nobody runs into it. */
const patienceMs = 60_000
const phases = ['join', 'nonces', 'agreed', 'sign', 'confirm']
/** By then all but one have signed. */
const isLate = (phase: string): boolean => phases.indexOf(phase) >= phases.indexOf('sign')

let folder = ''
const signers: SignerProcess[] = []
const seen = new Set<string>()

const numbers = Array.from({ length: count }, (_, number) => number)
const othersOf = (number: number): readonly SignerProcess[] => signers.filter((_, other) => other !== number)
const idsOf = (of: readonly SignerProcess[]): readonly string[] => of.map(({ target }) => target.peerId)
const publicKeys = (): readonly string[] => signers.map(({ publicKey }) => publicKey)
const nonceFile = (number: number): string => join(folder, `${number}.nonces`)
const start = (number: number) => startSigner(number, join(folder, String(number)), nonceFile(number))

function signerAt(number: number): SignerProcess {
  const signer = signers[number]
  if (signer === undefined) throw new RangeError(`there is no signer ${number}`)
  return signer
}

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'rondo-musig2-')))
  signers.push(...(await Promise.all(numbers.map(start))))
  for (const [number, signer] of signers.entries()) {
    await signer.order({ order: 'connect', targets: signers.slice(0, number).map(({ target }) => target) })
    await signer.order({ order: 'serve' })
  }
  await Promise.all(numbers.map((number) => signerAt(number).connectedTo(idsOf(othersOf(number)))))
}, 60_000)

afterAll(async () => {
  await Promise.all(signers.map((signer) => signer.kill()))
  await rm(folder, { recursive: true, force: true })
})

function startRound(host: number, { request }: Task, time: number): void {
  const known = signers.map(({ target, publicKey }) => ({ peerId: target.peerId, publicKey }))
  signerAt(host).send({ order: 'sign', request, signers: known, answerMs: patienceMs, deadlineMs: time })
}

const isNew = ({ round, former }: { readonly round: string; readonly former: boolean }): boolean =>
  !seen.has(round) && !former

/** What each of these knows of the next round, which they have in common. */
async function nextOutcomes(of: readonly SignerProcess[]): Promise<readonly ToldOutcome[]> {
  let next = ''
  const outcomes = await Promise.all(
    of.map((signer) =>
      signer.outcome((told) => {
        if (isNew(told)) next = told.round
        return isNew(told)
      }),
    ),
  )
  seen.add(next)
  return outcomes
}

const lastRound = (): string | undefined => [...seen].at(-1)

/** Another process with the same folder; it recovers, and is connected to all the others. */
async function restart(number: number): Promise<SignerProcess> {
  const signer = await start(number)
  signers[number] = signer
  await signer.order({ order: 'recover' })
  await signer.order({ order: 'serve' })
  await signer.order({ order: 'connect', targets: othersOf(number).map(({ target }) => target) })
  return signer
}

async function assertCompletes(host: number, task: Task): Promise<void> {
  startRound(host, task, patienceMs)
  assertSigned(await nextOutcomes(signers), task)
}

/** All of them by the same signatures. */
function assertSigned(outcomes: readonly ToldOutcome[], task: Task): void {
  expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'completed'))
  expect(new Set(outcomes.map(({ signatures }) => String(signatures))).size).toBe(1)
  for (const { signatures = [] } of outcomes) expect(task.holds(signatures)).toBe(true)
}

interface Death extends Fate {
  readonly victim: number
  readonly host: number
  /** What the victim had said by then, as its store remembers it. */
  readonly spokeIn: readonly string[]
}

function death(victim: number, host: number, phase: string, when: Fate['when']): Death {
  const spokeIn = phases.slice(0, phases.indexOf(phase) + (when === 'kept' ? 1 : 0))
  return { victim, host, phase, when, spokeIn }
}

interface Aftermath {
  /** How much each key had been used before the round. */
  readonly before: readonly number[]
  /** Of those who live. */
  readonly outcomes: readonly ToldOutcome[]
}

async function killIn(death: Death, task: Task): Promise<Aftermath> {
  const { victim, host, phase, when } = death
  const before = numbers.map(linesOf)
  await signerAt(victim).order({ order: 'die', fate: { phase, when } })
  // Where all but one have to come far.
  startRound(host, task, isLate(phase) ? 2 * deadlineMs : deadlineMs)
  const { peerId } = signerAt(victim).target
  const hasDied = await signerAt(victim)
    .outcome(isNew)
    .then(
      () => false,
      () => true,
    )
  const outcomes = await nextOutcomes(hasDied ? othersOf(victim) : signers)
  if (hasDied) expect(await signerAt(victim).died).toBe('SIGKILL')
  if (hasDied && outcomes.every(({ suspects }) => suspects.every((each) => each === peerId)))
    return { before, outcomes }
  deadlineMs *= 3
  if (hasDied) await restart(victim)
  return killIn(death, task)
}

/** What the key of this signer was used for since it had written so many lines. */
const usedSince = (number: number, lines: number): readonly NonceLine[] => readNonceLog(nonceFile(number)).slice(lines)
const linesOf = (number: number): number => usedSince(number, 0).length

/** Nobody is blamed; the dead one is suspected; and who has signed, and no one else, is told that it may have been for something. */
function assertAborted({ victim, phase }: Death, { before, outcomes }: Aftermath, task: Task): void {
  const suspects = [signerAt(victim).target.peerId]
  const survivors = numbers.filter((number) => number !== victim)
  for (const [at, { mayBeSigned, signatures, ...outcome }] of outcomes.entries()) {
    expect(outcome).toMatchObject({ status: 'aborted', reason: 'TIMEOUT', culprits: [], suspects })
    const number = survivors[at] ?? -1
    expect(mayBeSigned).toBe(usedSince(number, before[number] ?? 0).some(({ did }) => did === 'signed'))
    if (signatures !== undefined) expect(task.holds(signatures)).toBe(true)
  }
  expect(outcomes.some(({ mayBeSigned }) => mayBeSigned)).toBe(isLate(phase))
  // Only then are all parts there.
  expect(outcomes.some(({ signatures }) => signatures !== undefined)).toBe(phase === 'confirm')
}

/** It learns how its round ended, has said what it had said, and its key is not used for it again. */
async function assertReturns({ victim, spokeIn }: Death): Promise<void> {
  const lines = linesOf(victim)
  const restarted = await restart(victim)
  const known = await restarted.outcome(({ former, round }) => former && round === lastRound())
  expect(known).toMatchObject({ status: 'aborted', reason: 'RESTARTED', culprits: [], spokeIn })
  if (spokeIn.includes('sign')) expect(known.mayBeSigned).toBe(true)
  expect(usedSince(victim, lines)).toEqual([])
}

const ways = {
  begins: 'as it begins',
  made: 'with the work of its key in hand',
  spent: 'when its nonce is spent',
  kept: 'when its word is on the disk and not yet sent',
} as const

describe('five signers in five processes', { timeout: 240_000 }, () => {
  test('sign both inputs of a PSBT', async () => {
    await assertCompletes(0, spendOf(publicKeys()))
  })

  const deaths: readonly Death[] = [
    death(1, 0, 'join', 'kept'),
    death(2, 0, 'nonces', 'begins'),
    death(3, 0, 'nonces', 'made'),
    death(4, 0, 'nonces', 'kept'),
    death(1, 0, 'agreed', 'begins'),
    death(2, 0, 'agreed', 'kept'),
    death(4, 4, 'sign', 'spent'),
    death(1, 0, 'sign', 'made'),
    death(2, 2, 'sign', 'kept'),
    death(3, 0, 'confirm', 'begins'),
  ]
  const quick = ['join kept', 'nonces made', 'agreed begins', 'sign spent']
  for (const each of deaths.filter(({ phase, when }) => isFull || quick.includes(`${phase} ${when}`))) {
    const { victim, host, phase, when } = each
    const who = victim === host ? 'who asked for it' : 'another'
    test(`end when ${who} is killed in ${phase} ${ways[when]}, and sign the same with it after that`, async () => {
      const task = when === 'spent' ? spendOf(publicKeys()) : messageOf(`${phase} ${when}`, publicKeys())
      assertAborted(each, await killIn(each, task), task)
      await assertReturns(each)
      await assertCompletes(victim, task)
    })
  }

  test('complete after all when one is killed whose confirmation was kept and not sent', async () => {
    const task = messageOf('confirm kept', publicKeys())
    const last = death(3, 0, 'confirm', 'kept')
    assertAborted(last, await killIn(last, task), task)
    const restarted = await restart(3)
    const completed = await Promise.all([
      restarted.outcome(({ former, round, outcome }) => former && isLastCompleted({ round, outcome })),
      ...othersOf(3).map((signer) => signer.outcome(isLastCompleted)),
    ])
    assertSigned(completed, task)
    await assertCompletes(3, task)
  })

  test('complete when one is killed that has confirmed, and it learns so', async () => {
    const task = messageOf('confirm said', publicKeys())
    startRound(0, task, patienceMs)
    // Whoever has completed has everybody's confirmation, and passes it on.
    await signerAt(0).outcome(isNew)
    await signerAt(2).kill()
    assertSigned(await nextOutcomes(othersOf(2)), task)
    const restarted = await restart(2)
    assertSigned(
      [await restarted.outcome(({ former, round, outcome }) => former && isLastCompleted({ round, outcome }))],
      task,
    )
    await assertCompletes(2, task)
  })

  test('have used no nonce twice in all their lives', () => {
    const lines = numbers.flatMap((number) => readNonceLog(nonceFile(number)))
    const made = lines.filter(({ did }) => did === 'made').map(({ nonce }) => nonce)
    const signed = lines.filter(({ did }) => did === 'signed')
    expect(new Set(made).size).toBe(made.length)
    expect(new Set(signed.map(({ nonce }) => nonce)).size).toBe(signed.length)
    expect(signed.every(({ nonce }) => made.includes(nonce))).toBe(true)
    // A challenge is answered once by each: what is signed again is another one, as its nonces are others.
    const challenges = numbers.flatMap((number) => {
      const answered = usedSince(number, 0).flatMap((line) => (line.did === 'signed' ? [line.challenge] : []))
      expect(new Set(answered).size).toBe(answered.length)
      return answered
    })
    expect(new Set(challenges).size).toBeGreaterThanOrEqual(6)
    // Of rounds that were completed alone: the two inputs, and one after each death.
    expect(signed.length).toBeGreaterThanOrEqual(count * 6)
    expect(new Set(lines.map(({ life }) => life)).size).toBeGreaterThan(count)
  })
})

const isLastCompleted = ({ round, outcome }: { readonly round: string; readonly outcome: ToldOutcome }): boolean =>
  round === lastRound() && outcome.status === 'completed'
