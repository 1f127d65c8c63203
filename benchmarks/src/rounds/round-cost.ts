import type { Sample } from '../bench-case.ts'
import { quantile } from '../statistics.ts'
import type { CryptoCost } from './bare-crypto.ts'
import type { Bill, Party } from './party.ts'

// One run: so many rounds, then the same messages with no rounds in them, one round trip after the other, and signatures alone.
// From these follows what the engine costs by itself.

/** What each member says in a round of dice: the invitation or its answer, then join, commit, reveal and confirm. */
export const articlesPerMember = 5

export const wall = 'a round'
export const allCpu = 'CPU of all members'
export const engineCpu = 'engine, a contribution'
export const bytesPerMember = 'bytes a member'
export const messagesPerMember = 'messages a member'
export const bytesPerLink = 'bytes a link'

export interface Costs {
  readonly round: Sample
  /** One round trip a phase and all signatures: what a round cannot do without. */
  readonly least: Sample
  /** One exchange of the same messages a phase, everybody with everybody, and all signatures. */
  readonly bare: Sample
}

export interface Effort {
  readonly rounds: number
  readonly roundTrips: number
  readonly signatures: number
}

export async function measureRounds(party: Party, { rounds, roundTrips, signatures }: Effort): Promise<Costs> {
  const { members } = party
  const played = await party.play(rounds)
  const messages = played.messagesSent / rounds
  const size = await bareBytes(party, played)
  const exchanged = await party.exchange(size, rounds * articlesPerMember)
  const roundTripMs = await party.roundTripMs(roundTrips)
  const { signMs, verifyMs } = inMs(await party.crypto(signatures))
  // Its own are verified as well before they are sent.
  const cryptoMs = members * articlesPerMember * (signMs + members * verifyMs)
  const perRound = (bill: Bill): number => bill.cpuUs / 1_000 / rounds
  // Messages may have shared a turn, and so be fewer than exchanges would have.
  const transportMs = perRound(exchanged) * (played.messagesSent / exchanged.messagesSent)
  const contributions = members * members * articlesPerMember
  const serial = cryptoMs / party.processes
  const engineMs = (perRound(played) - cryptoMs - transportMs) / contributions
  const bytes = played.bytes / rounds / members / 1_000
  const sized = {
    [bytesPerMember]: bytes,
    [bytesPerLink]: bytes / (members - 1),
    [messagesPerMember]: messages / members,
  }
  return {
    round: {
      [wall]: quantile(played.tookMs, 0.5),
      [allCpu]: perRound(played),
      [engineCpu]: engineMs,
      ...sized,
    },
    least: { [wall]: articlesPerMember * roundTripMs + serial, [allCpu]: cryptoMs },
    bare: {
      [wall]: articlesPerMember * (exchanged.tookMs[0] ?? Number.NaN) + serial,
      [allCpu]: cryptoMs + transportMs,
    },
  }
}

/** The payload with which a bare message is as long as those of the round were on the average. */
async function bareBytes(party: Party, { bytes, messagesSent }: Bill): Promise<number> {
  const trial = 256
  const { bytes: tried, messagesSent: count } = await party.exchange(trial, 1)
  const aroundPayload = tried / 2 / count - trial
  return Math.max(1, Math.round(bytes / 2 / messagesSent - aroundPayload))
}

function inMs({ signUs, verifyUs }: CryptoCost): { readonly signMs: number; readonly verifyMs: number } {
  return { signMs: signUs / 1_000, verifyMs: verifyUs / 1_000 }
}
