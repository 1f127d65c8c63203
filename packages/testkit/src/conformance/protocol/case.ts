import type { Runner } from '../runner.js'
import type { Need } from './samples.js'
import type { Stage } from './stage.js'

/** One thing that holds for every protocol, and how to see whether it does. */
export interface Case {
  readonly title: string
  /** What samples and handler must bring for the case to make sense. */
  readonly needs: readonly Need[]
  run(stage: Stage, expect: Runner['expect']): Promise<void>
}
