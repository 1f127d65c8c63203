import { createCrashableStore, type StoreFault } from '@rondo/testkit/store'
import fc from 'fast-check'
import { expect } from 'vitest'
import { nativeCrypto } from '../../src/crypto/native-crypto.js'
import { Events } from '../../src/events.js'
import type { EncodedPayload } from '../../src/flow/sender.js'
import type { PeerId } from '../../src/identity/peer-id.js'
import { resolveLimits } from '../../src/options.js'
import { letterOverheadBytes } from '../../src/peers/mail-queue.js'
import { Mailbox, type MailCarrier } from '../../src/peers/mailbox.js'
import type { OutgoingMessage } from '../../src/protocol/message.js'
import { FakeEnv } from '../fake-env.js'
import { laneCodecs } from '../fake-lane.js'
import { addressee } from './letters.js'

// A mailbox on a store that is pulled out from under it, next to what a plain list makes of the same.

const limits = resolveLimits({ awayMessagesPerPeerMax: 4, awayBytesPerPeerMax: 4_000, awayBytesMax: 6_000 })
const peers = [addressee(1), addressee(2), addressee(3)]

/** A clock that can be set, and a machine that starts again. */
class CrookedEnv extends FakeEnv {
  wrongMs = 0
  bootedAtMs = 0

  override wallMs(): number {
    return super.wallMs() + this.wrongMs
  }

  override monotonicMs(): number {
    return this.nowMs - this.bootedAtMs
  }
}

/** A session as a mailbox knows it: it writes down what it carries. */
class FakeSession implements MailCarrier {
  readonly peerId: PeerId
  readonly sent: number[] = []
  hasEnded = false
  readonly #arrivals: { readonly id: number | undefined; readonly arrived: () => void }[] = []

  constructor(peerId: PeerId) {
    this.peerId = peerId
  }

  sendEncoded(_: OutgoingMessage, { bytes }: EncodedPayload): undefined {
    this.sent.push(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0))
  }

  whenArrived(arrived: () => void): void {
    this.#arrivals.push({ id: this.sent.at(-1), arrived })
  }

  async probe(): Promise<boolean> {
    return true
  }

  /** The next ones have come; which those were. */
  acknowledge(count: number): readonly unknown[] {
    const arrivals = this.#arrivals.splice(0, count)
    for (const { arrived } of arrivals) arrived()
    return arrivals.map(({ id }) => id)
  }
}

interface Kept {
  readonly id: number
  readonly peerId: PeerId
  readonly bytes: number
  readonly queueMs: number
  keptAtMs: number
  untilMonotonicMs: number
  isCarried: boolean
}

export interface Model {
  letters: Kept[]
  expired: number
}

export class Real {
  readonly env = new CrookedEnv()
  readonly place = createCrashableStore()
  readonly sessions = new Map<PeerId, FakeSession>()
  readonly errors: string[] = []
  mailbox!: Mailbox
  lastId = 0

  /** The first start, or one after a crash. */
  async boot(): Promise<void> {
    this.sessions.clear()
    this.env.bootedAtMs = this.env.nowMs
    const events = new Events(({ code }) => this.errors.push(code))
    const store = await this.place.open()
    const parts = { peerId: addressee(9), env: this.env, crypto: nativeCrypto, limits, codecs: laneCodecs }
    this.mailbox = new Mailbox({ ...parts, events, store })
    await this.mailbox.open()
    this.env.endTurn()
  }

  keep(peerId: PeerId, id: number, bytes: number, queueMs: number): Promise<void> {
    const payload = new Uint8Array(bytes)
    new DataView(payload.buffer).setUint32(0, id)
    return this.mailbox.keep(peerId, { type: 'note', payload }, queueMs, () => this.sessions.get(peerId))
  }
}

type Command = fc.AsyncCommand<Model, Real>

const peer = fc.constantFrom(...peers)
const queueMs = fc.constantFrom(1, 500, 1_000, 60_000)
const bytes = fc.constantFrom(4, 300, 1_500)

function command(name: string, act: (model: Model, real: Real) => Promise<unknown> | unknown): Command {
  return {
    check: () => true,
    toString: () => name,
    async run(model, real) {
      sweep(model, real)
      await act(model, real)
      real.mailbox.sweep()
      sweep(model, real)
      await real.mailbox.settle()
      const { letters, expired } = model
      const costs = letters.reduce((sum, letter) => sum + letter.bytes + letterOverheadBytes, 0)
      expect(real.mailbox.stats).toEqual({ messages: letters.length, bytes: costs, expired, dropped: 0 })
      expect(costs).toBeLessThanOrEqual(limits.awayBytesMax)
    },
  }
}

function sweep(model: Model, { env }: Real): void {
  const [wallMs, monotonicMs] = [env.wallMs(), env.monotonicMs()]
  const isOver = (letter: Kept): boolean =>
    !letter.isCarried && (wallMs >= letter.keptAtMs + letter.queueMs || monotonicMs >= letter.untilMonotonicMs)
  model.expired += model.letters.filter(isOver).length
  model.letters = model.letters.filter((letter) => !isOver(letter))
}

function hasRoom({ letters }: Model, peerId: PeerId, bytes: number): boolean {
  const costs = (list: readonly Kept[]): number =>
    list.reduce((sum, letter) => sum + letter.bytes + letterOverheadBytes, bytes + letterOverheadBytes)
  const own = letters.filter((letter) => letter.peerId === peerId)
  const { awayMessagesPerPeerMax, awayBytesPerPeerMax, awayBytesMax } = limits
  return own.length < awayMessagesPerPeerMax && costs(own) <= awayBytesPerPeerMax && costs(letters) <= awayBytesMax
}

