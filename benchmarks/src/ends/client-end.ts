import type { Connection, Contestant, Target } from '../contestants/contestant.ts'
import { quantile } from '../statistics.ts'
import { createSink } from './sink.ts'
import { createSource } from './source.ts'

/** Dials under way at once where many connections are made. */
const dialsAtOnce = 8

/** The end that dials. It sends, asks, or holds many connections and receives on all of them. */
export function createClientEnd<P>(contestant: Contestant<P>) {
  const { payloads } = contestant
  const sink = createSink(payloads)
  const connections: Connection<P>[] = []

  async function connectAs(take: (payload: P) => void, target: Target): Promise<Connection<P>> {
    const dialler = await contestant.createDialler(take)
    return dialler.dial(target)
  }

  function first(): Connection<P> {
    const [connection] = connections
    if (connection === undefined) throw new TypeError('a client connects before it sends')
    return connection
  }

  return {
    /** So many connections, each by a dialler of its own. */
    async connect({ target, count }: { readonly target: Target; readonly count: number }): Promise<void> {
      for (let made = 0; made < count; made += dialsAtOnce) {
        const dials = Array.from({ length: Math.min(dialsAtOnce, count - made) }, () => connectAs(sink.lane(), target))
        connections.push(...(await Promise.all(dials)))
      }
    },
    ...sink.commands,
    ...createSource(payloads, (payload) => first().send(payload)),

    /** One request after the other. */
    async ask({ count }: { readonly count: number }): Promise<{ p50Us: number; p99Us: number }> {
      const connection = first()
      const tookUs = new Float64Array(count)
      for (let index = 0; index < count; index += 1) {
        const begun = performance.now()
        const answer = await connection.ask(payloads.at(index))
        tookUs[index] = (performance.now() - begun) * 1_000
        if (payloads.digest(answer) !== payloads.digestAt(index)) throw new TypeError(`answer ${index} is another one`)
      }
      return { p50Us: quantile(tookUs, 0.5), p99Us: quantile(tookUs, 0.99) }
    },

    /** One dial after the other: by a dialler that nobody has seen, or all by one. */
    async dial({ target, count, isKnown }: { target: Target; count: number; isKnown: boolean }): Promise<number> {
      const tookMs: number[] = []
      let dialler = await contestant.createDialler(() => {})
      if (isKnown) await (await dialler.dial(target)).close()
      for (let index = 0; index < count; index += 1) {
        if (!isKnown) dialler = await contestant.createDialler(() => {})
        const begun = performance.now()
        const connection = await dialler.dial(target)
        tookMs.push(performance.now() - begun)
        await connection.close()
      }
      return quantile(tookMs, 0.5)
    },
  }
}
