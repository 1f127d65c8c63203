import type { MaybePromise, PeerId, Schema, SchemaInput, SchemaOutput } from '@rondo/core'
import { assertDefinable, assertMaker, assertPhase, assertSteps } from './assert-definition.js'
import { commitment } from './commitment.js'
import {
  type AuthorPhase,
  confirmPhase,
  joinPhase,
  type LeaveOut,
  type Phase,
  type Plan,
  type reservedNames,
} from './plan.js'
import type { Local, Secret, Shape, View } from './shape.js'
import type { Fault } from './verdict.js'

// From the author's steps to a plan. Each step gives a new builder that knows one name more; the last one, `result`, gives
// the definition that `start`, `serve` and `verifyTranscript` take.

export interface RoundsHead<S extends Schema, Roles extends readonly string[]> {
  readonly name: string
  /** 1 where left out. */
  readonly version?: number | undefined
  /** What the round is about: chosen by who starts it, seen and signed by everybody. */
  readonly setup: S
  readonly roles?: Roles | undefined
  /** 2 to 100 where left out. */
  readonly members?: { readonly minimum?: number | undefined; readonly maximum?: number | undefined } | undefined
  /** Whom a further attempt may do without; `culprits` where left out. */
  readonly leaveOut?: LeaveOut | undefined
}

export interface PhaseSteps<S extends Draft, Name extends string, C extends Schema> {
  readonly contribution: C
  /** How long the phase may take; what the round was started with where left out. */
  readonly deadlineMs?: number | undefined
  /** Of one contribution, encoded; 16,384 where left out. */
  readonly bytesMax?: number | undefined
  /** Refuses two equal contributions; so it is for a `commitment` where left out. */
  readonly distinct?: boolean | undefined
  /** What this member says. May take its time, and give up when the signal aborts; throws `Declined` where it will not go on. */
  readonly contribute: (
    view: View<S>,
    local: Local<S>,
    context: { readonly signal: AbortSignal },
  ) => MaybePromise<SchemaInput<C>>
  /** Judges a contribution by what all can see: pure, and the same for everybody. */
  readonly check?: ((view: View<S>, from: PeerId, contribution: SchemaOutput<C>) => true | Fault) | undefined
  /**
   * Judges all contributions of the phase by one question, where that is cheaper than one each: `check` is asked only where this
   * says false.
   */
  readonly checkTogether?: ((view: View<WithSaid<S, Name, SchemaOutput<C>>>) => boolean) | undefined
}

export interface RoundsBuilder<S extends Draft> {
  /** Says what each member brings along for itself: `local` of `start` and of `accept`. */
  local<L>(): RoundsBuilder<Omit<S, 'local'> & { readonly local: L }>
  /** A value that each member makes once an attempt and keeps to itself. */
  remember<Name extends string, T>(
    name: Fresh<Name, S>,
    make: (view: View<S>, local: Local<S>) => T,
  ): RoundsBuilder<Omit<S, 'kept'> & { readonly kept: S['kept'] & Readonly<Record<Name, T>> }>
  /** The same for what may be used once and never again: it takes a store that is durable. */
  secret<Name extends string, Shown, Hidden>(
    name: Fresh<Name, S>,
    make: (view: View<S>, local: Local<S>) => MaybePromise<Secret<Shown, Hidden>>,
  ): RoundsBuilder<
    Omit<S, 'secrets'> & { readonly secrets: S['secrets'] & Readonly<Record<Name, Secret<Shown, Hidden>>> }
  >
  /** Every member contributes once. */
  phase<Name extends string, C extends Schema>(
    name: Fresh<Name, S>,
    steps: PhaseSteps<S, Name, C>,
  ): RoundsBuilder<WithSaid<S, Name, SchemaOutput<C>>>
  /** Nobody goes on before all have signed that they saw the same. Before anything that cannot be taken back. */
  agree<Name extends string>(
    name: Fresh<Name, S>,
  ): RoundsBuilder<Omit<S, 'agreed'> & { readonly agreed: S['agreed'] | Name }>
  /** What the contributions come to: pure, at once, and the same for everybody. */
  result<R>(compute: (view: View<S>) => R): RoundsDefinition<TypesOf<S, R>>
}

type WithSaid<S extends Draft, Name extends string, Value> = Omit<S, 'said'> & {
  readonly said: S['said'] & Readonly<Record<Name, Value>>
}

/** A name is given once, and written out: of any text at all nobody could say later whether it was declared. */
type Fresh<Name extends string, S extends Draft> = string extends Name
  ? never
  : Name extends keyof S['said'] | keyof S['kept'] | keyof S['secrets'] | S['agreed'] | (typeof reservedNames)[number]
    ? never
    : Name

export interface RoundsTypes {
  readonly setupInput: unknown
  readonly setup: unknown
  readonly role: string
  readonly local: unknown
  readonly result: unknown
}

