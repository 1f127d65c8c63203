import type { Runner } from '../runner.js'
import type { Need } from './fixture.js'
import type { Stage } from './stage.js'

/** One promise of the contract, and how to see whether it is kept. */
export interface Case {
  readonly title: string
  /** What the store must be able to do for the case to make sense. */
  readonly needs: readonly Need[]
  run(stage: Stage, expect: Runner['expect']): Promise<void>
}
