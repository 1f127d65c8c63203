import fc from 'fast-check'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import type { Coordinator } from '../../src/coordinator/coordinator.js'
import type { CryptoProvider } from '../../src/crypto/crypto-provider.js'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { generateIdentity, type Identity } from '../../src/identity/identity.js'
import { defineProtocol, message, request, verifyMessage } from '../../src/index.js'
import { FakeTown } from '../fake-town.js'

// Keys that take as long as they like to sign, and verifications that come back in any order, over links that are cut: what one
// peer hears of another is what was said, in that order, and what was to be signed can be shown.

const isFull = process.env['RONDO_TIER'] === 'full'
const talk = defineProtocol({
  name: 'talk',
  messages: {
    vow: message({ payload: v.number(), signed: true }),
    chat: message({ payload: v.number() }),
    ask: request({ payload: v.number(), reply: v.number() }),
  },
})

/** Work that ends when the test says so, in the order that it says. */
class SlowWork {
  isSlow = false
  readonly #waiting: (() => void)[] = []

  do<T>(work: () => T): T | Promise<T> {
    if (!this.isSlow) return work()
    return new Promise((resolve) => this.#waiting.push(() => resolve(work())))
  }

  /** False where nothing was under way. */
  finish(which: number): boolean {
    const [done] = this.#waiting.splice(which % Math.max(1, this.#waiting.length), 1)
    done?.()
    return done !== undefined
  }
}

function slowIdentity(work: SlowWork): Identity {
  const { peerId, sign } = generateIdentity()
  return { peerId, sign: async (bytes) => work.do(() => sign(bytes)) }
}

function slowCrypto(work: SlowWork): CryptoProvider {
  const { ed25519 } = nativeCrypto
  const verify: CryptoProvider['ed25519']['verify'] = (...asked) => work.do(() => ed25519.verify(...asked) === true)
  return { ...nativeCrypto, ed25519: { ...ed25519, verify } }
}

interface Heard {
  readonly type: string
  readonly number: number
  readonly signature: Uint8Array | undefined
}

function listen(node: Coordinator): Heard[] {
  const heard: Heard[] = []
  node.registerProtocol(
    talk.handler({
      vow: (number, { signature }) => void heard.push({ type: 'vow', number, signature }),
      chat: (number, { signature }) => void heard.push({ type: 'chat', number, signature }),
      ask(number, { signature }) {
        heard.push({ type: 'ask', number, signature })
        return -number
      },
    }),
  )
  return heard
}

async function createPair() {
  const signing = new SlowWork()
  const verifying = new SlowWork()
  const town = new FakeTown()
  const options = () => ({ identity: slowIdentity(signing), crypto: slowCrypto(verifying) })
  const far = await town.house(options())
  const near = town.node(options())
  const heard = [listen(near), listen(far)] as const
  await town.join(near, far)
  return { town, nodes: [near, far] as const, heard, signing, verifying }
}

type Pair = Awaited<ReturnType<typeof createPair>>

/** Cuts the link and finds another. What belongs to its handshake is quick. */
async function cut({ town, signing, verifying }: Pair): Promise<void> {
  signing.isSlow = false
  verifying.isSlow = false
  town.network.sever()
  await town.env.advance(2_000)
}

const sides = [0, 1] as const
type Kind = 'vow' | 'chat' | 'ask' | 'announce'
type Step =
  | { readonly do: 'say'; readonly kind: Kind; readonly from: 0 | 1 }
  | { readonly do: 'sign' | 'verify'; readonly which: number }
  | { readonly do: 'settle' | 'cut' }

const say = fc.record({
  do: fc.constant('say' as const),
  kind: fc.constantFrom<Kind>('vow', 'chat', 'ask', 'announce'),
  from: fc.constantFrom(...sides),
})
const step = fc.oneof<fc.WeightedArbitrary<Step>[]>(
  { weight: 6, arbitrary: say },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('sign' as const, 'verify' as const), which: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
)

async function expectHeard(heard: readonly Heard[], said: readonly string[], from: Coordinator): Promise<void> {
  expect(heard.map(({ type, number }) => `${type} ${number}`)).toEqual(said)
  for (const { type, number, signature } of heard) {
    if (type !== 'vow') {
      expect(signature).toBeUndefined()
      continue
    }
    const verdict = await verifyMessage(signature ?? new Uint8Array(0), { expect: { author: from.peerId, type } })
    expect(verdict).toMatchObject({ ok: true, payload: { value: number } })
  }
}

test('whatever signing and verifying take, and whatever is cut, all that is said is heard once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const pair = await createPair()
      const { town, nodes, heard, signing, verifying } = pair
      const said: [string[], string[]] = [[], []]
      const answers: Promise<number>[] = []
      for (const [number, each] of steps.entries()) {
        signing.isSlow = true
        verifying.isSlow = true
        if (each.do === 'cut') await cut(pair)
        else if (each.do === 'settle') await town.env.settle()
        else if (each.do === 'sign') signing.finish(each.which)
        else if (each.do === 'verify') verifying.finish(each.which)
        else if (each.do === 'say') {
          const { kind, from } = each
          const client = talk.client(nodes[from])
          const { peerId: to } = nodes[from === 0 ? 1 : 0]
          if (kind === 'announce') void client.broadcast('vow', number)
          else if (kind === 'ask') answers.push(client.request(to, 'ask', number, { timeoutMs: 600_000 }))
          else void client.send(to, kind, number)
          said[from].push(`${kind === 'announce' ? 'vow' : kind} ${number}`)
        }
      }
      let isQuiet = false
      while (!isQuiet) {
        await town.env.settle()
        isQuiet = !signing.finish(0) && !verifying.finish(0)
      }
      await expectHeard(heard[1], said[0], nodes[0])
      await expectHeard(heard[0], said[1], nodes[1])
      for (const answer of answers) expect(await answer).toBeLessThanOrEqual(0)
      for (const node of nodes) expect(node.getStats().refused).toEqual({})
    }),
    { numRuns: isFull ? 3_000 : 150 },
  )
})
