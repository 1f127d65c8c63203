import type { Coordinator } from '@rondo/core'
import { bytes, Declined, defineRounds, fault, type Local, type Progress, type View } from '@rondo/rounds'
import { accept, createBurnLog } from '@rondo/rounds/testing'
import { wrapCoordinator } from '@rondo/testkit/simulator'
import { describe, expect, test } from 'vitest'
import { createBooks } from './lives.js'
import { atTable, type Table, words } from './table.js'

const text = words.setup
const short = { answerMs: 300, deadlineMs: 300 }

type Contribute = (view: View, local: Local, context: { readonly signal: AbortSignal }) => Promise<string> | string

/** One phase, whose contribution is this, for node 1 alone. */
function odd({ world }: Table, contribute: Contribute) {
  const [one] = world.others(0)
  return defineRounds({ name: 'odd', setup: text })
    .phase('word', {
      contribution: text,
      contribute: (view, local, context) => (local.me === one ? contribute(view, local, context) : 'yes'),
      check: (_view, _from, word) => word !== 'no' || fault('nobody may say no'),
    })
    .result((view) => view.all('word').join(' '))
}

function throwFault(): never {
  throw fault('no')
}

describe('contribute', () => {
  test('may take its time, and is told when its time is over', async () => {
    await atTable(3, async (table) => {
      const { engine, world } = table
      let signal: AbortSignal | undefined
      const slow = odd(table, (_view, _local, context) => {
        signal = context.signal
        return new Promise(() => {})
      })
      const served = [1, 2].map((index) => engine(index).serve(slow, accept))
      const round = await engine(0).start(slow, { with: world.others(0), setup: 'x', ...short })
      const [one] = world.others(0)
      const suspects = [{ peerId: one, why: 'silent', phase: 'word', by: [] }]
      expect(await round.outcome).toMatchObject({ status: 'aborted', reason: 'TIMEOUT', suspects, culprits: [] })
      const [mine, other] = await Promise.all(served.map((each) => each.next()))
      expect(mine).toMatchObject({ status: 'aborted', culprits: [] })
      expect(other).toMatchObject({ status: 'aborted', reason: 'TIMEOUT', suspects })
      expect(signal?.aborted).toBe(true)
      expect(signal?.reason).toMatchObject({ code: 'ROUND_OVER' })
    })
  })

  test('what it returns too late is not signed', async () => {
    const books = createBooks()
    const keeping = { wrap: (peer: Coordinator, index: number) => (index === 1 ? books.watch(peer, 0) : peer) }
    await atTable(
      2,
      async (table) => {
        const { world, sleep, engine } = table
        let finish: (word: string) => void = () => {}
        const slow = odd(
          table,
          () =>
            new Promise((resolve) => {
              finish = resolve
            }),
        )
        const served = engine(1).serve(slow, accept)
        const round = await engine(0).start(slow, { with: world.others(0), setup: 'x', ...short })
        await Promise.all([round.outcome, served.next()])
        finish('yes')
        await sleep(100)
        expect(books.signings.map(({ slot }) => slot.kind).sort()).toEqual(['answer', 'closing', 'join'])
      },
      keeping,
    )
  })

  test('that throws Declined goes no further, convicts nobody, and says why', async () => {
    await atTable(3, async (table) => {
      const { engine, world } = table
      const coin = odd(table, () => {
        throw new Declined('that coin is spent')
      })
      const served = [1, 2].map((index) => engine(index).serve(coin, accept))
      const round = await engine(0).start(coin, { with: world.others(0), setup: 'x', deadlineMs: 60_000 })
      const [one] = world.others(0)
      const declined = [{ peerId: one, reason: 'that coin is spent' }]
      for (const outcome of await Promise.all([round.outcome, ...served.map((each) => each.next())]))
        expect(outcome).toMatchObject({ status: 'aborted', reason: 'DECLINED', declined, culprits: [] })
      expect(world.nowMs).toBeLessThan(1_000)
    })
  })

  for (const [what, contribute, detail] of [
    ['throws', () => Promise.reject(new Error('the signer is off')), 'contribute of word failed: the signer is off'],
    ['is of no shape that the phase has', () => JSON.parse('7'), 'a text'],
    ['its own check refuses', () => 'no', 'nobody may say no'],
  ] as const)
    test(`that ${what} is not signed: the member goes no further, and nobody is convicted`, async () => {
      const { logged } = await atTable(2, async (table) => {
        const { engine, world } = table
        const own = odd(table, contribute)
        const served = engine(1).serve(own, accept)
        const round = await engine(0).start(own, { with: world.others(0), setup: 'x', deadlineMs: 60_000 })
        const mine = await served.next()
        expect(mine).toMatchObject({ status: 'aborted', reason: 'FAILED', culprits: [] })
        expect(mine.status === 'aborted' && mine.detail).toContain(detail)
        expect(await round.outcome).toMatchObject({ status: 'aborted', reason: 'CLOSED', culprits: [] })
        const said = mine.account.attempts[0]?.phases[1]?.said ?? []
        expect(said.filter(({ member }) => member === 1)).toEqual([])
        expect(world.nowMs).toBeLessThan(1_000)
      })
      const code = what === 'throws' ? undefined : 'CONTRIBUTION_REFUSED'
      expect(logged).toEqual([{ peer: 1, level: 'warn', text: 'a round could not go on', code }])
    })

  for (const [what, check, detail] of [
    ['throws', () => JSON.parse('{'), /check of word failed: SyntaxError/],
    ['throws its fault', throwFault, /must return its fault, not throw it: no/],
  ] as const)
    test(`whose check ${what} is not signed, and the words are about the check`, async () => {
      await atTable(2, async ({ engine, world }) => {
        const own = defineRounds({ name: 'own', setup: text })
          .phase('word', { contribution: text, contribute: () => 'yes', check: check as never })
          .result(() => undefined)
        const served = engine(1).serve(own, accept)
        const round = await engine(0).start(own, { with: world.others(0), setup: 'x' })
        const outcomes = await Promise.all([round.outcome, served.next()])
        // Whoever hears of the other's failure first is told nothing of what it threw.
        const failed = outcomes.flatMap((each) =>
          each.status === 'aborted' && each.reason === 'FAILED' ? [each.detail] : [],
        )
        expect(failed.length).toBeGreaterThan(0)
        for (const words of failed) expect(words).toMatch(detail)
      })
    })
})

