import type { PeerId } from '@rondo/core'
import * as v from 'valibot'
import { expectTypeOf } from 'vitest'
import {
  bytes,
  type Committed,
  commitment,
  committed,
  defineRounds,
  type Fault,
  fault,
  hashMod,
  type Opening,
  opening,
  opens,
  type RoundsDefinition,
  type RoundsTypes,
} from '../../src/index.js'

// Checked by the compiler, never run: what is inferred from a definition, and what does not compile.

declare const peer: PeerId
const setup = v.object({ sides: v.number(), at: v.pipe(v.string(), v.transform(Number)) })
const none = v.object({})
type Setup = { sides: number; at: number }

/** `any` passes every other assertion; it does not pass this one. */
type IsAny<T> = 0 extends 1 & T ? true : false
declare function never<T>(value: T): IsAny<T> extends true ? 'any' : 'typed'

// All that a step may know, it knows by its type.
const game = defineRounds({ name: 'game', version: 2, setup, roles: ['dealer', 'player'], leaveOut: 'suspects' })
  .local<{ readonly bid: bigint }>()
  .remember('seed', (view, local) => {
    expectTypeOf(view.setup).toEqualTypeOf<Setup>()
    expectTypeOf(local.input).toEqualTypeOf<{ readonly bid: bigint }>()
    expectTypeOf(never(local.input)).toEqualTypeOf<'typed'>()
    return committed(view, local, local.input.bid)
  })
  .secret('nonce', async (view, local) => {
    expectTypeOf(local.remember('seed')).toEqualTypeOf<Committed<bigint>>()
    return { shown: `${view.number}`, secret: local.random(32) }
  })
  .phase('commit', {
    contribution: commitment,
    contribute: (view, local, { signal }) => {
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      expectTypeOf(view.roleOf(peer)).toEqualTypeOf<'dealer' | 'player' | undefined>()
      expectTypeOf(view.membersIn('dealer')).toEqualTypeOf<readonly PeerId[]>()
      expectTypeOf(local.role).toEqualTypeOf<'dealer' | 'player' | undefined>()
      // @ts-expect-error no such role
      view.membersIn('banker')
      // @ts-expect-error nothing of that name is remembered
      local.remember('nope')
      // @ts-expect-error a secret is shown or burnt, not remembered
      local.remember('nonce')
      // @ts-expect-error what is remembered is no secret
      local.burn('seed')
      // @ts-expect-error no such phase
      view.said('nope', peer)
      // @ts-expect-error the phase itself is not over
      view.said('commit', peer)
      // @ts-expect-error a later phase
      view.all('reveal')
      return local.remember('seed').commitment
    },
    check: (view, from, contribution) => {
      expectTypeOf(from).toEqualTypeOf<PeerId>()
      expectTypeOf(contribution).toEqualTypeOf<Uint8Array>()
      expectTypeOf(never(contribution)).toEqualTypeOf<'typed'>()
      // @ts-expect-error the phase itself is not over
      view.said('commit', from)
      return true
    },
    checkTogether: (view) => {
      expectTypeOf(view.all('commit')).toEqualTypeOf<readonly Uint8Array[]>()
      // @ts-expect-error a later phase
      view.all('reveal')
      return true
    },
  })
  .phase('reveal', {
    contribution: opening(v.bigint()),
    contribute: (_, local) => local.remember('seed').opening,
    check: (view, from, shown) => {
      expectTypeOf(shown).toEqualTypeOf<Opening<bigint>>()
      // @ts-expect-error no such phase
      opens(view, 'nope', from, shown)
      return opens(view, 'commit', from, shown) || fault('it opens something else')
    },
  })
  .agree('agreed')
  .phase('price', {
    // What is sent differs from what is received.
    contribution: v.pipe(v.string(), v.transform(Number)),
    contribute: async (view, local) => {
      expectTypeOf(view.said('reveal', peer)).toEqualTypeOf<Opening<bigint>>()
      expectTypeOf(await local.shown('nonce')).toEqualTypeOf<string>()
      expectTypeOf(await local.burn('nonce')).toEqualTypeOf<Uint8Array<ArrayBufferLike>>()
      // @ts-expect-error nothing is contributed to an agreement
      view.all('agreed')
      return '12'
    },
    check: (view, from, price) => {
      expectTypeOf(price).toEqualTypeOf<number>()
      // @ts-expect-error bytes, but no phase of commitments
      opens(view, 'reveal', from, { salt: new Uint8Array(), value: 1 })
      const verdict = price > 0 || fault('a price is above zero')
      expectTypeOf(verdict).toEqualTypeOf<true | Fault>()
      return verdict
    },
  })
  .result((view) => {
    expectTypeOf(view.all('price')).toEqualTypeOf<readonly number[]>()
    expectTypeOf(view.said('reveal', peer).value).toEqualTypeOf<bigint>()
    expectTypeOf(never(view.said('price', peer))).toEqualTypeOf<'typed'>()
    expectTypeOf(never(view.said('reveal', peer).value)).toEqualTypeOf<'typed'>()
    // @ts-expect-error no such phase
    view.all('nope')
    // @ts-expect-error the confirmation has no contributions
    view.all('confirm')
    return { roll: hashMod(view.all('reveal'), view.setup.sides), first: view.all('price')[0] }
  })