function written(real: Real, peerId: PeerId, bytes: number, queueMs: number): Kept {
  const { env, sessions, lastId: id } = real
  const untilMonotonicMs = env.monotonicMs() + queueMs
  return { id, peerId, bytes, queueMs, keptAtMs: env.wallMs(), untilMonotonicMs, isCarried: sessions.has(peerId) }
}

/** The process died: what is on disk comes back, with the time that the wall clock leaves it. */
async function restart(model: Model, real: Real): Promise<void> {
  await real.boot()
  const [wallMs, monotonicMs] = [real.env.wallMs(), real.env.monotonicMs()]
  model.expired = 0
  for (const letter of model.letters) {
    letter.isCarried = false
    letter.keptAtMs = Math.min(letter.keptAtMs, wallMs)
    letter.untilMonotonicMs = monotonicMs + letter.keptAtMs + letter.queueMs - wallMs
  }
}

const keep = fc.tuple(peer, bytes, queueMs).map(([peerId, size, ms]) =>
  command(`keep ${size} bytes for ${ms} ms`, async (model, real) => {
    real.lastId += 1
    const outcome = await real.keep(peerId, real.lastId, size, ms).then(
      () => 'kept',
      ({ code }) => code,
    )
    const isKept = hasRoom(model, peerId, size)
    expect(outcome).toBe(isKept ? 'kept' : 'MAILBOX_FULL')
    if (!isKept) return
    model.letters.push(written(real, peerId, size, ms))
    if (real.sessions.has(peerId)) expect(real.sessions.get(peerId)?.sent.at(-1)).toBe(real.lastId)
  }),
)

const keepBadly = fc
  .tuple(peer, fc.constantFrom<StoreFault>('full', 'crash-before', 'crash-after'))
  .map(([peerId, fault]) =>
    command(`keep, ${fault}`, async (model, real) => {
      if (!hasRoom(model, peerId, 4)) return
      real.lastId += 1
      real.place.failAt(1, fault)
      await expect(real.keep(peerId, real.lastId, 4, 60_000)).rejects.toThrow()
      await real.mailbox.settle()
      if (fault === 'full') return
      const letter = written(real, peerId, 4, 60_000)
      await restart(model, real)
      if (fault === 'crash-after') model.letters.push({ ...letter, isCarried: false, untilMonotonicMs: 60_000 })
    }),
  )

function end(model: Model, { sessions, mailbox }: Real, peerId: PeerId): void {
  const session = sessions.get(peerId)
  if (session === undefined) return
  sessions.delete(peerId)
  session.hasEnded = true
  mailbox.ended(session)
  for (const letter of model.letters) if (letter.peerId === peerId) letter.isCarried = false
}

const begin = peer.map((peerId) =>
  command('a session begins', (model, real) => {
    end(model, real, peerId)
    sweep(model, real)
    const session = new FakeSession(peerId)
    real.sessions.set(peerId, session)
    real.mailbox.deliver(session)
    const waiting = model.letters.filter((letter) => letter.peerId === peerId)
    expect(session.sent).toEqual(waiting.map(({ id }) => id))
    for (const letter of waiting) letter.isCarried = true
  }),
)

const leave = peer.map((peerId) => command('a session ends', (model, real) => end(model, real, peerId)))

/** The next ones arrive. */
function arrive(model: Model, real: Real, peerId: PeerId, count: number): void {
  const arrived = real.sessions.get(peerId)?.acknowledge(count) ?? []
  model.letters = model.letters.filter(({ id }) => !arrived.includes(id))
}

const acknowledge = fc
  .tuple(peer, fc.integer({ min: 1, max: 3 }))
  .map(([peerId, count]) => command(`${count} arrive`, (model, real) => arrive(model, real, peerId, count)))

const acknowledgeBadly = fc
  .tuple(peer, fc.constantFrom<StoreFault>('crash-before', 'crash-after'))
  .map(([peerId, fault]) =>
    command(`one arrives, ${fault}`, async (model, real) => {
      if (!model.letters.some((letter) => letter.peerId === peerId && letter.isCarried)) return
      const before = [...model.letters]
      real.place.failAt(1, fault)
      arrive(model, real, peerId, 1)
      await real.mailbox.settle()
      // Nobody knows any more that it came: it will come twice.
      if (fault === 'crash-before') model.letters = before
      await restart(model, real)
    }),
  )

const pass = fc.constantFrom(1, 400, 999, 30_000).map((ms) =>
  command(`${ms} ms pass`, (_, { env }) => {
    env.nowMs += ms
  }),
)

const setClock = fc.constantFrom(-86_400_000, -800, 0, 800, 40_000).map((wrongMs) =>
  command(`the clock is ${wrongMs} ms off`, (_, { env }) => {
    env.wrongMs = wrongMs
  }),
)

const crash = fc.constant(
  command('crash', async (model, real) => {
    real.place.crash()
    await restart(model, real)
  }),
)

const commands = [keep, keep, keep, begin, leave, acknowledge, keepBadly, acknowledgeBadly, pass, setClock, crash]
export const mailboxCommands = fc.commands(commands, { maxCommands: 60, size: 'max' })