describe('what a member has to itself', () => {
  test('is made once an attempt; a secret is handed out once, and says SECRET_SPENT after that', async () => {
    await atTable(2, async ({ engine, world }) => {
      const codes: unknown[] = []
      const burns = createBurnLog()
      const once = burns.watch(
        defineRounds({ name: 'once', setup: text })
          .remember('salt', (_view, local) => local.random(8))
          .secret('key', (_view, local) => ({ shown: local.random(32), secret: local.random(32) }))
          .phase('show', {
            contribution: bytes(32),
            async contribute(_view, local) {
              expect(local.remember('salt')).toBe(local.remember('salt'))
              expect(await local.shown('key')).toBe(await local.shown('key'))
              await expect(local.burn('key')).rejects.toThrow(TypeError)
              return local.shown('key')
            },
          })
          .agree('agreed')
          .phase('use', {
            contribution: bytes(32),
            async contribute(_view, local) {
              const [secret, ...more] = await Promise.allSettled([
                local.burn('key'),
                local.burn('key'),
                local.shown('key'),
              ])
              for (const each of more) codes.push(each.status === 'rejected' ? each.reason.code : each)
              if (secret.status === 'rejected') throw secret.reason
              return secret.value
            },
          })
          .result((view) => view.all('use').length),
      )
      engine(1).serve(once, accept)
      const round = await engine(0).start(once, { with: world.others(0), setup: 'x' })
      expect(await round.outcome).toMatchObject({ status: 'completed', result: 2 })
      expect(codes).toEqual(['SECRET_SPENT', 'SECRET_SPENT', 'SECRET_SPENT', 'SECRET_SPENT'])
      expect(burns.burned).toHaveLength(2)
      expect(burns.noneTwice()).toBe(true)
    })
  })

  test('is gone with the attempt: who holds on to it gets ROUND_OVER', async () => {
    await atTable(2, async ({ engine, world, sleep }) => {
      const asked: (() => unknown)[] = []
      const kept = defineRounds({ name: 'kept', setup: text })
        .remember('salt', () => 7)
        .phase('word', {
          contribution: text,
          contribute(_view, local) {
            asked.push(() => local.remember('salt'))
            return String(local.remember('salt'))
          },
        })
        .result(() => 0)
      engine(1).serve(kept, accept)
      const round = await engine(0).start(kept, { with: world.others(0), setup: 'x' })
      await round.outcome
      await sleep(100)
      expect(asked).toHaveLength(2)
      for (const ask of asked) expect(ask).toThrow(expect.objectContaining({ code: 'ROUND_OVER' }))
    })
  })
})

