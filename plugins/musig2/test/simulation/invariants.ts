import { equalBytes } from '@rondo/core'
import { verifyEvidence, verifyTranscript } from '@rondo/rounds'
import {
  noHonestConvicted as convictsNoHonest,
  endedWell,
  type JudgedOutcome,
  type Verdict,
} from '@rondo/rounds/testing'
import { hex } from '@scure/base'
import { verifySchnorr } from 'tiny-secp256k1'
import { musig2Rounds, type Signed, type SigningOutcome } from '../../src/index.js'
import { noNonceTwice } from './nonce-book.js'
import type { Played, Watched } from './play.js'
import { describeRecipe, type Recipe } from './recipe.js'
import { type Expected, expectedOf, nameOfRequest } from './requests.js'
import { noNonceShownTwice } from './wire-tap.js'

// What holds of every world, whatever happens in it and whoever lies: each is true, or says why not.

/** A round as one life of an honest signer knows it. */
export interface Known extends Watched {
  readonly peer: number
  readonly life: number
}

/** Every honest signer's rounds, over all lives that came to their end. */
export function knownBy({ run }: Pick<Played, 'run'>, { lies, signers }: Recipe): readonly Known[] {
  return run.lives
    .slice(0, signers)
    .flatMap((lives, peer) =>
      lies.has(peer)
        ? []
        : lives.flatMap((end, life) =>
            end.status === 'returned' ? end.value.map((each) => ({ ...each, peer, life })) : [],
          ),
    )
}

type Last = SigningOutcome

const who = ({ peer, life, isRecovered }: Known): string =>
  `signer ${peer} in life ${life}${isRecovered ? ', of a round of a former one' : ''}`

function firstOf<T>(all: Iterable<T>, verdictOf: (each: T) => Verdict, name: (each: T) => string): Verdict {
  for (const each of all) {
    const verdict = verdictOf(each)
    if (verdict !== true) return `${name(each)}: ${verdict}`
  }
  return true
}

/** Whether every round has ended, once, or with a signature after an abort that said that there may be one. */
export function everyRoundEnded(known: readonly Known[]): Verdict {
  return firstOf(
    known,
    ({ endings: [first, second, ...more] }) => {
      if (first === undefined) return 'the round has not ended'
      if (second === undefined) return true
      if (first.status === 'aborted' && first.mayBeCompleted && second.status === 'completed' && more.length === 0)
        return true
      return 'something came after an ending that was for good'
    },
    who,
  )
}

/** Whether every signature holds, for what its signer had said yes to, by another implementation of BIP-340. */
export function everySignatureHolds(known: readonly Known[], { approved, requests }: Expectations): Verdict {
  const memo = new Map<string, readonly Expected[]>()
  const all = [...approved.flat(), ...requests]
  const expected = (request: (typeof all)[number]): readonly Expected[] => {
    const name = nameOfRequest(request)
    const made = memo.get(name) ?? expectedOf(request)
    memo.set(name, made)
    return made
  }
  /** What all have is looked at once. */
  const held = new Map<string, boolean>()
  return firstOf(
    known,
    (each) => {
      // By hand nobody is asked, and what was to be signed is what the world was made for.
      const mine = approved[each.peer] ?? []
      const agreed = (mine.length > 0 ? mine : requests).map(expected)
      const signed = each.endings.flatMap((ending) => ending.signed ?? [])
      const isHeld = (made: Signed): boolean => {
        const name = [nameOfMade(made), ...(mine.length > 0 ? mine : requests).map(nameOfRequest)].join()
        const isGood = held.get(name) ?? agreed.some((wanted) => holds(made, wanted))
        held.set(name, isGood)
        return isGood
      }
      return signed.every(isHeld) || 'its signature does not hold'
    },
    who,
  )
}

function nameOfMade(made: Signed): string {
  if (made.kind === 'psbt') return `${nameOfSigned(made)} ${made.base64}`
  return [made.signature, made.message, made.publicKey].map((bytes) => hex.encode(bytes)).join(' ')
}

export interface Expectations extends Pick<Played, 'approved' | 'requests'> {}

function holds(signed: Signed, expected: readonly Expected[]): boolean {
  if (signed.kind === 'message') {
    const [wanted] = expected
    return (
      expected.length === 1 &&
      wanted !== undefined &&
      equalBytes(signed.publicKey, wanted.publicKey) &&
      equalBytes(signed.message, wanted.message) &&
      verifySchnorr(wanted.message, wanted.publicKey, signed.signature)
    )
  }
  return (
    signed.signatures.length === expected.length &&
    expected.every(({ input, publicKey, message }) => {
      const made = signed.signatures.find((signature) => signature.input === input)
      return made !== undefined && verifySchnorr(message, publicKey, made.signature.subarray(0, 64))
    }) &&
    signed.finalize() !== undefined
  )
}

/** Whether all who have a signature of one round have the same. */
export function oneSignatureEach(known: readonly Known[]): Verdict {
  const made = new Map<string, string>()
  return firstOf(
    known,
    ({ id, endings }) => {
      const all = endings.flatMap((ending) => ending.signed ?? []).map(nameOfSigned)
      return (
        all.every((name) => {
          const before = made.get(id) ?? name
          made.set(id, before)
          return before === name
        }) || `it has another signature of round ${id}`
      )
    },
    who,
  )
}

