// What one signer computes in a round, and what that costs.

/** In the order in which they are taken. */
export const signingSteps = [
  'keys aggregated',
  'nonces made',
  'nonces of others checked',
  'nonces aggregated, sessions',
  'parts made',
  'own parts checked',
  'parts aggregated',
  'signatures verified',
] as const

export type SigningStep = (typeof signingSteps)[number]

/** Milliseconds of processor time in a round; a step that a library takes as part of another is not there. */
export type StepCosts = Readonly<Partial<Record<SigningStep, number>>>

export interface SigningCosts {
  readonly plugin: StepCosts
  readonly scure: StepCosts
}

export interface SigningSize {
  readonly signers: number
  readonly items: number
}

export function totalOf(costs: StepCosts): number {
  return Object.values(costs).reduce((sum, each) => sum + each, 0)
}
