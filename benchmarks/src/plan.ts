/** How long and how often things are measured. */
export interface Plan {
  /** Runs that count, for each contestant, one contestant after the other; one more before them does not count. */
  readonly runs: number
  readonly warmUpMs: number
  readonly windowMs: number
  /** The window at a paced load. */
  readonly pacedMs: number
  readonly requests: number
  readonly dials: number
  /** Pieces of 1 MiB that a transfer has while requests are made beside it. */
  readonly transferPieces: number
  /** Runs of the memory case: each takes fresh processes and all connections anew. */
  readonly memoryRuns: number
  /** A run of two members plays so many rounds; one of more plays fewer. */
  readonly roundsOfTwo: number
  /** A run of two signers signs so often; one of more signs less. */
  readonly signingsOfTwo: number
  /** Runs of a hundred signers: each takes as long as all the others together. */
  readonly runsOfHundred: number
  /** Members up to which all are linked to all over WebSockets: a hundred have 4,950 links. */
  readonly meshOverWsMax: number
  /** Runs of a siege that has to wait for deadlines, with the attack and without. */
  readonly siegeRuns: number
}

export const quickPlan: Plan = {
  runs: 3,
  warmUpMs: 300,
  windowMs: 700,
  pacedMs: 500,
  requests: 2_000,
  dials: 20,
  transferPieces: 256,
  memoryRuns: 1,
  roundsOfTwo: 400,
  signingsOfTwo: 30,
  runsOfHundred: 1,
  meshOverWsMax: 20,
  siegeRuns: 1,
}

export const fullPlan: Plan = {
  runs: 7,
  warmUpMs: 500,
  windowMs: 2_000,
  pacedMs: 1_500,
  requests: 10_000,
  dials: 50,
  transferPieces: 1_024,
  memoryRuns: 3,
  roundsOfTwo: 1_000,
  signingsOfTwo: 100,
  runsOfHundred: 3,
  meshOverWsMax: 100,
  siegeRuns: 3,
}
