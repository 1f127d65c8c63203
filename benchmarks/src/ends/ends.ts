import type { Contestant } from '../contestants/contestant.ts'
import { createClientEnd } from './client-end.ts'
import { createServerEnd } from './server-end.ts'

/** What a process can be told to do, whoever the contestant. Each command takes one plain value and returns one. */
export interface Ends {
  readonly server: ReturnType<typeof createServerEnd>
  readonly client: ReturnType<typeof createClientEnd>
}

export function createEnds<P>(contestant: Contestant<P>): Ends {
  return { server: createServerEnd(contestant), client: createClientEnd(contestant) }
}