function nameOfSigned(signed: Signed): string {
  if (signed.kind === 'message') return hex.encode(signed.signature)
  return signed.signatures.map(({ signature }) => hex.encode(signature)).join()
}

/** Whether every abort gives a reason that it can show, and whoever is convicted is by evidence that anybody can verify. */
export async function everyAbortIsTrue(known: readonly Known[]): Promise<Verdict> {
  for (const each of known) {
    for (const ending of each.endings) {
      const verdict = endedWell(judged(ending))
      if (verdict !== true) return `${who(each)}: ${verdict}`
      if (ending.status === 'completed') continue
      for (const { peerId, evidence } of ending.culprits) {
        if (evidence === undefined) return `${who(each)}: nothing shows what ${peerId} did`
        const conviction = await verifyEvidence(musig2Rounds, evidence)
        if (!conviction.ok) return `${who(each)}: its evidence is refused: ${conviction.code}, ${conviction.detail}`
        if (conviction.culprit !== peerId) return `${who(each)}: its evidence is against ${conviction.culprit}`
      }
    }
  }
  return true
}

/** Whether one that was signed convinces whoever was not there, of the same signature. */
export async function transcriptConvinces(known: readonly Known[]): Promise<Verdict> {
  for (const { endings } of known) {
    const last = endings.at(-1)
    if (last?.status !== 'completed') continue
    const verdict = await verifyTranscript(musig2Rounds, last.transcript)
    if (!verdict.ok) return `the transcript of what was signed is refused: ${verdict.code}`
    if (verdict.status !== 'completed') return `the transcript of what was signed is ${verdict.status}`
    const shown = verdict.result.map(({ signature }) => hex.encode(signature.subarray(0, 64))).join()
    const signed = nameOfSigned(last.signed)
    // A PSBT has one byte more behind a signature that names its sighash.
    const isSame = shown.split(',').every((signature, at) => signed.split(',')[at]?.startsWith(signature) === true)
    return isSame || 'by its transcript there is another signature'
  }
  return true
}

/** Whether nobody honest is convicted by anybody honest. */
export function noHonestConvicted(known: readonly Known[], honest: readonly string[]): Verdict {
  return firstOf(known, ({ endings }) => convictsNoHonest(endings.map(judged), honest), who)
}

/**
 * Whether an abort warns of every part that left, in whatever life; and of every signature that exists, whoever has it: none does
 * without everybody's part.
 */
export function everyAbortWarns(
  known: readonly Known[],
  { tap, signedByLiars }: Pick<Played, 'signedByLiars'> & { readonly tap: Pick<Played['tap'], 'hasPartLeft'> },
): Verdict {
  const honestly = known.filter(({ endings }) => endings.some((ending) => ending.signed)).map(({ id }) => id)
  const signed = new Set([...signedByLiars, ...honestly])
  return firstOf(
    known,
    ({ peer, id, endings }) => {
      const last = endings.at(-1)
      if (last?.status !== 'aborted' || last.mayBeSigned) return true
      if (tap.hasPartLeft(peer, id)) return `its part left in round ${id}, and it says that nothing may be signed`
      return !signed.has(id) || `there is a signature of round ${id}, and it says that there may be none`
    },
    who,
  )
}

/** Whether nobody who is in no round is heard in one, and nobody is named who is in none. */
export function noStrangerNamed(known: readonly Known[], members: readonly string[]): Verdict {
  return firstOf(
    known,
    ({ endings }) => {
      const named = endings.flatMap((ending) =>
        ending.status === 'aborted' ? [...ending.culprits, ...ending.suspects, ...ending.declined] : [],
      )
      return named.every(({ peerId }) => members.includes(peerId)) || 'it names somebody who is no member'
    },
    who,
  )
}

/** An outcome as the engine's invariants read it. */
export function judged(outcome: Last): JudgedOutcome {
  if (outcome.status === 'aborted') return outcome
  const { account, signed } = outcome
  return { status: 'completed', result: nameOfSigned(signed), account }
}

/** All of it; throws with the recipe where any of it does not hold. */
export async function judgeWorld(recipe: Recipe, played: Played): Promise<readonly Known[]> {
  const { run, burns, nonces, tap, peerIds } = played
  const fails = (verdict: string): Error => new Error(`${verdict}\n${describeRecipe(recipe)}`)
  for (const [peer, lives] of run.lives.slice(0, recipe.signers).entries())
    for (const end of lives)
      if (end.status === 'failed' && !recipe.lies.has(peer)) throw fails(`signer ${peer} failed: ${String(end.reason)}`)
  const known = knownBy(played, recipe)
  const honest = peerIds.filter((_, peer) => !recipe.lies.has(peer))
  const verdicts: readonly Verdict[] = [
    everyRoundEnded(known),
    everySignatureHolds(known, played),
    oneSignatureEach(known),
    await everyAbortIsTrue(known),
    // It costs as much as the round did.
    recipe.seed % 4 !== 0 || (await transcriptConvinces(known)),
    noHonestConvicted(known, honest),
    everyAbortWarns(known, played),
    noStrangerNamed(known, peerIds),
    noNonceTwice(nonces),
    noNonceShownTwice(tap),
    burns.noneTwice(),
  ]
  for (const verdict of verdicts) if (verdict !== true) throw fails(verdict)
  for (const { error } of run.errors) if (error.code === 'INTERNAL') throw fails(error.message)
  return known
}