expectTypeOf(game).toEqualTypeOf<
  RoundsDefinition<{
    readonly setupInput: { sides: number; at: string }
    readonly setup: Setup
    readonly role: 'dealer' | 'player'
    readonly local: { readonly bid: bigint }
    readonly result: { roll: number; first: number | undefined }
  }>
>()
type Game = NonNullable<typeof game.types>
expectTypeOf<IsAny<Game>>().toEqualTypeOf<false>()
expectTypeOf<IsAny<Game['setupInput']>>().toEqualTypeOf<false>()
expectTypeOf<IsAny<Game['setup']>>().toEqualTypeOf<false>()
expectTypeOf<IsAny<Game['role']>>().toEqualTypeOf<false>()
expectTypeOf<IsAny<Game['local']>>().toEqualTypeOf<false>()
expectTypeOf<IsAny<Game['result']>>().toEqualTypeOf<false>()

// What takes a definition finds its types: whoever starts it passes the setup as it is before the transforms.
declare function start<T extends RoundsTypes>(
  definition: RoundsDefinition<T>,
  options: { readonly setup: T['setupInput']; readonly local: T['local']; readonly role?: T['role'] },
): T['result']
const result = start(game, { setup: { sides: 6, at: '5' }, local: { bid: 5n }, role: 'dealer' })
expectTypeOf(result).toEqualTypeOf<{ roll: number; first: number | undefined }>()
// @ts-expect-error the setup as members see it
start(game, { setup: { sides: 6, at: 5 }, local: { bid: 5n } })
// @ts-expect-error a field is missing
start(game, { setup: { sides: 6 }, local: { bid: 5n } })
// @ts-expect-error a role misspelt
start(game, { setup: { sides: 6, at: '5' }, local: { bid: 5n }, role: 'deeler' })
// @ts-expect-error a bid is a bigint
start(game, { setup: { sides: 6, at: '5' }, local: { bid: 5 } })
// @ts-expect-error `local` is wanted
start(game, { setup: { sides: 6, at: '5' } })
// A definition of whatever types is a definition.
expectTypeOf(game).toExtend<RoundsDefinition>()

// Without roles nobody has one, and without `local` nothing is brought along.
const plain = defineRounds({ name: 'plain', setup: none })
  .phase('say', {
    contribution: bytes(1),
    contribute: (view, local) => {
      expectTypeOf(local.input).toEqualTypeOf<undefined>()
      expectTypeOf(local.role).toEqualTypeOf<undefined>()
      // @ts-expect-error nothing was remembered
      local.remember('seed')
      // @ts-expect-error there is no secret
      local.burn('seed')
      // @ts-expect-error nothing was said
      view.all('say')
      return new Uint8Array(1)
    },
  })
  .result((view) => view.all('say').length)