/** The builder knows more than members see. */
interface Draft extends Shape {
  /** What whoever starts a round passes: the setup before its schema's transforms. */
  readonly setupInput: unknown
  /** Names of `agree`, where nothing is contributed. */
  readonly agreed: string
}

type TypesOf<S extends Draft, R> = {
  readonly setupInput: S['setupInput']
  readonly setup: S['setup']
  readonly role: S['role']
  readonly local: S['local']
  readonly result: R
}

/** A multi-party protocol. */
export interface RoundsDefinition<T extends RoundsTypes = RoundsTypes> extends Plan {
  /** For the compiler alone; never there. */
  readonly types?: T
}

/**
 * Begins the definition of a multi-party protocol.
 *
 * @example
 * export const dice = defineRounds({ name: 'dice', setup: v.object({ sides: v.number() }) })
 *   .remember('seed', (view, local) => committed(view, local, local.random(32)))
 *   .phase('commit', { contribution: commitment, contribute: (view, local) => local.remember('seed').commitment })
 *   .phase('reveal', {
 *     contribution: opening(bytes(32)),
 *     contribute: (view, local) => local.remember('seed').opening,
 *     check: (view, from, shown) => opens(view, 'commit', from, shown) || fault('the opening does not match its commitment'),
 *   })
 *   .result((view) => ({ roll: 1 + hashMod(view.all('reveal'), view.setup.sides) }))
 */
export function defineRounds<S extends Schema, const Roles extends readonly string[] = readonly []>(
  head: RoundsHead<S, Roles>,
): RoundsBuilder<{
  readonly setupInput: SchemaInput<S>
  readonly setup: SchemaOutput<S>
  readonly role: Roles[number]
  readonly local: undefined
  readonly said: Readonly<Record<never, never>>
  readonly kept: Readonly<Record<never, never>>
  readonly secrets: Readonly<Record<never, never>>
  readonly agreed: never
}> {
  const { name, version = 1, setup, roles = [], members = {}, leaveOut = 'culprits' } = head
  const { minimum: membersMin = 2, maximum: membersMax = 100 } = members
  const plan = { name, version, setup, roles: Object.freeze([...roles]), membersMin, membersMax, leaveOut }
  assertDefinable(plan)
  return builderOf({ ...plan, kept: new Map(), secrets: new Map(), phases: [joinPhase] })
}

type PlanDraft = Omit<Plan, 'result'>

/** A promise is no result: members would confirm what none of them has seen. */
function atOnce(compute: Plan['result'], name: string): Plan['result'] {
  return (view) => {
    const value = compute(view)
    if (!(value instanceof Promise)) return value
    value.catch(() => {})
    throw new TypeError(`the result of ${name} must be there at once, and its function returned a promise`)
  }
}

const contributionBytesMax = 16_384

/** What is written with its types is kept without them: the builder has made sure that they fit. */
function builderOf<S extends Draft>(draft: PlanDraft): RoundsBuilder<S> {
  const grown = (more: Partial<PlanDraft>): RoundsBuilder<never> => builderOf({ ...draft, ...more })
  const builder = {
    local: () => grown({}),
    remember: (name: string, make: Plan['kept'] extends ReadonlyMap<string, infer Make> ? Make : never) => {
      assertMaker(draft, name, make)
      return grown({ kept: new Map(draft.kept).set(name, make) })
    },
    secret: (name: string, make: Plan['secrets'] extends ReadonlyMap<string, infer Make> ? Make : never) => {
      assertMaker(draft, name, make)
      return grown({ secrets: new Map(draft.secrets).set(name, make) })
    },
    phase: (
      name: string,
      steps: Omit<AuthorPhase, 'name' | 'kind' | 'bytesMax' | 'distinct'> & Partial<AuthorPhase>,
    ) => {
      assertSteps(draft, name, steps)
      const { bytesMax = contributionBytesMax, distinct = steps.contribution === commitment } = steps
      const phase = Object.freeze<Phase>({ ...steps, name, kind: 'said', bytesMax, distinct })
      return grown({ phases: [...draft.phases, phase] })
    },
    agree: (name: string) => {
      assertPhase(draft, name)
      return grown({ phases: [...draft.phases, Object.freeze<Phase>({ name, kind: 'agree' })] })
    },
    result: (result: Plan['result']): Plan => {
      if (typeof result !== 'function') throw new TypeError('result takes a function')
      if (!draft.phases.some(({ kind }) => kind === 'said')) throw new TypeError(`${draft.name} has no phase`)
      const phases = Object.freeze([...draft.phases, confirmPhase])
      return Object.freeze({ ...draft, phases, result: atOnce(result, draft.name) })
    },
  }
  return builder as unknown as RoundsBuilder<S>
}
