import { encodePeerId } from '@rondo/core'
import { defineRounds, rounds, type StartOptions } from '@rondo/rounds'
import { accept } from '@rondo/rounds/testing'
import { simulate } from '@rondo/testkit/simulator'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { atTable, secretive, words } from './table.js'

type Options = StartOptions<typeof words extends { types?: infer T } ? NonNullable<T> : never>

describe('start', () => {
  const wrong: Readonly<Record<string, Partial<Record<keyof Options, unknown>>>> = {
    'nobody else': { with: [] },
    'more than a hundred': {
      with: Array.from({ length: 100 }, (_, at) => encodePeerId(new Uint8Array(32).fill(at + 1))),
    },
    'one minimum above the maximum': { minimum: 3, maximum: 2 },
    'a minimum of more than are invited': { minimum: 4 },
    'a minimum of one': { minimum: 1 },
    'a maximum of one': { maximum: 1 },
    'a maximum of more than the protocol takes': { maximum: 101 },
    'half a minimum': { minimum: 2.5 },
    'a role that nobody has': { role: 'singer' },
    'no time to answer': { answerMs: 0 },
    'no deadline': { deadlineMs: Number.POSITIVE_INFINITY },
    'a part of a millisecond': { deadlineMs: 1.5 },
    'a lifetime of more than a week': { lifetimeMs: 604_800_001 },
    'a lifetime shorter than the round': { lifetimeMs: 1_000 },
    'seventeen retries': { retries: 17 },
    'minus one retry': { retries: -1 },
  }
  for (const [what, options] of Object.entries(wrong))
    test(`throws a TypeError for ${what}`, async () => {
      await atTable(3, async ({ engine, world }) => {
        const given = { with: world.others(0), setup: 'hello', ...options }
        // Misuse is what no type would let through.
        const start: (...misuse: never[]) => Promise<unknown> = engine(0).start.bind(engine(0))
        await expect(Reflect.apply(start, undefined, [words, given])).rejects.toThrow(TypeError)
      })
    })

  test('says what is wrong with what it is given', async () => {
    await atTable(2, async ({ engine, world }) => {
      const start = (...misuse: unknown[]) => Reflect.apply(engine(0).start, engine(0), misuse)
      const unfinished = defineRounds({ name: 'words', setup: words.setup })
      await expect(start(unfinished, { with: world.others(0), setup: 'x' })).rejects.toThrow('.result(…)')
      const nested = defineRounds({ name: 'nested', setup: v.object({ stake: v.string() }) })
        .phase('word', { contribution: v.string(), contribute: () => 'x' })
        .result(() => undefined)
      await expect(start(nested, { with: world.others(0), setup: { stake: 5 } })).rejects.toThrow('stake: Invalid type')
      await expect(start(words, { setup: 'x' })).rejects.toThrow('with must list')
      await expect(start(words, { with: [], setup: 'x' })).rejects.toThrow('2 members or more')
      await expect(start(words, { with: world.others(0), setup: 'x', deadlineMs: 0 })).rejects.toThrow(/^deadlineMs/)
    })
  })

  test('throws a TypeError for who is invited twice, itself included, and for a role of another that nobody has', async () => {
    await atTable(3, async ({ engine, world }) => {
      const [one = world.others(1)[0]] = world.others(0)
      const [me] = world.others(1)
      if (one === undefined || me === undefined) throw new Error('there is somebody')
      const start = (peers: Options['with']) => engine(0).start(words, { with: peers, setup: 'hello' })
      await expect(start([one, one])).rejects.toThrow(`${one} is invited twice`)
      await expect(start([one, me])).rejects.toThrow(`${me} is invited twice`)
      const singer: object = { peerId: one, role: 'singer' }
      await expect(
        Reflect.apply(engine(0).start, engine(0), [words, { with: [singer], setup: 'hello' }]),
      ).rejects.toThrow('words has no role singer')
    })
  })

  test('rejects a setup that does not fit with ROUND_SETUP_REFUSED, and says why', async () => {
    await atTable(2, async ({ engine, world }) => {
      const given = { with: world.others(0), setup: 7 }
      await expect(Reflect.apply(engine(0).start, engine(0), [words, given])).rejects.toMatchObject({
        code: 'ROUND_SETUP_REFUSED',
        message: expect.stringContaining('a text'),
      })
    })
  })

  test('rejects a protocol that has secrets with ROUND_STORE_VOLATILE where nothing remembers, and so does serve', async () => {
    const options = { volatile: true }
    await atTable(
      2,
      async ({ engine, world }) => {
        const wanted = expect.objectContaining({ code: 'ROUND_STORE_VOLATILE' })
        await expect(engine(0).start(secretive, { with: world.others(0), setup: 'x' })).rejects.toEqual(wanted)
        expect(() => engine(1).serve(secretive, accept)).toThrow(wanted)
        // What has no secrets needs no memory.
        engine(1).serve(words, accept)
        const round = await engine(0).start(words, { with: world.others(0), setup: 'x' })
        expect(await round.outcome).toMatchObject({ status: 'completed', result: 'yes yes' })
      },
      options,
    )
  })

  test('rejects with ROUNDS_FULL while as many are running as may, and what is over makes way', async () => {
    const options = { rounds: { limits: { roundsMax: 2 } } }
    await atTable(
      2,
      async ({ engine, world }) => {
        const start = () =>
          engine(0).start(words, { with: world.others(0), setup: 'x', answerMs: 100, deadlineMs: 100 })
        const running = await Promise.all([start(), start()])
        await expect(start()).rejects.toMatchObject({ code: 'ROUNDS_FULL', retryable: true })
        await Promise.all(running.map((round) => round.outcome))
        await start()
      },
      options,
    )
  })

  test('counts rounds that are begun at the same time', async () => {
    const options = { rounds: { limits: { roundsMax: 2 } } }
    await atTable(
      2,
      async ({ engine, world }) => {
        const start = () => engine(0).start(words, { with: world.others(0), setup: 'x' })
        const begun = await Promise.allSettled([start(), start(), start(), start()])
        expect(begun.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected'])
      },
      options,
    )
  })

  test('rethrows the reason of a signal that has aborted already', async () => {
    await atTable(2, async ({ engine, world }) => {
      const reason = new Error('too late')
      const signal = AbortSignal.abort(reason)
      await expect(engine(0).start(words, { with: world.others(0), setup: 'x', signal })).rejects.toBe(reason)
    })
  })

  test('a signal that aborts calls the round off, and the others hear it at once', async () => {
    await atTable(3, async ({ engine, world, sleep }) => {
      const served = [1, 2].map((index) => engine(index).serve(words, accept))
      const controller = new AbortController()
      const stalled = defineRounds({ name: 'stalled', setup: words.setup })
        .phase('never', { contribution: words.setup, contribute: () => new Promise<string>(() => {}) })
        .result(() => 0)
      const stuck = [1, 2].map((index) => engine(index).serve(stalled, accept))
      const options = { with: world.others(0), setup: 'x', deadlineMs: 60_000, signal: controller.signal }
      const round = await engine(0).start(stalled, options)
      await sleep(200)
      const begunAtMs = world.nowMs
      controller.abort('changed my mind')
      expect(await round.outcome).toMatchObject({ status: 'aborted', reason: 'STOPPED', detail: 'changed my mind' })
      for (const outcome of await Promise.all(stuck.map((each) => each.next())))
        expect(outcome).toMatchObject({ status: 'aborted', reason: 'DECLINED', culprits: [] })
      expect(world.nowMs - begunAtMs).toBeLessThan(100)
      for (const each of served) each.close()
    })
  })

  test('an error that a signal aborts with stays with the node where it happened', async () => {
    await atTable(2, async ({ engine, world }) => {
      const served = engine(1).serve(words, accept)
      const controller = new AbortController()
      const options = { with: world.others(0), setup: 'x', signal: controller.signal }
      const round = await engine(0).start(words, options)
      round.on('progress', () => controller.abort(new Error('the disk of the host is full')))
      expect(await round.outcome).toMatchObject({ status: 'aborted', reason: 'STOPPED', detail: 'called off' })
      const heard = await served.next()
      expect(heard.status === 'aborted' && heard.declined).toMatchObject([{ reason: 'called off' }])
    })
  })

  test('is refused by a node that has stopped', async () => {
    await atTable(3, async ({ engine, world }) => {
      const [, second] = world.peers
      await second?.stop()
      const [first] = world.others(1)
      if (first === undefined) throw new Error('there is somebody')
      await expect(engine(1).start(words, { with: [first], setup: 'x' })).rejects.toMatchObject({
        code: 'COORDINATOR_STOPPED',
      })
    })
  })
})

describe('rounds', () => {
  test('is one for a coordinator, and takes its options once', async () => {
    const world = simulate({ seed: 1, peers: 1 })
    await world.run((peer) => {
      const engine = rounds(peer, { limits: { roundsMax: 3 } })
      expect(rounds(peer)).toBe(engine)
      expect(() => rounds(peer, {})).toThrow(TypeError)
    })
  })
})
