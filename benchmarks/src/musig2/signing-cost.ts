import type { Sample } from '../bench-case.ts'
import type { Party } from '../rounds/party.ts'
import { bytesPerMember, messagesPerMember, wall } from '../rounds/round-cost.ts'
import { quantile } from '../statistics.ts'
import { type SigningCosts, totalOf } from './steps.ts'

// One run: so many signing rounds, then one round trip after the other, Ed25519 alone, and MuSig2 alone. What a round may take
// follows from the last three.

/** What each signer says: the invitation or its answer, then join, nonces, agreed, sign and confirm. */
export const articlesPerSigner = 6
/** Of what the cryptography of a signer takes. */
export const shareMax = 1.5

/** What one party must do, by itself. */
export const crypto = 'crypto'
export const slowest = 'a round, p95'
export const partyCpu = 'CPU of a party'
export const ed25519Cpu = 'Ed25519 of a party'
export const roundTrip = 'a round trip'

export interface SigningRun {
  readonly round: Sample
  /** MuSig2 by the plugin's own functions, and all signatures of articles. */
  readonly crypto: Sample
  readonly cryptoAlone: Sample
  /** The same by scure's functions, as they come. */
  readonly scure: Sample
  /** The time that the cryptography may take one and a half times of, and the round trips. */
  readonly allowed: Sample
}

export interface SigningEffort {
  readonly rounds: number
  readonly roundTrips: number
  readonly signatures: number
}

/** How many parties work at the same time: no more than there are processes, or cores to run them. */
export function atOnce({ processes }: Pick<Party, 'processes'>, cores: number): number {
  return Math.min(processes, cores)
}

export async function measureSigningRounds(
  party: Party,
  { rounds, roundTrips, signatures }: SigningEffort,
  cores: number,
  measureAlone: () => Promise<SigningCosts>,
): Promise<SigningRun> {
  const { members } = party
  const { tookMs, messagesSent, bytes, cpuUs } = await party.play(rounds)
  const roundTripMs = await party.roundTripMs(roundTrips)
  const { signUs, verifyUs } = await party.crypto(signatures)
  const { plugin, scure } = await measureAlone()
  const musig2Ms = totalOf(plugin)
  // Its own are verified as well before they are sent.
  const ed25519Ms = (articlesPerSigner * (signUs + members * verifyUs)) / 1_000
  const serial = members / atOnce(party, cores)
  const allowedMs = (cryptoMs: number): number => shareMax * serial * cryptoMs + articlesPerSigner * roundTripMs
  return {
    round: {
      [wall]: quantile(tookMs, 0.5),
      [slowest]: quantile(tookMs, 0.95),
      [partyCpu]: cpuUs / 1_000 / rounds / members,
      [ed25519Cpu]: ed25519Ms,
      [roundTrip]: roundTripMs,
      [messagesPerMember]: messagesSent / rounds / members,
      [bytesPerMember]: bytes / rounds / members / 1_000,
    },
    crypto: { [partyCpu]: musig2Ms + ed25519Ms },
    cryptoAlone: { [partyCpu]: musig2Ms },
    scure: { [partyCpu]: totalOf(scure) + ed25519Ms },
    allowed: { [wall]: allowedMs(musig2Ms + ed25519Ms) },
  }
}
