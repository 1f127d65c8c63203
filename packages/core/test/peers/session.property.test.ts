import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FakeLine } from '../fake-line.js'

// A session between two nodes, over links that come and go, against two plain lists: whatever is sent arrives once, in order.

const isFull = process.env['RONDO_TIER'] === 'full'
const sides = ['near', 'far'] as const
type Side = (typeof sides)[number]

/** What each end has said, and so the other must hear. */
interface Model {
  readonly said: { readonly [Name in Side]: string[] }
  readonly asked: { readonly [Name in Side]: string[] }
}

interface Real {
  readonly line: FakeLine
  readonly heard: { readonly [Name in Side]: string[] }
  readonly answers: { readonly [Name in Side]: string[] }
}

type Command = fc.AsyncCommand<Model, Real>
const always = (): boolean => true
const other = (side: Side): Side => (side === 'near' ? 'far' : 'near')
const textOf = (payload: unknown): string =>
  payload instanceof Uint8Array ? `${payload[0]}×${payload.length}` : String(payload)

function createReal(wireBytes: readonly number[]): Real {
  const line = new FakeLine({
    // Keys are renewed all the time, and the link is read only while few messages wait.
    limits: {
      rekeyRecords: 3,
      inboxMessagesMax: 8,
      handlersPerPeerMax: 2,
      sendQueueBytesMax: 100_000,
      sessionRecoverableMs: 600_000,
    },
    wireOf: (dial) => ({ capabilities: { frameBytesMax: wireBytes[dial % wireBytes.length] ?? 65_535 } }),
  })
  const heard = { near: [] as string[], far: [] as string[] }
  for (const side of sides) {
    line[side].registerProtocol({
      protocolName: 'p',
      handleMessage: ({ type, payload }) => {
        heard[side].push(textOf(payload))
        // Some take a while, so that what follows has to wait.
        const answer = type === 'ask' ? `answer to ${textOf(payload)}` : undefined
        return textOf(payload).endsWith('3')
          ? new Promise((resolve) => line.env.schedule(5, () => resolve(answer)))
          : answer
      },
    })
  }
  return { line, heard, answers: { near: [], far: [] } }
}

const peerOf = ({ line }: Real, side: Side) => line[other(side)].peerId

class Say implements Command {
  readonly side: Side
  readonly payload: Uint8Array
  check = always

  constructor(side: Side, byte: number, length: number) {
    this.side = side
    this.payload = new Uint8Array(length).fill(byte)
  }

  async run(model: Model, real: Real): Promise<void> {
    const sending = real.line[this.side].sendTo(peerOf(real, this.side), {
      protocol: 'p',
      type: 't',
      version: 1,
      payload: this.payload,
    })
    const hasRoom = await Promise.race([
      sending.then(
        () => true,
        (error) => error.code !== 'PEER_SLOW',
      ),
      Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => true),
    ])
    if (hasRoom) model.said[this.side].push(textOf(this.payload))
  }

  toString(): string {
    return `${this.side} says ${textOf(this.payload)}`
  }
}

class Ask implements Command {
  readonly side: Side
  readonly question: number
  check = always

  constructor(side: Side, question: number) {
    this.side = side
    this.question = question
  }

  async run(model: Model, real: Real): Promise<void> {
    const { side, question } = this
    const asking = real.line[side].request(
      peerOf(real, side),
      { protocol: 'p', type: 'ask', version: 1, payload: question },
      { timeoutMs: 600_000 },
    )
    // It is refused at once where there is no room, and else it is answered.
    let isRefused = false
    asking.then(
      (answer) => real.answers[side].push(String(answer)),
      ({ code }) => {
        isRefused = code === 'PEER_SLOW'
        if (!isRefused) real.answers[side].push(code)
      },
    )
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
    if (isRefused) return
    model.said[side].push(String(question))
    model.asked[side].push(`answer to ${question}`)
  }

  toString(): string {
    return `${this.side} asks ${this.question}`
  }
}

/** What only changes the links, or lets time pass. */
class Happen implements Command {
  readonly what: string
  readonly happens: (real: Real) => Promise<void> | void
  check = always

  constructor(what: string, happens: (real: Real) => Promise<void> | void) {
    this.what = what
    this.happens = happens
  }

  async run(_model: Model, real: Real): Promise<void> {
    await this.happens(real)
  }

  toString(): string {
    return this.what
  }
}

const side = fc.constantFrom(...sides)
const commands: fc.Arbitrary<Command>[] = [
  fc.tuple(side, fc.nat(9), fc.constantFrom(0, 1, 300, 2_000, 9_000, 40_000)).map((args) => new Say(...args)),
  fc.tuple(side, fc.nat(99)).map((args) => new Ask(...args)),
  fc.constant(new Happen('a turn ends', ({ line }) => line.env.endTurn())),
  fc.constant(new Happen('all is delivered', ({ line }) => line.env.settle())),
  fc.nat(3_000).map((ms) => new Happen(`${ms} ms pass`, ({ line }) => line.env.advance(ms))),
  fc.constant(new Happen('the link is cut', ({ line }) => line.cut())),
  fc.constant(
    new Happen('one end of the link is cut', ({ line }) => line.wires.at(-1)?.listener.end({ code: 'LINK_CLOSED' })),
  ),
  fc.constant(
    new Happen('the session moves', ({ line }) => {
      line.near.movePeer(line.target).catch(() => {})
    }),
  ),
  fc.boolean().map(
    (isReachable) =>
      new Happen(isReachable ? 'dials succeed' : 'dials fail', ({ line }) => {
        line.isReachable = isReachable
      }),
  ),
  fc.constant(
    new Happen('a record is spoiled on its way', ({ line }) => {
      const wire = line.wires.at(-1)
      if (wire === undefined) return
      const { carry } = wire.dialler
      wire.dialler.carry = (frame) => {
        wire.dialler.carry = carry
        carry(frame.with(0, (frame[0] ?? 0) ^ 1))
      }
    }),
  ),
]

test('a session says to its other end what two plain lists say, whatever becomes of its links', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(1_024, 4_096, 65_535), { minLength: 1, maxLength: 4 }),
      fc.commands(commands, { maxCommands: 60 }),
      async (wireBytes, cmds) => {
        const real = createReal(wireBytes)
        const model: Model = { said: { near: [], far: [] }, asked: { near: [], far: [] } }
        const { line, heard, answers } = real
        await line.connect()
        await fc.asyncModelRun(() => ({ model, real }), cmds)
        line.isReachable = true
        // Long enough for an end that was not told to find out that its link is dead.
        await line.env.advance(90_000)
        expect(heard).toEqual({ near: model.said.far, far: model.said.near })
        for (const each of sides) expect(answers[each].toSorted()).toEqual(model.asked[each].toSorted())
        expect(line.told.flat().filter((what) => /disconnected|error/.test(what))).toEqual([])
        await line.stop()
        expect(line.env.timers).toBe(0)
      },
    ),
    { numRuns: isFull ? 3_000 : 60 },
  )
})