describe('a round', () => {
  test('tells how it goes, phase by phase, and its outcome once', async () => {
    await atTable(3, async ({ engine, world }) => {
      for (const index of [1, 2]) engine(index).serve(words, accept)
      const round = await engine(0).start(words, { with: world.others(0), setup: 'x' })
      const progress: Progress[] = []
      const outcomes: unknown[] = []
      round.on('progress', (each) => progress.push(each))
      const off = round.on('outcome', () => outcomes.push('taken off'))
      off()
      round.on('outcome', (outcome) => outcomes.push(outcome))
      const outcome = await round.outcome
      expect(outcomes).toEqual([outcome])
      const { host, ...each } = { host: world.others(1)[0], phases: [...new Set(progress.map(({ phase }) => phase))] }
      expect(each.phases).toEqual(['join', 'word', 'confirm'])
      expect(progress.every(({ of, attempt }) => of === 3 && attempt === 1)).toBe(true)
      expect(progress.at(-1)?.waitingFor).not.toContain(host)
      expect(round.candidates).toEqual([host, ...world.others(0)])
      expect(round.setup).toBe('x')
    })
  })

  test('goes on when a listener throws or rejects, and that is told of', async () => {
    const { logged } = await atTable(2, async ({ engine, world }) => {
      engine(1).serve(words, accept)
      const round = await engine(0).start(words, { with: world.others(0), setup: 'x' })
      round.on('progress', () => {
        throw new Error('a bug')
      })
      round.on('outcome', () => Promise.reject(new Error('a bug')))
      expect(await round.outcome).toMatchObject({ status: 'completed' })
    })
    const told = new Set(logged.map(({ level, text: line }) => `${level}: ${line}`))
    expect([...told].sort()).toEqual([
      "error: a listener of 'outcome' of a round failed",
      "error: a listener of 'progress' of a round failed",
    ])
  })

  test('that is given up ends at once for everybody, and names who gave it up', async () => {
    await atTable(3, async (table) => {
      const { engine, world, sleep } = table
      const slow = odd(table, () => new Promise(() => {}))
      const served = [1, 2].map((index) => engine(index).serve(slow, accept))
      const round = await engine(0).start(slow, { with: world.others(0), setup: 'x', deadlineMs: 60_000 })
      await sleep(200)
      const begunAtMs = world.nowMs
      round.abort('lunch')
      round.abort('again')
      expect(await round.outcome).toMatchObject({ reason: 'STOPPED', detail: 'lunch', suspects: [], culprits: [] })
      const [host] = world.others(1)
      for (const outcome of await Promise.all(served.map((each) => each.next())))
        expect(outcome).toMatchObject({
          reason: 'DECLINED',
          declined: [{ peerId: host, reason: 'lunch' }],
          culprits: [],
        })
      expect(world.nowMs - begunAtMs).toBeLessThan(100)
    })
  })

  test('of a node that stops: the others hear why at once', async () => {
    await atTable(3, async (table) => {
      const { engine, world, sleep } = table
      const slow = odd(table, () => new Promise(() => {}))
      const served = [1, 2].map((index) => engine(index).serve(slow, accept))
      const round = await engine(0).start(slow, { with: world.others(0), setup: 'x', deadlineMs: 60_000 })
      await sleep(200)
      const begunAtMs = world.nowMs
      await world.peers[2]?.stop()
      const [one, two] = world.others(0)
      const declined = [{ peerId: two, reason: 'this node stops' }]
      expect(await round.outcome).toMatchObject({ reason: 'DECLINED', declined, suspects: [expect.anything()] })
      expect(await served[0]?.next()).toMatchObject({ reason: 'DECLINED', declined })
      expect(await served[1]?.next()).toMatchObject({ reason: 'STOPPED', detail: 'this node stops' })
      expect(world.nowMs - begunAtMs).toBeLessThan(100)
      expect(one).toBeDefined()
    })
  })

  for (const [when, after] of [
    ['the moment it accepts', 0],
    ['once it has accepted', 6],
    ['while the host begins', 12],
    ['as the round begins', 20],
  ] as const)
    test(`whose member gives up ${when} ends for all at once, and nobody is convicted`, async () => {
      for (let seed = 1; seed <= (process.env['RONDO_TIER'] === 'full' ? 100 : 10); seed += 1) {
        const books = createBooks()
        await atTable(
          3,
          async ({ engine, world, life }) => {
            const served = engine(1).serve(words, async (invite) => {
              const round = invite.accept()
              if (after > 0) await life.sleep(after)
              round.abort('changed my mind')
            })
            const other = engine(2).serve(words, accept)
            const options = { with: world.others(0), setup: 'x', answerMs: 60_000, deadlineMs: 60_000 }
            const round = await engine(0).start(words, options)
            const outcomes = await Promise.all([round.outcome, served.next(), other.next()])
            for (const outcome of outcomes) if (outcome.status === 'aborted') expect(outcome.culprits).toEqual([])
            // At once, or with the next question, where it was heard before what it is about.
            expect({ seed, isSoon: world.nowMs < 3_000 }).toEqual({ seed, isSoon: true })
          },
          { seed, wrap: (peer) => books.watch(peer, 0) },
        )
        expect(books.complaints()).toEqual([])
      }
    })

  test('that had to make way is not begun again, its invitation being good still, and convicts nobody', async () => {
    const books = createBooks()
    const invitations: unknown[] = []
    const wrap = (peer: Coordinator, index: number): Coordinator => {
      if (index > 0) return books.watch(peer, 0)
      return wrapCoordinator(peer, {
        sendTo(peerId, message) {
          if (message.type === 'articles' && invitations.length === 0) invitations.push(message.payload)
          return peer.sendTo(peerId, message)
        },
      })
    }
    await atTable(
      2,
      async ({ engine, world, sleep }) => {
        const setups: string[] = []
        engine(1).serve(words, (invite) => {
          setups.push(invite.setup)
          return invite.accept()
        })
        const one = await engine(0).start(words, { with: world.others(0), setup: 'one', ...short })
        await one.outcome
        await sleep(100)
        // Takes the place of the first.
        const two = await engine(0).start(words, { with: world.others(0), setup: 'two', ...short })
        await two.outcome
        await sleep(1_000)
        const [member] = world.others(0)
        const [payload] = invitations
        if (member === undefined) throw new Error('there is somebody')
        await world.peers[0]?.sendTo(member, { protocol: 'rounds', version: 1, type: 'articles', payload })
        await sleep(2_000)
        expect(setups).toEqual(['one', 'two'])
      },
      { wrap, rounds: { limits: { roundsMax: 1 } } },
    )
    expect(books.complaints()).toEqual([])
  })

  test('is begun anew on a node that was stopped and started again; of the one before it knows no more', async () => {
    const { errors } = await atTable(3, async ({ engine, world, sleep }) => {
      const [, second] = world.peers
      const setups: string[] = []
      for (const index of [1, 2])
        engine(index).serve(words, (invite) => {
          if (index === 1) setups.push(invite.setup)
          return invite.accept()
        })
      const begin = (setup: string) => engine(0).start(words, { with: world.others(0), setup, ...short })
      await (await begin('before')).outcome
      await second?.stop()
      await second?.start()
      await second?.listen(world.addressOf(1))
      await sleep(100)
      // Greets it with every room that both are in.
      for (const index of [0, 2]) await world.peers[index]?.connectToPeer(world.targetOf(1))
      await sleep(500)
      expect(await (await begin('after')).outcome).toMatchObject({ status: 'completed' })
      expect(setups).toEqual(['before', 'after'])
    })
    expect(errors).toEqual([])
  })

  test('and another between the same members do not mix', async () => {
    await atTable(3, async ({ engine, world }) => {
      const log: string[] = []
      for (const index of [1, 2])
        engine(index).serve(words, (invite) => {
          log.push(invite.id)
          return invite.accept({ local: invite.setup })
        })
      const start = (host: number, setup: string) => {
        if (host > 0) return engine(host).start(words, { with: world.others(host).slice(1), setup, local: setup })
        return engine(host).start(words, { with: world.others(host), setup, local: setup })
      }
      const setups = Array.from({ length: 12 }, (_, at) => `word${at}`)
      const begun = await Promise.all(setups.map((setup, at) => start(at % 3, setup)))
      const outcomes = await Promise.all(begun.map((round) => round.outcome))
      for (const [at, outcome] of outcomes.entries()) {
        const said = Array.from({ length: at % 3 > 0 ? 2 : 3 }, () => setups[at])
        expect(outcome).toMatchObject({ status: 'completed', result: said.join(' ') })
      }
      expect(new Set(begun.map(({ id }) => id)).size).toBe(12)
      expect(log).toHaveLength(4 * 2 + 8)
    })
  })
})
