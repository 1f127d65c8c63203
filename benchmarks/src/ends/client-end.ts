import type { Connection, Contestant, Target } from '../contestants/contestant.ts'
import { quantile } from '../statistics.ts'
import { createSink } from './sink.ts'
import { createSource, type Sent } from './source.ts'

/** Dials under way at once where many connections are made. */
const dialsAtOnce = 8

interface Asked {
  readonly p50Us: number
  readonly p99Us: number
}

/** The end that dials. It sends, asks, or holds many connections and receives on all of them. */
export function createClientEnd<P>(contestant: Contestant<P>) {
  const { payloads, questions = payloads } = contestant
  const sink = createSink(payloads)
  const source = createSource(payloads, (payload) => first().send(payload))
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

  async function askWhile(goesOn: (asked: number) => boolean): Promise<Asked> {
    const connection = first()
    const tookUs: number[] = []
    for (let index = 0; goesOn(index); index += 1) {
      const begun = performance.now()
      const answer = await connection.ask(questions.at(index))
      tookUs.push((performance.now() - begun) * 1_000)
      if (questions.digest(answer) !== questions.digestAt(index)) throw new TypeError(`answer ${index} is another one`)
    }
    return { p50Us: quantile(tookUs, 0.5), p99Us: quantile(tookUs, 0.99) }
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
    ...source,

    /** So many requests, one after the other. */
    ask: ({ count }: { readonly count: number }): Promise<Asked> => askWhile((asked) => asked < count),

    /** Requests, one after the other, while so many payloads go over the same connection. */
    async askWhileSending({ count }: { readonly count: number }): Promise<Asked & { readonly sent: Sent }> {
      let isUnderWay = true
      const sending = source.transfer({ count }).finally(() => {
        isUnderWay = false
      })
      const [asked, sent] = await Promise.all([askWhile(() => isUnderWay), sending])
      return { ...asked, sent }
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
