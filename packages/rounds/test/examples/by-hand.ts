import { checkSchema, encodePeerId, type PeerId, platformCrypto } from '@rondo/core'
import { decodeValue, encodeValue } from '../../src/plan/encode-value.js'
import type { AuthorPhase, Plan } from '../../src/plan/plan.js'
import { RoundView } from '../../src/plan/round-view.js'
import type { Local } from '../../src/plan/shape.js'
import { Fault } from '../../src/plan/verdict.js'

// Plays a plan without an engine: asks its functions in their order, and lets everything said cross a wire's encoding.

export interface Table {
  readonly setup: unknown
  readonly members: readonly { readonly role?: string | undefined; readonly input?: unknown }[]
  readonly attempt?: string
  readonly number?: number
  /** So that two tables with the same seed draw the same. */
  readonly seed?: number
  /** By position: who they are. Made up where left out. */
  readonly roster?: readonly PeerId[]
  /** What a member says in place of what it is to say. */
  readonly instead?: (phase: string, position: number, said: unknown) => unknown
}

export interface Played {
  readonly roster: readonly PeerId[]
  /** As it was after the last phase. */
  readonly view: RoundView
  readonly said: ReadonlyMap<string, readonly unknown[]>
  readonly result: unknown
}

/** Members of their own number, the same ones each time. */
export function peerIds(count: number): PeerId[] {
  return Array.from({ length: count }, (_, index) => encodePeerId(platformCrypto.sha256(Uint8Array.of(index))))
}

/** Throws `Refused` where a schema or a check refutes what was said. */
export async function playByHand(plan: Plan, table: Table): Promise<Played> {
  const { members, setup, number = 1, attempt = 'aa'.repeat(32), instead = (_phase, _at, value) => value } = table
  const roster = table.roster ?? peerIds(members.length)
  const said = new Map<string, readonly unknown[]>()
  const viewAt = (phase: string): RoundView =>
    new RoundView({
      round: '11'.repeat(32),
      attempt,
      number,
      setup,
      roster,
      roles: members.map(({ role }) => role),
      phase,
      said: new Map(said),
    })
  let view = viewAt('join')
  const locals = members.map((_, position) => localOf(plan, table, roster, position, () => view))
  for (const phase of plan.phases) {
    view = viewAt(phase.name)
    if (phase.kind !== 'said') continue
    const contributions = []
    for (const [position, local] of locals.entries()) {
      const own = await phase.contribute(view, local, { signal: new AbortController().signal })
      contributions.push(crossed(instead(phase.name, position, own)))
    }
    said.set(phase.name, judged(phase, view, contributions))
  }
  return { roster, view, said, result: plan.result(view) }
}

export class Refused extends Error {
  readonly position: number
  readonly reason: string

  constructor(position: number, reason: string) {
    super(reason)
    this.position = position
    this.reason = reason
  }
}

/** What a schema and a check say to one contribution, as the engine asks them: a reason, or undefined where it holds. */
export function refutation(phase: AuthorPhase, view: RoundView, from: PeerId, value: unknown): string | undefined {
  const verdict = checkSchema(phase.contribution, value)
  if (!verdict.ok) return 'schema'
  const opinion = phase.check?.(view, from, verdict.value)
  return opinion instanceof Fault ? opinion.reason : undefined
}

export function authorPhase(plan: Plan, name: string): AuthorPhase {
  const phase = plan.phases.find((each) => each.name === name)
  if (phase?.kind !== 'said') throw new TypeError(`${plan.name} has no phase ${name}`)
  return phase
}

function judged(phase: AuthorPhase, view: RoundView, contributions: readonly unknown[]): readonly unknown[] {
  return contributions.map((value, position) => {
    const reason = refutation(phase, view, view.roster[position]!, value)
    if (reason !== undefined) throw new Refused(position, reason)
    return value
  })
}

function crossed(value: unknown): unknown {
  const decoded = decodeValue(encodeValue(value))
  if (!decoded.ok) throw new TypeError(decoded.code)
  return decoded.value
}

function localOf(
  plan: Plan,
  { members, seed = 0 }: Table,
  roster: readonly PeerId[],
  position: number,
  view: () => RoundView,
): Local {
  const kept = new Map<string, unknown>()
  let drawn = 0
  const local: Local = {
    me: roster[position]!,
    role: members[position]?.role,
    input: members[position]?.input,
    random: (bytes) => {
      drawn += 1
      return platformCrypto.sha256(encodeValue([seed, roster[position], drawn])).slice(0, bytes)
    },
    remember: (name) => {
      if (!kept.has(name)) kept.set(name, plan.kept.get(name)?.(view(), local))
      return kept.get(name)
    },
    shown: () => Promise.reject(new TypeError('no example has secrets')),
    burn: () => Promise.reject(new TypeError('no example has secrets')),
  }
  return local
}
