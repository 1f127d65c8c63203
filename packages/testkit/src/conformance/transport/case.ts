import type { Runner } from '../runner.js'
import type { Arena } from './arena.js'
import type { Need } from './fixture.js'

/** One promise of the contract, and how to see whether it is kept. */
export interface Case {
  readonly title: string
  /** What the transport must be able to do for the case to make sense. */
  readonly needs: readonly Need[]
  run(arena: Arena, expect: Runner['expect']): Promise<void>
}

/** Either end of a link: every promise holds for the one that dialled and for the one that was dialled. */
export const sides = ['dialler', 'listener'] as const

export type Side = (typeof sides)[number]

export function otherSide(side: Side): Side {
  return side === 'dialler' ? 'listener' : 'dialler'
}

/** The same case from both ends of the link. */
export function fromBothSides(make: (side: Side, other: Side) => Case): readonly Case[] {
  return sides.map((side) => {
    const made = make(side, otherSide(side))
    return { ...made, title: `${made.title}, seen from the ${side}` }
  })
}