expectTypeOf<NonNullable<typeof plain.types>['role']>().toEqualTypeOf<never>()
expectTypeOf<NonNullable<typeof plain.types>['result']>().toEqualTypeOf<number>()

// A name is given once, whatever for, and the engine's own are its own.
const fresh = defineRounds({ name: 'fresh', setup: none })
const say = { contribution: bytes(1), contribute: () => new Uint8Array(1) }
// @ts-expect-error a phase of that name
fresh.phase('one', say).phase('one', say)
// @ts-expect-error a phase of that name
fresh.phase('one', say).agree('one')
// @ts-expect-error an agreement of that name
fresh.agree('one').phase('one', say)
// @ts-expect-error an agreement of that name
fresh.agree('one').agree('one')
// @ts-expect-error a phase of that name
fresh.phase('one', say).remember('one', () => 1)
// @ts-expect-error something of that name is remembered
fresh.remember('one', () => 1).phase('one', say)
// @ts-expect-error something of that name is remembered
fresh.remember('one', () => 1).secret('one', () => ({ shown: 1, secret: 1 }))
// @ts-expect-error a secret of that name
fresh.secret('one', () => ({ shown: 1, secret: 1 })).remember('one', () => 1)
// @ts-expect-error the engine's own
fresh.phase('join', say)
// @ts-expect-error the engine's own
fresh.agree('confirm')
declare const anything: string
// @ts-expect-error a name has to be known here
fresh.phase(anything, say)
// @ts-expect-error a maker of a secret says what others may see of it
fresh.secret('one', () => ({ secret: 1 }))

// What a phase is made of.
fresh.phase('one', {
  contribution: v.string(),
  // @ts-expect-error a wrong contribution
  contribute: () => 5,
})
fresh.phase('one', {
  contribution: v.string(),
  // @ts-expect-error a promise of a wrong contribution
  contribute: async () => 5,
})
fresh.phase('one', {
  contribution: v.pipe(v.string(), v.transform(Number)),
  // @ts-expect-error the contribution as it is received is not the one to send
  contribute: () => 5,
})
// @ts-expect-error nothing is contributed
fresh.phase('one', { contribution: v.string() })
fresh.phase('one', {
  // @ts-expect-error no Standard Schema
  contribution: { parse: () => 1 },
  contribute: () => 1,
})
fresh.phase('one', {
  ...say,
  // @ts-expect-error a verdict is true or a fault
  check: () => 'it does not fit',
})
fresh.phase('one', {
  ...say,
  // @ts-expect-error what is false names no reason
  check: (_, __, shown) => shown[0] === 1,
})
fresh.phase('one', {
  ...say,
  // @ts-expect-error a verdict is for all to see: there is nothing local in it
  check: (_view, _from, _shown, local: unknown) => local === 1 || fault('no'),
})
fresh.phase('one', {
  ...say,
  // @ts-expect-error a verdict does not wait
  check: async () => true,
})
fresh.phase('one', {
  ...say,
  // @ts-expect-error a check of something else
  check: (_view, _from, shown: string) => shown === '' || fault('no'),
})
fresh.phase('one', {
  ...say,
  // @ts-expect-error misspelt
  deadline: 5,
})
// @ts-expect-error a result has no local part
fresh.phase('one', say).result((view, local) => [view, local])
// @ts-expect-error a head has a setup
defineRounds({ name: 'headless' })
// @ts-expect-error whom to leave out
defineRounds({ name: 'harsh', setup: none, leaveOut: 'everybody' })

// An opening comes out as it went in, whatever the schema of its value would make of it.
const sealed = opening(v.pipe(v.string(), v.transform(Number)))
fresh.phase('one', {
  contribution: sealed,
  contribute: () => ({ salt: new Uint8Array(32), value: '5' }),
  check: (_view, _from, shown) => {
    expectTypeOf(shown).toEqualTypeOf<Opening<string>>()
    return true
  },
})
