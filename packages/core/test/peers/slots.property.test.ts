import fc from 'fast-check'
import { expect, test } from 'vitest'
import { generateIdentity } from '../../src/identity/identity.js'
import type { PeerId } from '../../src/identity/peer-id.js'
import { type Place, Slots } from '../../src/peers/slots.js'

// Slots against plain lists: who is in, who gets in, who has to go.

const limits = {
  connectionsMax: 8,
  connectionsReservedOutbound: 2,
  connectionsPerGroupMax: 3,
  connectionsDiscouragedMax: 2,
  strangersMax: 4,
  strangersPerGroupMax: 2,
}

const peers = Array.from({ length: 6 }, () => generateIdentity().peerId)

/** Scores that the test sets. */
class Standing {
  readonly scores = new Map<PeerId, number>()

  get isAnyDiscouraged(): boolean {
    return this.scores.size > 0
  }

  scoreOf(peerId: PeerId): number {
    return this.scores.get(peerId) ?? 0
  }

  isDiscouraged(peerId: PeerId): boolean {
    return this.scoreOf(peerId) >= 1_000
  }
}

interface Link {
  readonly group: string | undefined
  readonly place: Place
  peerId?: PeerId
}

interface Model {
  strangers: Link[]
  proven: Link[]
  outbound: Link[]
}

interface Real {
  readonly slots: Slots
  readonly standing: Standing
  readonly watched: Map<string, number>
  readonly dropped: { readonly link: Link; readonly code: string }[]
}

const inboundMax = limits.connectionsMax - limits.connectionsReservedOutbound

function isFree({ proven, outbound }: Model, group: string | undefined): boolean {
  if (proven.length >= inboundMax || proven.length + outbound.length >= limits.connectionsMax) return false
  return group === undefined || proven.filter((each) => each.group === group).length < limits.connectionsPerGroupMax
}

/** The worst of those whose going helps this group. */
function worst({ proven }: Model, { scores }: Standing, group: string | undefined): number {
  const isGroupFull =
    group !== undefined && proven.filter((each) => each.group === group).length >= limits.connectionsPerGroupMax
  const candidates = proven.filter((each) => !isGroupFull || each.group === group)
  const bad = candidates.map(({ peerId }) => (peerId && scores.get(peerId)) ?? 0).filter((score) => score >= 1_000)
  return Math.max(0, ...bad)
}

type Step = (model: Model, real: Real) => void

function command(name: string, step: Step): fc.Command<Model, Real> {
  return {
    check: () => true,
    run(model, real) {
      step(model, real)
      agree(model, real)
    },
    toString: () => name,
  }
}

function enter(group: string | undefined): Step {
  return (model, { slots, dropped }) => {
    const link: Link = { group, place: slots.enter(group) }
    link.place.dropped = (code) => dropped.push({ link, code })
    model.strangers.push(link)
    model.strangers = model.strangers.filter((each) => !dropped.some((gone) => gone.link === each))
    expect(model.strangers).toContain(link)
  }
}

function prove(at: number, peerId: PeerId): Step {
  return (model, { slots, standing, dropped }) => {
    const link = model.strangers[at % Math.max(1, model.strangers.length)]
    if (link === undefined) return
    const { group } = link
    const free = isFree(model, group)
    const victim = worst(model, standing, group)
    const discouraged = model.proven.filter((each) => each.peerId && standing.isDiscouraged(each.peerId)).length
    const expected = standing.isDiscouraged(peerId)
      ? free && discouraged < limits.connectionsDiscouragedMax
        ? undefined
        : 'PEER_DISCOURAGED'
      : free || victim > 0
        ? undefined
        : 'LINK_SLOTS_FULL'
    if (!standing.isDiscouraged(peerId)) expect(slots.hasInbound(group)).toBe(expected === undefined)
    const before = dropped.length
    expect(link.place.prove(peerId)).toBe(expected)
    if (expected !== undefined) return
    const gone = dropped.slice(before)
    expect(gone.map(({ code }) => code)).toEqual(free ? [] : ['PEER_DISCOURAGED'])
    for (const each of gone) {
      expect(each.link.peerId === undefined ? 0 : standing.scoreOf(each.link.peerId)).toBe(victim)
      each.link.place.leave()
    }
    link.peerId = peerId
    model.strangers = model.strangers.filter((each) => each !== link)
    model.proven = [...model.proven.filter((each) => !gone.some((one) => one.link === each)), link]
  }
}

