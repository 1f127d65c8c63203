import type { Setting } from '../bench-case.ts'
import type { ContestantName } from '../contestants/contestants.ts'
import { BenchProcess } from './bench-process.ts'

/** The two ends of a contestant: in processes of their own, or in one where the transport stays within a process. */
export interface Pair {
  readonly contestant: ContestantName
  readonly server: BenchProcess
  readonly client: BenchProcess
}

/** Lends a pair of ends, and ends their processes afterwards, whatever happens. */
export async function withPair<T>(
  contestant: ContestantName,
  caseName: string,
  { transport, cpuProfDir }: Setting,
  use: (pair: Pair) => Promise<T>,
): Promise<T> {
  const start = (end: string): BenchProcess =>
    new BenchProcess({ contestant, transport, label: `${caseName}.${contestant}.${end}`, cpuProfDir })
  const server = start(transport === 'memory' ? 'both' : 'server')
  const client = transport === 'memory' ? server : start('client')
  try {
    return await use({ contestant, server, client })
  } finally {
    await Promise.all([server.end(), client.end()])
  }
}

/** The same for several contestants at once. */
export async function withPairs<T>(
  contestants: readonly ContestantName[],
  caseName: string,
  setting: Setting,
  use: (pairs: readonly Pair[]) => Promise<T>,
): Promise<T> {
  const [first, ...rest] = contestants
  if (first === undefined) return use([])
  return withPair(first, caseName, setting, (pair) =>
    withPairs(rest, caseName, setting, (pairs) => use([pair, ...pairs])),
  )
}
