import type { Invite, Outcome, Rounds, RoundsTypes } from '@rondo/rounds'
import { accept } from '@rondo/rounds/testing'
import { describe, expect, test } from 'vitest'
import { atTable, words } from './table.js'

type WordsInvite = Invite<RoundsTypes & { readonly setup: string; readonly role: 'speaker' | 'listener' }>

const short = { answerMs: 300, deadlineMs: 300 }

describe('serve', () => {
  test('takes a function, and one for each protocol and version', async () => {
    await atTable(1, async ({ engine }) => {
      const serve: Rounds['serve'] = engine(0).serve.bind(engine(0))
      for (const handler of [undefined, null, 'accept', {}])
        expect(() => Reflect.apply(serve, undefined, [words, handler])).toThrow(TypeError)
      const served = engine(0).serve(words, accept)
      expect(() => engine(0).serve(words, accept)).toThrow('words/1 is served already')
      served.close()
      engine(0).serve(words, accept)
    })
  })

  test('says who invites whom to what, and what one is to be', async () => {
    await atTable(3, async ({ engine, world }) => {
      const [host, one, two] = world.peers.map(({ peerId }) => peerId)
      if (host === undefined || one === undefined || two === undefined) throw new Error('there are three')
      const invites: WordsInvite[] = []
      const served = engine(1).serve(words, (invite) => {
        invites.push(invite)
        return invite.accept({ local: 'one' })
      })
      engine(2).serve(words, (invite) => invite.accept({ local: 'two' }))
      const others = [{ peerId: one, role: 'speaker' } as const, two]
      const round = await engine(0).start(words, {
        with: others,
        role: 'listener',
        setup: 'hello',
        local: 'zero',
        ...short,
      })
      expect(await round.outcome).toMatchObject({ status: 'completed', result: 'zero one two' })
      expect(await served.next()).toMatchObject({ status: 'completed', result: 'zero one two' })
      expect(invites).toEqual([
        expect.objectContaining({ id: round.id, from: host, setup: 'hello', role: 'speaker', minimum: 3, ...short }),
      ])
      expect(invites[0]?.candidates).toEqual([
        { peerId: host, role: 'listener' },
        { peerId: one, role: 'speaker' },
        { peerId: two, role: undefined },
      ])
      expect(invites[0]?.signal.aborted).toBe(true)
    })
  })

  test('an invitation is answered once, whichever way and however often it is tried', async () => {
    await atTable(2, async ({ engine, world }) => {
      const complaints: unknown[] = []
      const attempt = (answer: () => unknown): void => {
        try {
          answer()
        } catch (error) {
          complaints.push(error)
        }
      }
      engine(1).serve(words, (invite) => {
        for (const answer of [invite.accept, invite.accept, invite.decline]) attempt(() => answer())
      })
      const round = await engine(0).start(words, { with: world.others(0), setup: 'x', ...short })
      expect(await round.outcome).toMatchObject({ status: 'completed' })
      expect(complaints).toEqual([expect.any(TypeError), expect.any(TypeError)])
    })
  })

  test('whoever declines says why, and the host goes on with those who accept where they are enough', async () => {
    await atTable(3, async ({ engine, world }) => {
      const declined = engine(1).serve(words, (invite) => invite.decline('not today'))
      engine(2).serve(words, accept)
      const alone = await engine(0).start(words, { with: world.others(0), setup: 'x', ...short })
      const [one, two] = world.others(0)
      expect(await alone.outcome).toMatchObject({
        status: 'aborted',
        reason: 'NOT_ENOUGH',
        declined: [{ peerId: one, reason: 'not today' }],
        suspects: [],
        culprits: [],
      })
      expect(await Promise.race([declined.next(), Promise.resolve('nothing')])).toBe('nothing')
      const enough = await engine(0).start(words, { with: world.others(0), setup: 'x', minimum: 2, ...short })
      expect(await enough.outcome).toMatchObject({ status: 'completed', result: 'yes yes' })
      expect(enough.account().attempts[0]?.roster).toEqual([0, 2])
      expect(two).toBeDefined()
    })
  })

  test('with a maximum the first in the order of the roster play, and who is left out hears it', async () => {
    await atTable(4, async ({ engine, world }) => {
      const served = [1, 2, 3].map((index) => engine(index).serve(words, accept))
      const round = await engine(0).start(words, {
        with: world.others(0),
        setup: 'x',
        minimum: 2,
        maximum: 3,
        ...short,
      })
      expect(await round.outcome).toMatchObject({ status: 'completed', result: 'yes yes yes' })
      const outcomes = await Promise.all(served.map((each) => each.next()))
      const isOut = (outcome: Outcome): boolean => outcome.status === 'aborted' && outcome.reason === 'LEFT_OUT'
      expect(outcomes.filter(isOut)).toHaveLength(1)
      expect(outcomes.filter(({ status }) => status === 'completed')).toHaveLength(2)
    })
  })

  for (const [how, handler] of [
    [
      'throws',
      () => {
        throw new Error('a bug')
      },
    ],
    ['rejects', () => Promise.reject(new Error('a bug'))],
  ] as const)
    test(`a handler that ${how} declines, and is told of`, async () => {
      const { logged, errors } = await atTable(2, async ({ engine, world }) => {
        engine(1).serve(words, handler)
        const round = await engine(0).start(words, { with: world.others(0), setup: 'x', ...short })
        expect(await round.outcome).toMatchObject({
          reason: 'NOT_ENOUGH',
          declined: [{ reason: 'this member failed' }],
        })
      })
      expect(logged.map(({ peer, level, text }) => [peer, level, text])).toEqual([
        [1, 'error', 'the handler of an invitation failed'],
      ])
      expect(errors).toEqual([])
    })

  test('a handler that throws after it has accepted takes nothing back', async () => {
    await atTable(2, async ({ engine, world }) => {
      engine(1).serve(words, (invite) => {
        invite.accept()
        throw new Error('a bug')
      })
      const round = await engine(0).start(words, { with: world.others(0), setup: 'x', ...short })
      expect(await round.outcome).toMatchObject({ status: 'completed' })
    })
  })

  test('whoever answers too late takes no part, and the signal of its invitation says when it is too late', async () => {
    await atTable(3, async ({ engine, world, sleep }) => {
      const late: WordsInvite[] = []
      engine(1).serve(words, (invite) => {
        late.push(invite)
      })
      engine(2).serve(words, accept)
      const round = await engine(0).start(words, { with: world.others(0), setup: 'x', minimum: 2, ...short })
      expect(await round.outcome).toMatchObject({ status: 'completed', result: 'yes yes' })
      await sleep(2 * short.answerMs)
      expect(late[0]?.signal.aborted).toBe(true)
      const mine = late[0]?.accept()
      expect(await mine?.outcome).toMatchObject({ status: 'aborted', reason: 'TIMEOUT', culprits: [] })
    })
  })

  test('onRound gets every round that is accepted, and next every outcome, in the order in which they end', async () => {
    await atTable(2, async ({ engine, world }) => {
      const ids: string[] = []
      const served = engine(1).serve(words, accept, { onRound: ({ id }) => ids.push(id) })
      const asked = served.next()
      const first = await engine(0).start(words, { with: world.others(0), setup: 'x', local: 'first' })
      await first.outcome
      const second = await engine(0).start(words, { with: world.others(0), setup: 'x', local: 'second' })
      await second.outcome
      expect(await asked).toMatchObject({ result: 'first yes' })
      expect(await served.next()).toMatchObject({ result: 'second yes' })
      expect(ids).toEqual([first.id, second.id])
    })
  })

  test('once it is closed nobody is invited any more, and what is under way goes on', async () => {
    await atTable(2, async ({ engine, world, sleep }) => {
      const served = engine(1).serve(words, async (invite) => {
        const round = invite.accept()
        served.close()
        return round
      })
      const first = await engine(0).start(words, { with: world.others(0), setup: 'x', ...short })
      expect(await first.outcome).toMatchObject({ status: 'completed' })
      const second = await engine(0).start(words, { with: world.others(0), setup: 'x', ...short })
      await sleep(10)
      const [one] = world.others(0)
      expect(await second.outcome).toMatchObject({
        reason: 'NOT_ENOUGH',
        suspects: [{ peerId: one, why: 'silent', phase: 'answer' }],
      })
    })
  })

  test('one host has so many rounds at once with a node, and no more', async () => {
    const options = { rounds: { limits: { roundsPerHostMax: 2 } } }
    await atTable(
      3,
      async ({ engine, world, sleep }) => {
        const invites: WordsInvite[] = []
        engine(1).serve(words, (invite) => {
          invites.push(invite)
        })
        const [one] = world.others(0)
        if (one === undefined) throw new Error('there is somebody')
        const start = (host: number) => engine(host).start(words, { with: [one], setup: 'x', ...short })
        await Promise.all([start(0), start(0), start(0)])
        await sleep(50)
        expect(invites).toHaveLength(2)
        await start(2)
        await sleep(50)
        expect(invites).toHaveLength(3)
      },
      options,
    )
  })

  test('an invitation that has expired, by the clock of who gets it, is none', async () => {
    const dayMs = 86_400_000
    await atTable(
      3,
      async ({ engine, world }) => {
        const invited: number[] = []
        for (const index of [1, 2])
          engine(index).serve(words, (invite) => {
            invited.push(index)
            return invite.accept()
          })
        const round = await engine(0).start(words, { with: world.others(0), setup: 'x', minimum: 2, ...short })
        expect(await round.outcome).toMatchObject({ status: 'completed', result: 'yes yes' })
        expect(invited).toEqual([1])
      },
      { arrange: (world) => void world.at(0).jumpClock(2, dayMs) },
    )
  })

  test('clocks that are minutes apart make no difference', async () => {
    const minuteMs = 60_000
    await atTable(
      3,
      async ({ engine, world }) => {
        for (const index of [1, 2]) engine(index).serve(words, accept)
        const round = await engine(0).start(words, { with: world.others(0), setup: 'x', ...short })
        expect(await round.outcome).toMatchObject({ status: 'completed' })
      },
      {
        arrange: (world) =>
          void world
            .at(0)
            .jumpClock(1, 10 * minuteMs)
            .jumpClock(2, -10 * minuteMs),
      },
    )
  })
})