const dial: Step = (model, { slots, standing, dropped }) => {
  const isFull = model.proven.length + model.outbound.length >= limits.connectionsMax
  const victim = worst(model, standing, undefined)
  const before = dropped.length
  const place = slots.takeOutbound()
  expect(place === undefined).toBe(isFull && victim === 0)
  const gone = dropped.slice(before).map(({ link }) => link)
  model.proven = model.proven.filter((each) => !gone.includes(each))
  if (place !== undefined) model.outbound.push({ group: undefined, place })
}

function leave(at: number): Step {
  return (model) => {
    const all = [...model.strangers, ...model.proven, ...model.outbound]
    const link = all[at % Math.max(1, all.length)]
    link?.place.leave()
    link?.place.leave()
    const others = (links: Link[]): Link[] => links.filter((each) => each !== link)
    model.strangers = others(model.strangers)
    model.proven = others(model.proven)
    model.outbound = others(model.outbound)
  }
}

function blame(peerId: PeerId, score: number): Step {
  return (_model, { standing }) => void standing.scores.set(peerId, score)
}

function agree({ strangers, proven, outbound }: Model, { slots, watched }: Real): void {
  expect([slots.strangers, slots.taken]).toEqual([strangers.length, strangers.length + proven.length + outbound.length])
  for (const group of ['a', 'b', 'c']) {
    const inside = proven.filter((each) => each.group === group).length
    expect([slots.provenOf(group), watched.get(group) ?? 0]).toEqual([inside, inside])
  }
  expect(proven.length).toBeLessThanOrEqual(inboundMax)
  expect(proven.length + outbound.length).toBeLessThanOrEqual(limits.connectionsMax)
}

function createReal(): Real {
  const standing = new Standing()
  const watched = new Map<string, number>()
  const count = (group: string, by: number): void => void watched.set(group, (watched.get(group) ?? 0) + by)
  const slots = new Slots(limits, standing, { arrived: (group) => count(group, 1), left: (group) => count(group, -1) })
  return { slots, standing, watched, dropped: [] }
}

test('slots are given, refused and taken back as plain lists say', () => {
  const group = fc.constantFrom('a', 'a', 'b', 'c', undefined)
  const peer = fc.constantFrom(...peers)
  const commands = fc.commands(
    [
      group.map((each) => command(`enter(${each})`, enter(each))),
      fc.tuple(fc.nat(9), peer).map(([at, who]) => command(`prove(${at}, ${peers.indexOf(who)})`, prove(at, who))),
      fc.tuple(fc.nat(9), peer).map(([at, who]) => command(`prove(${at}, ${peers.indexOf(who)})`, prove(at, who))),
      fc.constant(command('dial', dial)),
      fc.nat(20).map((at) => command(`leave(${at})`, leave(at))),
      fc
        .tuple(peer, fc.constantFrom(0, 999, 1_000, 2_000))
        .map(([who, score]) => command(`blame(${peers.indexOf(who)}, ${score})`, blame(who, score))),
    ],
    { maxCommands: 120, size: 'max' },
  )
  fc.assert(
    fc.property(commands, (steps) => {
      fc.modelRun(() => ({ model: { strangers: [], proven: [], outbound: [] }, real: createReal() }), steps)
    }),
    { numRuns: 400 },
  )
})

test('a stranger that had to make way is proven too late', () => {
  const { slots } = createReal()
  const [first, , third] = [slots.enter('a'), slots.enter('a'), slots.enter('a')]
  const [peerId] = peers
  if (first === undefined || third === undefined || peerId === undefined) throw new Error('unreachable')
  expect(first.prove(peerId)).toBe('LINK_SLOTS_FULL')
  expect(third.prove(peerId)).toBeUndefined()
  expect(slots.taken).toBe(2)
})
