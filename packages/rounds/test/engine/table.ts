import type { Coordinator } from '@rondo/core'
import { bytes, defineRounds, fault, type Rounds, type RoundsOptions, rounds, schemaOf } from '@rondo/rounds'
import { type Life, type SimulateOptions, simulate, type World, wrapCoordinator } from '@rondo/testkit/simulator'

// Nodes around a table, directed by one function: what the first of them does is the test, and the others sit there.

const text = schemaOf((value): value is string => typeof value === 'string', 'a text')

/** Everybody says a word; the result is all of them. Nobody may say 'no'. */
export const words = defineRounds({ name: 'words', setup: text, roles: ['speaker', 'listener'] })
  .local<string | undefined>()
  .phase('word', {
    contribution: text,
    contribute: (_view, local) => local.input ?? 'yes',
    check: (_view, _from, word) => word !== 'no' || fault('nobody may say no'),
  })
  .result((view) => view.all('word').join(' '))

/** The same with a secret in it. */
export const secretive = defineRounds({ name: 'secretive', setup: text })
  .secret('key', (_view, local) => ({ shown: local.random(32), secret: local.random(32) }))
  .phase('show', { contribution: bytes(32), contribute: (_view, local) => local.shown('key') })
  .result((view) => view.all('show').length)

export interface Logged {
  readonly peer: number
  readonly level: string
  readonly text: string
  /** Of the error that is told of, where it has one. */
  readonly code: unknown
}

export interface Table {
  readonly world: World
  readonly life: Life
  readonly engines: readonly Rounds[]
  readonly logged: readonly Logged[]
  engine(index: number): Rounds
  sleep(ms: number): Promise<void>
}

export interface TableOptions extends Partial<SimulateOptions> {
  readonly rounds?: RoundsOptions | undefined
  /** Leaves the nodes without what survives them. */
  readonly volatile?: boolean | undefined
  /** What stands in for a node. */
  readonly wrap?: (coordinator: Coordinator, index: number) => Coordinator
  /** Before anything else. */
  readonly arrange?: (world: World) => void
}

/** Resolves with what the world had to say that nobody could be thrown at. */
export async function atTable(peers: number, act: (table: Table) => Promise<void>, options: TableOptions = {}) {
  const { rounds: roundsOptions, volatile = false, wrap = (node) => node, arrange, ...given } = options
  const world = simulate({ seed: 1, peers, network: { latencyMs: [2, 10] }, ...given })
  arrange?.(world)
  const logged: Logged[] = []
  const { errors } = await world.run(async (_peer, index, life) => {
    if (index > 0) return
    const engines = world.peers.map((coordinator, peer) => {
      const log = (level: string, line: string, fields: Readonly<Record<string, unknown>> = {}): void => {
        const { code, cause } = fields
        const causeCode = cause instanceof Error && 'code' in cause ? cause.code : undefined
        logged.push({ peer, level, text: line, code: code ?? causeCode })
      }
      const env = { ...coordinator.env, log }
      const changes = volatile ? { env, store: undefined } : { env }
      return rounds(wrapCoordinator(wrap(coordinator, peer), changes), roundsOptions)
    })
    const engine = (at: number): Rounds => {
      const found = engines[at]
      if (found === undefined) throw new RangeError(`there is no node ${at}`)
      return found
    }
    await act({ world, life, engines, logged, engine, sleep: (ms) => life.sleep(ms) })
  })
  return { errors, logged }
}
