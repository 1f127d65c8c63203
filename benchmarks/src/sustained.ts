// How much a contestant sustains: the highest rate of a ladder that still arrives in full and in time. Rates rise by a twentieth
// from rung to rung; everybody climbs the same ladder by the same rules.

/** What arrived while messages were sent at some rate. */
export interface Arrived {
  readonly perSecond: number
  readonly p99Ms: number
}

export interface Held<A extends Arrived> {
  readonly rung: number
  readonly arrived: A
}

/** Where to begin, and how many rungs to take at first; twice as many each time, until one is not held, or is. */
export interface Climb {
  readonly rung: number
  readonly stride: number
}

const lowestPerSecond = 250
/** A machine that does something else for a moment must not be taken for the end of the ladder. */
const triesOfRung = 2
const riseOfRung = 1.05
const rungMax = 200
const strideMax = 16
const p99MsMax = 50
const arrivedShareMin = 0.98

/** About doubles the rate with its first stride. */
export const coldClimb: Climb = { rung: 0, stride: 16 }
/** Begins where an earlier climb ended. */
export const warmClimb = (rung: number): Climb => ({ rung, stride: 2 })

export function rateOfRung(rung: number): number {
  return Math.round(lowestPerSecond * riseOfRung ** rung)
}

/** A rate is held where p99 stays below 50 ms and at least 98 % of what was offered came in while it was watched. */
export function isHeld(perSecond: number, arrived: Arrived): boolean {
  return arrived.p99Ms < p99MsMax && arrived.perSecond >= perSecond * arrivedShareMin
}

/** The highest rung found to be held, and what arrived there. Throws where not even the lowest is. */
export async function climb<A extends Arrived>(
  from: Climb,
  sendAt: (perSecond: number) => Promise<A>,
): Promise<Held<A>> {
  const tryRung = async (rung: number): Promise<Held<A> | undefined> => {
    for (let tries = 0; tries < triesOfRung; tries += 1) {
      const arrived = await sendAt(rateOfRung(rung))
      if (isHeld(rateOfRung(rung), arrived)) return { rung, arrived }
    }
    return undefined
  }
  let best = await tryRung(from.rung)
  let notHeld = from.rung
  let { stride } = from
  const nextStride = (): number => {
    const now = stride
    stride = Math.min(strideMax, stride * 2)
    return now
  }
  while (best === undefined) {
    if (notHeld === 0) throw new TypeError(`not even ${lowestPerSecond} messages a second are sustained`)
    const lower = Math.max(0, notHeld - nextStride())
    best = await tryRung(lower)
    if (best === undefined) notHeld = lower
  }
  if (best.rung >= notHeld) {
    // Above the ladder's end, nothing is held.
    notHeld = Math.min(best.rung + nextStride(), rungMax + 1)
    while (notHeld <= rungMax) {
      const higher = await tryRung(notHeld)
      if (higher === undefined) break
      best = higher
      notHeld = Math.min(best.rung + nextStride(), rungMax + 1)
    }
  }
  while (notHeld - best.rung > 1) {
    const between = Math.floor((best.rung + notHeld) / 2)
    const held = await tryRung(between)
    if (held === undefined) notHeld = between
    else best = held
  }
  return best
}
