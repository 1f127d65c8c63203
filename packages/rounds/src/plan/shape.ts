import type { PeerId } from '@rondo/core'

// What a definition's functions are given. The builder fills a Shape in step by step, so that every name and every type
// below is inferred from the steps before, and a name that was never declared does not compile.

/** What is known of a definition so far. */
export interface Shape {
  readonly setup: unknown
  readonly role: string
  /** What each member brings along for itself. */
  readonly local: unknown
  /** By phase. */
  readonly said: object
  /** By name: what `remember` makes. */
  readonly kept: object
  /** By name: what `secret` makes. */
  readonly secrets: object
}

/** What everybody sees alike, and nothing else: a verdict that rests on it can be shown to anyone. */
export interface View<S extends Shape = AnyShape> {
  /** Of this round, 64 hexadecimal digits, and so is `attempt`. */
  readonly round: string
  readonly attempt: string
  /** The first is 1. */
  readonly number: number
  readonly setup: S['setup']
  /** In the order of the invitation. */
  readonly roster: readonly PeerId[]
  /** The phase that is under way. */
  readonly phase: string
  roleOf(member: PeerId): S['role'] | undefined
  membersIn(role: S['role']): readonly PeerId[]
  /** What a member contributed to an earlier phase. */
  said<Phase extends keyof S['said'] & string>(phase: Phase, from: PeerId): S['said'][Phase]
  /** What all contributed to an earlier phase, in the order of the roster. */
  all<Phase extends keyof S['said'] & string>(phase: Phase): readonly S['said'][Phase][]
}

/** What a member has to itself. Nothing of it leaves but through a contribution. */
export interface Local<S extends Shape = AnyShape> {
  readonly me: PeerId
  readonly role: S['role'] | undefined
  /** What was passed as `local` when this member started or accepted the round. */
  readonly input: S['local']
  random(bytes: number): Uint8Array
  /** The value of this attempt: made when it is first asked for, gone with the attempt. */
  remember<Name extends keyof S['kept'] & string>(name: Name): S['kept'][Name]
  /** The part of a secret that others may see. Made when it is first asked for. */
  shown<Name extends keyof S['secrets'] & string>(name: Name): Promise<ShownOf<S['secrets'][Name]>>
  /**
   * The secret itself, once: that it is spent is on stable storage before it is handed out. Rejects with `SECRET_SPENT` the
   * second time. Only after an `agree` phase, for what follows cannot be taken back.
   */
  burn<Name extends keyof S['secrets'] & string>(name: Name): Promise<SecretOf<S['secrets'][Name]>>
}

/** What the maker of a secret returns. */
export interface Secret<Shown = unknown, Hidden = unknown> {
  readonly shown: Shown
  readonly secret: Hidden
}

type ShownOf<S> = S extends Secret<infer Shown, unknown> ? Shown : never
type SecretOf<S> = S extends Secret<unknown, infer Hidden> ? Hidden : never

/** Of a definition whose types are not known, as the engine sees it. */
export interface AnyShape extends Shape {
  readonly said: Readonly<Record<string, unknown>>
  readonly kept: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, Secret>>
}
