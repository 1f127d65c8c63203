import { setTimeout as sleep } from 'node:timers/promises'
import type { Contestant, Server, Target } from '../contestants/contestant.ts'
import { createSink } from './sink.ts'
import { createSource } from './source.ts'

const settleMs = 300

/** The end that listens. It receives, answers or broadcasts. */
export function createServerEnd<P>(contestant: Contestant<P>) {
  const sink = createSink(contestant.payloads)
  let server: Server<P> | undefined
  return {
    async listen({ answers }: { readonly answers: boolean }): Promise<Target> {
      server = await contestant.listen({ take: sink.lane(), answers })
      return server.target
    },
    ...sink.commands,
    ...createSource(contestant.payloads, (payload) => {
      if (server === undefined) throw new TypeError('a server listens before it broadcasts')
      return server.broadcast(payload)
    }),
    /** What this process holds once its garbage is gone: of the machine's memory, and in objects and buffers. */
    async memory(): Promise<{ readonly residentBytes: number; readonly liveBytes: number }> {
      if (globalThis.gc === undefined) throw new TypeError('this needs --expose-gc')
      for (let round = 0; round < 4; round += 1) {
        await sleep(settleMs)
        globalThis.gc()
      }
      const { rss, heapUsed, external } = process.memoryUsage()
      return { residentBytes: rss, liveBytes: heapUsed + external }
    },
  }
}
