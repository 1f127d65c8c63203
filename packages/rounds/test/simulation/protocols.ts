import { platformCrypto } from '@rondo/core'
import {
  bytes,
  commitment,
  committed,
  defineRounds,
  fault,
  hashMod,
  type LeaveOut,
  opening,
  opens,
  type RoundsDefinition,
  schemaOf,
} from '@rondo/rounds'

// What is played in simulations: a die, and something that cannot be taken back.

export type Simulated = RoundsDefinition<{
  readonly setupInput: unknown
  readonly setup: unknown
  readonly role: never
  readonly local: undefined
  readonly result: readonly number[]
}>

const anything = schemaOf((_): _ is unknown => true, 'anything')

export const die = (leaveOut: LeaveOut): Simulated =>
  defineRounds({ name: 'die', setup: anything, leaveOut })
    .remember('seed', (view, local) => committed(view, local, local.random(8)))
    .phase('commit', { contribution: commitment, contribute: (_, local) => local.remember('seed').commitment })
    .phase('reveal', {
      contribution: opening(bytes(8)),
      contribute: (_, local) => local.remember('seed').opening,
      check: (view, from, shown) => opens(view, 'commit', from, shown) || fault('it does not open'),
    })
    .result((view) => [hashMod(view.all('reveal'), 1_000_000), view.roster.length])

/** Each gives away a secret for good, once all have agreed. */
export const spending = (leaveOut: LeaveOut): Simulated =>
  defineRounds({ name: 'spending', setup: anything, leaveOut })
    .secret('coin', (_, local) => {
      const secret = local.random(32)
      return { shown: platformCrypto.sha256(secret), secret }
    })
    .phase('show', { contribution: bytes(32), contribute: (_, local) => local.shown('coin'), distinct: true })
    .agree('agreed')
    .phase('spend', {
      contribution: bytes(32),
      contribute: (_, local) => local.burn('coin'),
      check: (view, from, spent) =>
        isSame(platformCrypto.sha256(spent), view.said('show', from)) || fault('it is not what was shown'),
    })
    .result((view) => [hashMod(view.all('spend'), 1_000_000), view.roster.length])

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

export const authorPhases = { die: ['commit', 'reveal'], spending: ['show', 'agreed', 'spend'] } as const
